"""What blocks whom: put together from what the engine answers, with who has to act."""

from datetime import timedelta
from typing import Any

import pytest

from supplier_quality.desk.blocked import BlockedMap, read_map
from supplier_quality.persistence import Database
from tests.suppliers.conftest import SQE, VIEWER, make_supplier, ready
from tests.suppliers.test_qualification import ANSWERS, act, answer

__all__ = ["make_supplier", "ready"]


def told(found: BlockedMap) -> dict[str, tuple[str, list[str]]]:
    return {str(cause.sentence): (str(cause.who), [line.about for line in cause.lines]) for cause in found.causes}


def test_records_stand_under_what_blocks_them_with_who_has_to_act(
    ready: Database, make_supplier: Any, at: Any
) -> None:  # fmt: skip
    make_supplier("Bare", complete=False, owner_id=9002)
    asked, review = make_supplier("Asked"), make_supplier("Review")
    make_supplier("Open step")
    for number in (asked, review):
        act(ready, number, "invite", SQE, at)
    answer(ready, review, at, ANSWERS)

    with ready.read() as session:
        found = read_map(session, actor=VIEWER, at=at)

    causes = told(found)
    assert causes["The supplier has no manufacturing site yet"][1] == ["Bare"]
    assert causes["No contact can receive the mail"][1] == ["Bare"]
    assert causes["The supplier answers the self-assessment"] == ("the supplier", ["Asked"])
    who, about = causes["To be decided and signed: Approve"]
    assert "quality manager" in who and about == ["Review"]
    assert causes["Next step is open: Ask for self-assessment"][1] == ["Open step"]
    assert found.records == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_narrows_by_owner_and_puts_what_is_overdue_first(
    ready: Database, make_supplier: Any, signed_in: Any, at: Any
) -> None:
    act(ready, make_supplier("Late"), "invite", SQE, at)
    make_supplier("Bare", complete=False, owner_id=9002)
    browser = signed_in("viewer")

    page = browser.get("/blocked").text
    assert "The supplier answers the self-assessment" in page
    assert "Bare" not in browser.get("/blocked?owner=9001").text
    assert "Late" not in browser.get("/blocked?owner=me").text
    assert "Nothing is blocked" in browser.get("/blocked?kind=certificate").text
    with ready.read() as session:
        later = read_map(session, actor=VIEWER, at=at + timedelta(days=60))
    assert later.late == 1
    assert later.causes[0].late == 1
