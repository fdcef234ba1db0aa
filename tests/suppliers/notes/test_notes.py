"""Notes on suppliers are never edited; a wrong one is corrected by a new one."""

import re
from collections.abc import Callable

import pytest

from supplier_quality import trail
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.notes.operations import (
    AlreadyCorrected,
    BadNote,
    NoteNotFound,
    notes_of,
    write_note,
)
from supplier_quality.suppliers.permissions import MayNotEditSuppliers
from tests.suppliers.conftest import SQE, VIEWER, add_user, app, client, make_supplier, ready, signed_in
from tests.support import AT
from tests.web.conftest import Browser

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]


def test_a_note_is_corrected_by_a_new_one_and_both_stay(ready: Database, make_supplier: Callable[..., str]) -> None:
    number, other = make_supplier(), make_supplier("Other")
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        first = write_note(session, supplier, "Agreed 50 ppm\r\non the telephone", actor=SQE, at=AT)
        second = write_note(session, supplier, "Agreed 30 ppm", corrects_id=first.id, actor=SQE, at=AT)

        with pytest.raises(AlreadyCorrected):
            write_note(session, supplier, "Agreed 20 ppm", corrects_id=first.id, actor=SQE, at=AT)
        with pytest.raises(NoteNotFound):
            stranger = queries.get_supplier(session, other, actor=SQE)
            write_note(session, stranger, "x", corrects_id=first.id, actor=SQE, at=AT)
        for bad in ("  ", "x" * 4_001, "a\u202eb"):
            with pytest.raises(BadNote):
                write_note(session, supplier, bad, actor=SQE, at=AT)
        with pytest.raises(MayNotEditSuppliers):
            write_note(session, supplier, "x", actor=VIEWER, at=AT)

        shown = notes_of(session, supplier.id)
        assert [(each.note.text, each.corrected_by) for each in shown] == [
            ("Agreed 30 ppm", None),
            ("Agreed 50 ppm\non the telephone", second),
        ]
        told = trail.entries(session, "supplier", supplier.id, limit=10)
        assert [entry.data.get("text") for entry in told if entry.action.startswith("note.")] == [
            "Agreed 50 ppm\non the telephone",
            "Agreed 30 ppm",
        ]


def test_notes_stand_on_the_page_and_a_bad_one_comes_back(
    make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    path, buyer = f"/suppliers/{make_supplier()}", signed_in("buyer")
    assert buyer.send(f"{path}/notes", "/suppliers", text="Site moves in May").status_code == 303
    page = buyer.get(f"{path}?tab=notes").text
    assert "Site moves in May" in page
    [note] = re.findall(r"corrects=(\d+)", page)
    assert "Site moves in May" in buyer.get(f"{path}?tab=notes&corrects={note}").text
    assert buyer.send(f"{path}/notes", "/suppliers", text="Site moves in June", corrects=note).status_code == 303
    again = buyer.send(f"{path}/notes", "/suppliers", text="Site moves in July", corrects=note)
    assert again.status_code == 422 and "Site moves in July" in again.text and "corrected already" in again.text
    assert signed_in("viewer").send(f"{path}/notes", "/suppliers", text="x").status_code == 403
