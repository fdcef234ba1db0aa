"""The kind of rule file that says which special processes there are, and reading the one in force.

A special process gives results that cannot be fully inspected afterwards, so that the process itself is assessed. Commodities
name those they need; the suppliers of these assess themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.fields import Fields
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.kinds import Header, RuleKind, register_kind
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.schemas import NAME, TEXT, file_schema, mapping, one_or_many
from supplier_quality.engine.store import UnknownDefinition, active_definition, content_of
from supplier_quality.language import Text, _

KIND_NAME = "special_processes"
FILE = "special_process_assessments"
PROCESS_KEYS = ("id", "name", "assessment", "editions", "every_months", "remind")
MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialProcess:
    """One special process. ``assessment`` names the self-assessment (CQI-9), ``editions`` those that count, the newest first.

    It is due again ``every_months``; ``remind`` are days before that, the most first.
    """

    id: str
    name: Text
    assessment: str
    editions: tuple[str, ...] = ()
    every_months: int = 12
    remind: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialProcesses:
    """The special processes by id, in the order of the file."""

    processes: Mapping[str, SpecialProcess]


def special_processes(session: Session) -> Mapping[str, SpecialProcess]:
    """The special processes in force, by id; none before the first rule files were loaded."""
    try:
        row = active_definition(session, FILE, KIND_NAME)
    except UnknownDefinition:
        return {}
    content: SpecialProcesses = content_of(session, row.id)
    return content.processes


def process_words(session: Session) -> dict[str, Text]:
    """What special processes are called, by id."""
    return {id_: each.name for id_, each in special_processes(session).items()}


def read_processes(fields: Fields, _header: Header, notes: Notes) -> SpecialProcesses:
    found: dict[str, SpecialProcess] = {}
    for node in fields.entries("processes", required=True):
        own = Fields(node, notes, allowed=PROCESS_KEYS, what=_("A special process"))
        if not isinstance(node, MappingNode):
            continue
        id_, name = own.name("id"), own.words("name", required=True)
        assessment = own.string("assessment", required=True)
        months = own.whole("every_months", least=1) or 12
        editions = own.strings("editions")
        remind = own.wholes("remind", least=1, most=MOST_DAYS)
        if id_ is None or name is None or assessment is None:
            continue
        if id_ in found:
            notes.add("duplicate_name", _("The special process %(id)s is given twice.", id=id_), node)
        found[id_] = SpecialProcess(
            id=id_, name=name, assessment=assessment, editions=editions, every_months=months,
            remind=tuple(sorted(remind, reverse=True)),
        )  # fmt: skip
    return SpecialProcesses(found)


def _no_tests(_content: SpecialProcesses, _notes: Notes) -> None:
    """There is nothing in a list of processes to try out."""


def processes_schema() -> dict[str, object]:
    days = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
    process = mapping(
        {
            "id": NAME,
            "name": TEXT,
            "assessment": {"type": "string"},
            "editions": one_or_many({"type": "string"}),
            "every_months": {"type": "integer", "minimum": 1},
            "remind": one_or_many(days),
        },
        required=("id", "name", "assessment"),
    )
    processes: dict[str, object] = {"type": "array", "minItems": 1, "items": process}
    return file_schema(KIND_NAME, {"processes": processes}, required=("processes",), test={"type": "object"})


KIND = RuleKind(name=KIND_NAME, keys=("processes",), read=read_processes, run_tests=_no_tests, schema=processes_schema)
register_kind(KIND)
