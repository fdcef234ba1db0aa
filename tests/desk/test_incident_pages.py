"""Incidents: seen in plain words, tried again, dismissed with a reason."""

from collections.abc import Callable
from datetime import datetime

import pytest

from supplier_quality import clock, outbox, trail
from supplier_quality.desk.incident_queries import say_error
from supplier_quality.outbox import OutboxRow, heartbeat
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef
from tests.web.conftest import Browser


@pytest.fixture
def failed(staffed: Database, at: datetime) -> list[str]:
    """Two effects that failed for good."""
    with staffed.write() as session:
        ids = [
            outbox.queue(session, kind="mail.send", payload={}, at=at, record=RecordRef("supplier", 1, "SUP-00001"))
            for _time in range(2)
        ]
        session.flush()
        for uid in ids:
            row = session.get_one(OutboxRow, uid)
            row.state, row.attempts, row.finished_at = "incident", 10, at
            row.last_error = "TryLater: [Errno 111] Connection refused <b>"
    return ids


def states(database: Database, ids: list[str]) -> list[str]:
    with database.read() as session:
        return [session.get_one(OutboxRow, uid).state for uid in ids]


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("quality_manager", 200), ("sqe", 403), ("auditor", 403)])
def test_incidents_are_for_those_who_look_after_the_installation(
    staffed: Database, signed_in: Callable[..., Browser], role: str, status: int
) -> None:
    assert signed_in(role).get("/incidents").status_code == status


def test_an_empty_page_says_so_and_that_no_worker_runs(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    page = signed_in("admin").get("/incidents").text

    assert "No incident" in page
    assert "no worker is alive" in page


def test_an_incident_is_told_in_words_with_what_the_machine_said(
    staffed: Database, failed: list[str], signed_in: Callable[..., Browser], at: datetime
) -> None:
    page = signed_in("admin").get("/incidents").text

    assert "Send a mail" in page and "SUP-00001" in page
    assert "The other side does not answer" in page
    assert "Connection refused &lt;b&gt;" in page


def test_one_or_all_picked_ones_are_tried_again(
    staffed: Database, failed: list[str], signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("quality_manager")

    assert browser.send(f"/incidents/{failed[0]}/retry", "/incidents").status_code == 303
    assert states(staffed, failed) == ["ready", "incident"]
    assert browser.send(f"/incidents/{failed[0]}/retry", "/incidents").status_code == 404
    assert browser.send("/incidents/retry", "/incidents", picked=failed).status_code == 303
    assert states(staffed, failed) == ["ready", "ready"]
    assert browser.send("/incidents/retry", "/incidents").status_code == 422


def test_dismissing_needs_a_reason_that_stays_in_the_trail(
    staffed: Database, failed: list[str], signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("admin")
    path = f"/incidents/{failed[0]}/dismiss"

    refused = browser.send(path, "/incidents", reason=" ")
    assert refused.status_code == 422
    assert "Fill in this field." in refused.text
    assert browser.send(path, "/incidents", reason="Told by phone").status_code == 303
    assert states(staffed, failed) == ["dismissed", "incident"]
    with staffed.read() as session:
        entries = trail.entries(session, "outbox", 0)
    assert [(entry.action, entry.data["reason"]) for entry in entries] == [("incident.dismissed", "Told by phone")]


def test_the_page_tells_how_delivery_is_doing(
    staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    with staffed.write() as session:
        outbox.queue(session, kind="mail.send", payload={}, at=at)
    with staffed.write() as session:
        heartbeat.beat(session, "w1", at=clock.now())
    page = signed_in("admin").get("/incidents").text

    assert "1 worker alive" in page
    assert at.isoformat(timespec="seconds") in page


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("SMTP_HOST is not set", "No mail server is set"),
        ("SUP-00001: expire by timer was refused. Rule", "The process does not allow this any more"),
        ("The policy x could not be decided. f", "A policy reads a fact that is missing"),
        ("KeyError: 'x'", "Try again once the cause is mended"),
    ],
)
def test_errors_are_said_in_plain_words(error: str, words: str) -> None:
    assert words in str(say_error(error))
