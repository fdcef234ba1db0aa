"""The kind of rule file that says which documents are kept of suppliers, and reading the one in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.fields import Fields
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.kinds import Header, RuleKind, register_kind
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.schemas import NAME, TEXT, file_schema, mapping, one_or_many
from supplier_quality.engine.store import UnknownDefinition, active_definition, content_of
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Text, _

KIND_NAME = "document_types"
FILE = "supplier_documents"
TYPE_KEYS = (
    "id", "name", "description", "needs_expiry", "remind", "seen_by", "from_supplier", "reporting_year",
    "months_after_year", "template_version",
)  # fmt: skip
MOST_DAYS = 730
"""A reminder two years ahead is a mistake in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """One type of document. ``remind`` are days before its end, the most first; ``seen_by`` roles, empty for all staff.

    ``months_after_year``: a document about a reporting year that names no last day is used so long after the year's end.
    """

    id: str
    name: Text
    description: Text | None = None
    needs_expiry: bool = False
    remind: tuple[int, ...] = ()
    seen_by: tuple[str, ...] = ()
    from_supplier: bool = False
    reporting_year: bool = False
    months_after_year: int | None = None
    template_version: bool = False

    def may_be_seen_by(self, actor: Actor) -> bool:
        """Whether this person of ours may know of such documents."""
        return actor.kind == "system" or not self.seen_by or actor.has_role(*map(Role, self.seen_by))

    def next_reminder(self, valid_to: date | None, today: date) -> date | None:
        """The next day after today on which somebody is reminded; None when there is none left."""
        if valid_to is None:
            return None
        days = (valid_to - timedelta(days=before) for before in self.remind)
        return min((day for day in days if day > today), default=None)

    def end_of_year(self, year: int | None) -> date | None:
        """The last day of a document about that year; None where the type does not say."""
        if not self.reporting_year or self.months_after_year is None or year is None:
            return None
        months = 12 * (year + 1) + self.months_after_year
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DocumentTypes:
    """The types by id, in the order of the file."""

    types: Mapping[str, DocumentType]


def document_types(session: Session) -> Mapping[str, DocumentType]:
    """The types in force, by id; none before the first rule files were loaded."""
    try:
        row = active_definition(session, FILE, KIND_NAME)
    except UnknownDefinition:
        return {}
    content: DocumentTypes = content_of(session, row.id)
    return content.types


def read_types(fields: Fields, _header: Header, notes: Notes) -> DocumentTypes:
    found: dict[str, DocumentType] = {}
    for node in fields.entries("types", required=True):
        own = Fields(node, notes, allowed=TYPE_KEYS, what=_("A type of document"))
        if not isinstance(node, MappingNode):
            continue
        read = _read_type(own, notes)
        if read is not None and read.id in found:
            notes.add("duplicate_name", _("The type %(id)s is given twice.", id=read.id), node)
        elif read is not None:
            found[read.id] = read
    return DocumentTypes(found)


def _read_type(own: Fields, notes: Notes) -> DocumentType | None:
    id_, name = own.name("id"), own.words("name", required=True)
    of_year, months = own.flag("reporting_year"), own.whole("months_after_year", least=0)
    if months is not None and not of_year:
        said = _("months_after_year belongs to a type with reporting_year: true.")
        notes.add("bad_field", said, own.at("months_after_year"))
    seen_by = own.names("seen_by")
    for role in seen_by:
        if role.name not in set(Role):
            notes.add("unknown_role", _("There is no role %(name)s.", name=role.name), role)
    if id_ is None or name is None:
        return None
    return DocumentType(
        id=id_,
        name=name,
        description=own.words("description"),
        needs_expiry=own.flag("needs_expiry"),
        remind=tuple(sorted(own.wholes("remind", least=1, most=MOST_DAYS), reverse=True)),
        seen_by=tuple(role.name for role in seen_by),
        from_supplier=own.flag("from_supplier"),
        reporting_year=of_year,
        months_after_year=months,
        template_version=own.flag("template_version"),
    )


def _no_tests(_content: DocumentTypes, _notes: Notes) -> None:
    """There is nothing in a list of types to try out."""


def types_schema() -> dict[str, object]:
    flag: dict[str, object] = {"type": "boolean"}
    days = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
    of_type = mapping(
        {
            "id": NAME,
            "name": TEXT,
            "description": TEXT,
            "needs_expiry": flag,
            "remind": one_or_many(days),
            "seen_by": one_or_many({"enum": [role.value for role in Role]}),
            "from_supplier": flag,
            "reporting_year": flag,
            "months_after_year": {"type": "integer", "minimum": 0},
            "template_version": flag,
        },
        required=("id", "name"),
    )
    types: dict[str, object] = {"type": "array", "minItems": 1, "items": of_type}
    return file_schema(KIND_NAME, {"types": types}, required=("types",), test={"type": "object"})


KIND = RuleKind(name=KIND_NAME, keys=("types",), read=read_types, run_tests=_no_tests, schema=types_schema)
register_kind(KIND)
