"""The trail: in words, filtered, exported and proven."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from supplier_quality import trail
from supplier_quality.config import Settings
from supplier_quality.desk.background import EFFECTS
from supplier_quality.desk.heads import folder_of
from supplier_quality.outbox import deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import SupplierDetails
from supplier_quality.suppliers.operations import edit_supplier, register_supplier
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.trail import RecordRef
from tests.desk.conftest import ANN, ANSWERS, CEM, CONTACT
from tests.web.conftest import Browser


@pytest.fixture
def history(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> tuple[str, str]:
    """Two suppliers; the first was invited, answered and got another name."""
    first, second = make_supplier("Acme"), make_supplier("Other")
    move(first, "invite", CEM, at)
    move(first, "submit_assessment", CONTACT, at, ANSWERS)
    with staffed.write() as session:
        supplier = get_supplier(session, first, actor=ANN)
        edit_supplier(
            session, supplier, SupplierDetails(name="Acme Two", country="DE", owner_id=9001), actor=ANN,
            at=at + timedelta(days=3),
        )  # fmt: skip
    return first, second


@pytest.mark.parametrize(
    ("role", "status"), [("auditor", 200), ("quality_manager", 200), ("admin", 200), ("sqe", 403), ("viewer", 403)]
)
@pytest.mark.parametrize("path", ["/trail", "/trail/export", "/trail/proof", "/trail/record?kind=supplier&id={id}"])
def test_the_trail_is_for_those_who_answer_for_it(
    staffed: Database,
    make_supplier: Callable[..., str],
    signed_in: Callable[..., Browser],
    role: str,
    status: int,
    path: str,
) -> None:
    with staffed.read() as session:
        supplier = get_supplier(session, make_supplier("Acme"), actor=ANN).id

    assert signed_in(role).get(path.format(id=supplier)).status_code == status


def test_a_record_that_never_was_is_not_proven(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    answer = signed_in("auditor").get("/trail/record?kind=supplier&id=4711")

    assert answer.status_code == 404
    assert "Neither the trail nor a published head knows such a record." in answer.text


def test_entries_are_told_in_words_with_rules_answers_and_changes(
    history: tuple[str, str], signed_in: Callable[..., Browser]
) -> None:
    page = signed_in("auditor").get("/trail", query_string={"record": history[0]}).text

    assert "Ask for self-assessment: Prospect → Self-assessment asked" in page
    assert "Quinn, through a mailed link" in page
    assert "<del>Acme</del>" in page and "<ins>Acme Two</ins>" in page
    assert "Manufacturing sites: 1" in page
    assert "Number of employees" in page and "120" in page
    assert "I confirm that these answers are true and complete" in page
    assert history[1] not in page


def test_entries_speak_the_readers_language(history: tuple[str, str], signed_in: Callable[..., Browser]) -> None:
    page = signed_in("auditor", language="zh").get("/trail", query_string={"record": history[0]}).text

    assert "邀请供应商自评" in page


@pytest.mark.parametrize(
    ("filters", "found", "missing"),
    [
        ({"person": "cem"}, "Ask for self-assessment:", "Acme Two"),
        ({"action": "edit"}, "Acme Two", "Ask for self-assessment:"),
        ({"since": "2026-11-22"}, "Acme Two", "Ask for self-assessment:"),
        ({"until": "2026-11-21"}, "Ask for self-assessment:", "Acme Two"),
        ({"kind": "supplier"}, "Acme Two", "Signed in"),
        ({"kind": "user"}, "Signed in", "Acme Two"),
    ],
)
def test_filters_narrow_the_trail(
    history: tuple[str, str], signed_in: Callable[..., Browser], filters: dict[str, str], found: str, missing: str
) -> None:
    page = signed_in("auditor").get("/trail", query_string=filters).text

    assert found in page
    assert missing not in page


def test_a_filter_that_cannot_be_read_is_left_out(history: tuple[str, str], signed_in: Callable[..., Browser]) -> None:
    assert "Acme Two" in signed_in("auditor").get("/trail?since=yesterday&at=").text


def test_pages_follow_each_other_without_a_gap(
    staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        for number in range(120):
            record = RecordRef("user", number + 1, f"Person {number:03d}.")
            trail.append(session, record=record, at=at, actor=ANN.ref, action="user.enabled", data={})
    browser = signed_in("auditor")

    seen: list[str] = []
    path: str | None = "/trail?action=user.enabled"
    while path:
        page = browser.get(path).text
        seen += [part.split(".")[0] for part in page.split("Account of Person ")[1:]]
        after = page.split("Older")[0].rpartition('href="')[2].partition('"')[0] if "Older" in page else None
        path = after.replace("&amp;", "&") if after else None
    assert seen == [f"{number:03d}" for number in reversed(range(120))]


def test_the_export_holds_the_filtered_entries_and_no_formula(
    history: tuple[str, str], staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        record = RecordRef("user", 77, '=HYPERLINK("http://evil.example")')
        trail.append(session, record=record, at=at, actor=ANN.ref, action="user.enabled", data={})

    answer = signed_in("auditor").get("/trail/export?action=user.enabled")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["record"] for line in lines] == ['\'=HYPERLINK("http://evil.example")']
    assert lines[0]["who"] == "Ann Miller"


def test_a_record_is_proven_at_once_and_what_is_not_proven_is_said(
    history: tuple[str, str], staffed: Database, signed_in: Callable[..., Browser]
) -> None:
    with staffed.read() as session:
        number = get_supplier(session, history[0], actor=ANN).id
    browser = signed_in("auditor")

    page = browser.get(f"/trail/record?kind=supplier&id={number}").text
    assert "Nothing was changed." in page
    assert "What could not be proven" in page


def test_a_changed_entry_is_found(
    history: tuple[str, str], staffed: Database, settings: Settings, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        trail.seal_heads(session, at=at)
    with staffed.read() as session:
        number = get_supplier(session, history[0], actor=ANN).id
    _tamper(staffed, number)
    browser = signed_in("auditor")

    assert "The trail was changed." in browser.get(f"/trail/record?kind=supplier&id={number}").text

    assert browser.send("/trail/proof", "/trail/proof").status_code == 303
    assert "under way" in browser.get("/trail/proof").text
    assert browser.send("/trail/proof", "/trail/proof").status_code == 409
    deliver_due(staffed, EFFECTS, worker="test")
    page = browser.get("/trail/proof").text
    assert "under way" not in page
    report = browser.get("/trail/proof/" + page.split('href="/trail/proof/')[1].split('"')[0]).text
    assert "does not fit its hash" in report
    assert f"supplier:{number}" in report


def _tamper(database: Database, record_id: int) -> None:
    """Change one entry as somebody with all rights in the database could."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.execute(text("DROP TRIGGER trail_entry_no_update"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        change = text(
            "UPDATE trail_entry SET actor_label = 'Nobody' WHERE record_kind = 'supplier' AND record_id = :id AND seq = 2"
        )
        assert connection.execute(change, {"id": record_id}).rowcount == 1
        connection.commit()


def test_published_heads_can_be_downloaded_and_nothing_else(
    history: tuple[str, str], staffed: Database, settings: Settings, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        trail.seal_heads(session, at=at)
        trail.publish_head(session, folder_of(settings), at=at)
    (settings.home / "secrets.json").write_text("{}")
    browser = signed_in("auditor")

    assert "heads-2026-11-20.jsonl" in browser.get("/trail/proof").text
    answer = browser.get("/trail/heads/heads-2026-11-20.jsonl")
    assert json.loads(answer.text)["seq"] > 0
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for name in ("secrets.json", "..%2Fsecrets.json", "heads-2026-11-21.jsonl"):
        assert browser.get(f"/trail/heads/{name}").status_code == 404


def test_imported_names_cannot_put_markup_into_the_trail(
    staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        register_supplier(session, SupplierDetails(name="<img src=x onerror=alert(1)>"), actor=ANN, at=at)

    assert "<img src=x" not in signed_in("auditor").get("/trail").text
