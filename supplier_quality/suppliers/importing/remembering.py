"""Mappings of earlier imports: offered to files with the same header, named and deleted by people."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import BadInput, Conflict, NotFound, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.importing.mapping import ColumnMap, column_names, make_map
from supplier_quality.suppliers.models import ImportMapping
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.trail import RecordRef

LONGEST_NAME = 80
NAMED, DELETED = "import_mapping.named", "import_mapping.deleted"
RECORD_KIND = "supplier_import_mapping"


class MappingNotFound(NotFound):
    """There is no such remembered mapping."""

    code = "mapping_not_found"


class MappingChanged(Conflict):
    """The mapping is not as the page showed it."""

    code = "mapping_changed"

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this mapping meanwhile. Look at it again."))


class BadName(BadInput):
    """A mapping cannot be called this."""

    code = "bad_mapping_name"


def header_key(header: Sequence[str]) -> str:
    """Equal for files with the same columns in the same order."""
    return hashlib.sha256(json.dumps([tidy(name) for name in header], ensure_ascii=False).encode()).hexdigest()


def find_mapping(session: Session, key: str) -> ImportMapping | None:
    """How a file with this header was mapped last."""
    return session.scalars(select(ImportMapping).where(ImportMapping.header_key == key)).one_or_none()


def list_mappings(session: Session) -> Sequence[ImportMapping]:
    """All that is remembered, the latest used first."""
    return session.scalars(select(ImportMapping).order_by(ImportMapping.used_at.desc(), ImportMapping.id.desc())).all()


def get_mapping(session: Session, mapping_id: int) -> ImportMapping:
    """One mapping. Raises MappingNotFound."""
    row = session.get(ImportMapping, mapping_id)
    if row is None:
        raise MappingNotFound(_("There is no such remembered mapping; it may have been deleted."))
    return row


def mapping_named(session: Session, name: str) -> ImportMapping:
    """The mapping that people call this. Raises MappingNotFound with the names there are."""
    row = session.scalars(select(ImportMapping).where(ImportMapping.name == tidy(name))).one_or_none()
    if row is None:
        names = session.scalars(select(ImportMapping.name).where(ImportMapping.name.is_not(None)))
        known = ", ".join(sorted(str(each) for each in names)) or "–"
        raise MappingNotFound(_("No mapping is called %(name)s. There are: %(known)s.", name=name, known=known))
    return row


def map_and_place(row: ImportMapping) -> tuple[ColumnMap, Where]:
    """What a remembered mapping says."""
    return make_map(row.mapping), Where.from_json(row.place)


def remember_mapping(
    session: Session, header: Sequence[str], mapping: ColumnMap, where: Where, *, by: str, at: datetime
) -> ImportMapping:
    """Keep how a file was imported for the next one with its header. ``by`` is the name of who imported it."""
    key = header_key(header)
    row = session.scalars(select(ImportMapping).where(ImportMapping.header_key == key).with_for_update()).one_or_none()
    if row is None:
        row = ImportMapping(header_key=key, header=column_names(header), revision=1, used=0)
        session.add(row)
    elif row.mapping != mapping.as_json() or row.place != where.as_json():
        row.revision += 1
    row.mapping, row.place = mapping.as_json(), where.as_json()
    row.used, row.used_at, row.used_by_name = row.used + 1, at, by[:200]
    session.flush()
    return row


def name_mapping(
    session: Session, row: ImportMapping, name: str, *, expected_version: int, actor: Actor, at: datetime
) -> ImportMapping:
    """Call a mapping something; an empty name takes its name away. Raises BadName, MappingChanged, MayNotEditSuppliers."""
    check_may_edit_suppliers(actor)
    _check_version(session, row, expected_version)
    wanted = tidy(name) or None
    if wanted is not None and len(wanted) > LONGEST_NAME:
        remedy = _("Shorten it to %(most)s characters.", most=LONGEST_NAME)
        said = _("The text is %(length)s characters long.", length=len(wanted))
        raise BadName(said, (Problem(said, remedy, column="name"),))
    other = session.scalars(select(ImportMapping).where(ImportMapping.name == wanted)).one_or_none() if wanted else None
    if other is not None and other.id != row.id:
        said = _("Another mapping has this name.")
        raise BadName(said, (Problem(said, _("Choose another one."), column="name"),))

    before, row.name = row.name, wanted
    row.revision += 1
    session.flush()
    data = {"name": wanted or "–", "before": before, "version": row.revision}
    trail.append(session, record=_ref(row), at=at, actor=actor.ref, action=NAMED, data=data)
    return row


def delete_mapping(session: Session, row: ImportMapping, *, expected_version: int, actor: Actor, at: datetime) -> None:
    """Forget a mapping; files with its header are guessed again. Raises MappingChanged, MayNotEditSuppliers."""
    check_may_edit_suppliers(actor)
    _check_version(session, row, expected_version)

    data = {"name": label_of(row), "mapping": row.mapping, "header": row.header}
    trail.append(session, record=_ref(row), at=at, actor=actor.ref, action=DELETED, data=data)
    session.execute(delete(ImportMapping).where(ImportMapping.id == row.id))


def label_of(row: ImportMapping) -> str:
    """How a mapping is called where it has no name: by its first columns."""
    return row.name or ", ".join(row.header[:3])[:LONGEST_NAME]


def _check_version(session: Session, row: ImportMapping, expected: int) -> None:
    session.refresh(row, with_for_update=True)
    if row.revision != expected:
        raise MappingChanged


def _ref(row: ImportMapping) -> RecordRef:
    return RecordRef(RECORD_KIND, row.id, label_of(row))
