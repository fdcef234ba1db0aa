"""Writing notes, and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.notes import note
from supplier_quality.errors import BadInput, Conflict, NotFound, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.notes.models import SupplierNote
from supplier_quality.suppliers.operations import check_not_merged
from supplier_quality.suppliers.permissions import check_may_edit_suppliers

LONGEST = 4_000


class BadNote(BadInput):
    """The note is empty, too long, or holds what cannot be seen."""

    code = "bad_note"


class NoteNotFound(NotFound):
    """The supplier has no such note."""

    code = "note_not_found"


class AlreadyCorrected(Conflict):
    """Somebody corrected the note already; the newer one is corrected instead."""

    code = "note_already_corrected"


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note with the one that puts it right, if any, and the one it puts right."""

    note: SupplierNote
    corrected_by: SupplierNote | None
    corrects: SupplierNote | None


def write_note(
    session: Session, supplier: Supplier, text: str, *, corrects_id: int | None = None, actor: Actor, at: datetime
) -> SupplierNote:
    """Add a note to a supplier, which may put an older one right.

    Raises MayNotEditSuppliers, BadNote, NoteNotFound, AlreadyCorrected, MergedAway.
    """
    check_may_edit_suppliers(actor)
    check_not_merged(supplier)
    text = _read(text)
    if corrects_id is not None:
        _check_may_be_corrected(session, supplier, corrects_id)

    written = SupplierNote(
        supplier_id=supplier.id, text=text, written_at=at, written_by=actor.id, written_by_name=actor.label[:200],
        corrects_id=corrects_id,
    )  # fmt: skip
    session.add(written)
    session.flush()
    data = {"note": written.id, "text": text} | ({"corrects": corrects_id} if corrects_id is not None else {})
    # A note changes nothing that a form open elsewhere could overwrite.
    action = "note.added" if corrects_id is None else "note.corrected"
    note(session, supplier, actor=actor, at=at, action=action, data=data, quiet=True)
    return written


def notes_of(session: Session, supplier_id: int) -> Sequence[NoteView]:
    """The notes on a supplier, the latest first."""
    query = select(SupplierNote).where(SupplierNote.supplier_id == supplier_id).order_by(SupplierNote.id.desc())
    found = session.scalars(query).all()
    by_id = {each.id: each for each in found}
    right = {each.corrects_id: each for each in found if each.corrects_id is not None}
    return [NoteView(each, right.get(each.id), by_id.get(each.corrects_id or 0)) for each in found]


def _read(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        said, remedy = _("The note is empty."), _("Write what others should know.")
    elif len(text) > LONGEST:
        said = _("The text is %(length)s characters long.", length=len(text))
        remedy = _("Shorten it to %(most)s characters.", most=LONGEST)
    elif HIDDEN.search(text.replace("\n", " ").replace("\t", " ")):
        said, remedy = _("The text contains a control character that cannot be seen."), _("Type the text again.")
    else:
        return text
    raise BadNote(said, (Problem(said, remedy, column="text"),))


def _check_may_be_corrected(session: Session, supplier: Supplier, note_id: int) -> None:
    query = select(SupplierNote.id).where(SupplierNote.id == note_id, SupplierNote.supplier_id == supplier.id)
    if session.scalar(query) is None:
        raise NoteNotFound(_("%(number)s has no such note.", number=supplier.number))
    if session.scalar(select(SupplierNote.id).where(SupplierNote.corrects_id == note_id)) is not None:
        raise AlreadyCorrected(_("This note was corrected already. Correct the newer one."))
