"""The page of a supplier in words: who and when instead of ids, missed deadlines, submitted files, older entries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality import clock, documents
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity.models import User
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.models import Supplier
from supplier_quality.web import record_pages
from supplier_quality.web.formatting import day
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import ANSWERS, act, answer, contact_of, deliver
from tests.support import actor_for

MakeSupplier = Callable[..., str]


def attach(database: Database, number: str, *, name: str, at: datetime, submitted: bool) -> documents.Attached:
    """A file of the supplier, as the portal attaches it."""
    with database.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        stored = documents.file_store(session).put(
            BytesIO(b"%PDF-1.7\n" + name.encode() + b"\n%%EOF\n"), name=name, limit=1_000_000
        )
        attached = documents.attach_file(
            session, stored, record=supplier.record, slot=f"self_assessment/1/{name}", actor=SQE, at=at
        )
        if submitted:
            documents.attachments.make_evidence(session, [attached.id], at=at)
        return attached


def test_four_eyes_says_what_the_reader_did_and_when(
    app: Any, ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number, asked = make_supplier(), clock.now() - timedelta(days=3)
    browser = signed_in("sqe", name="Clara Hoffmann")
    with ready.read() as session:
        id_ = session.scalars(select(User.id).where(User.name == "Clara Hoffmann")).one()
    act(ready, number, "invite", actor_for("sqe", id=f"user:{id_}", label="Clara Hoffmann"), asked)
    answer(ready, number, clock.now(), {**ANSWERS, "iso9001_valid_until": "2020-11-02"})
    page = browser.get(f"/suppliers/{number}").text
    with app.test_request_context():
        expected = f"You (Clara Hoffmann) asked for this self-assessment on {day(asked)}."
    assert expected in page
    assert f"user:{id_}" not in page
    assert "Certificates: Standard ISO 9001, QM-1, valid until 2 Nov 2020" in page
    assert 'title="assessment.certificates"' in page, "the path of the fact stays at hand"


def test_a_deadline_stays_overdue_when_escalations_are_used_up(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    asked = clock.now() - timedelta(days=90)
    act(ready, number, "invite", SQE, asked)
    for days in range(0, 91, 3):
        while take_due_timers(ready, at=asked + timedelta(days=days)):
            pass
    deliver(ready, clock.now())
    page = signed_in("viewer").get(f"/suppliers/{number}").text
    assert "Overdue" in page
    assert "After 10 working days in" in page


def test_submitted_files_are_downloaded_from_the_record(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    sent = attach(ready, number, name="ISO 9001.pdf", at=at, submitted=True)
    kept = attach(ready, number, name="draft.pdf", at=at, submitted=False)
    answers = {**ANSWERS, "iso9001_file": sent.reference}
    act(ready, number, "submit_assessment", contact_of(ready, number), at, answers)
    browser = signed_in("viewer")
    page = browser.get(f"/suppliers/{number}?tab=assessment").text
    path = f"/suppliers/{number}/files/{sent.id}"
    assert f'href="{path}"' in page and sent.reference not in page
    answer = browser.get(path)
    assert answer.data.startswith(b"%PDF") and "attachment" in answer.headers["Content-Disposition"]
    assert browser.get(f"/suppliers/{number}/files/{kept.id}").status_code == 404, "not sent off yet"
    other = make_supplier("Other Ltd")
    assert browser.get(f"/suppliers/{other}/files/{sent.id}").status_code == 404


@pytest.mark.parametrize(("ours", "warned"), [("990001015", True), ("123456780", False), (None, False)])
def test_an_answer_that_names_another_number_than_our_record_is_marked(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime, ours: str | None, warned: bool
) -> None:
    number = make_supplier(duns=ours)
    act(ready, number, "invite", SQE, at)
    act(ready, number, "submit_assessment", contact_of(ready, number), at, {**ANSWERS, "duns": "12-345-6780"})
    page = signed_in("viewer").get(f"/suppliers/{number}?tab=assessment").text
    assert "12-345-6780" in page
    assert (f"our record says {ours}" in page) is warned


def test_older_entries_are_shown_in_place_to_everybody_who_reads_the_record(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_pages, "TIMELINE", 2)
    number = make_supplier()
    browser = signed_in("viewer")
    page = browser.get(f"/suppliers/{number}").text
    assert "Contact Quinn added" in page and "Added: Prospect" not in page
    assert "Show older entries" in page and "/trail" not in page
    older = browser.get(f"/suppliers/{number}?shown=62").text
    assert "Added: Prospect" in older and "Owner Ann Miller" in older, "people by their names there too"
    assert "Show older entries" not in older
    with ready.read() as session:
        assert session.scalars(select(Supplier.number)).one() == number
