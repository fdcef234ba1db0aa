"""Self-assessments of special processes: needed by scope, asked for, accepted with a plan, due again each year."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from supplier_quality.engine.refusals import Refused
from supplier_quality.language import Text
from supplier_quality.parts.special_processes import SpecialProcess
from supplier_quality.suppliers.models import Contact
from supplier_quality.suppliers.special_processes import operations, queries
from supplier_quality.suppliers.special_processes.details import AssessmentDetails, BadAssessment
from tests.suppliers.conftest import BUYER, SQE
from tests.suppliers.special_processes.conftest import DONE, Shop
from tests.support import AT, actor_for
from tests.web.conftest import Browser


def test_what_scope_needs_is_missing_until_it_is_accepted_and_again_after_a_year(shop: Shop) -> None:
    assert shop.lacks() == ["never"]
    number = shop.add(**DONE)
    assert shop.lacks() == ["coming"]
    assert shop.act(number, "accept") == "valid"
    assert shop.lacks() == []

    shop.pass_time(AT + timedelta(days=60))  # the plan is not done on its day
    assert shop.subjects() == ["Action plan overdue: CQI-9 Heat treating"]
    shop.pass_time(AT + timedelta(days=360))
    assert shop.states() == ["overdue", "asked"]
    assert shop.lacks() == ["overdue"]
    told = shop.subjects()
    assert told.count("CQI-9 Heat treating is due again soon") == 3 and told[-1] == "CQI-9 Heat treating is overdue"

    newer = shop.add(process="plating", **DONE)
    assert shop.act(newer, "accept") == "valid"
    assert shop.states() == ["overdue", "asked", "valid"]  # another process replaces nothing


def test_findings_need_a_plan_and_another_edition_an_answer(shop: Shop) -> None:
    number = shop.add(plan=False, **{**DONE, "edition": "3"})
    with pytest.raises(Refused) as refused:
        shop.act(number, "accept")
    assert {each.id for each in refused.value.unmet} == {"has_plan", "edition_answered"}
    with pytest.raises(Refused) as refused:
        shop.act(number, "accept", BUYER)
    assert "not_your_role" in {each.id for each in refused.value.unmet}


def test_the_supplier_hands_in_its_assessment_by_link(shop: Shop) -> None:
    number = shop.add(file=False, plan=False)
    assert shop.act(number, "ask", BUYER) == "asked"
    with shop.database.read() as session:
        contact = session.scalars(select(Contact)).one()
    quinn = actor_for((), kind="contact", id=f"supplier_contact:{contact.id}", person_id=contact.id, via="link")
    form = {
        "file": "sha256:00 cqi9.pdf",
        "assessed_on": "2026-11-02",
        "assessor": "Quinn",
        "edition": "4",
        "findings": 0,
    }
    assert shop.act(number, "submit", quinn, form=form) == "submitted"
    assert shop.subjects() == ["Self-assessment received: CQI-9 Heat treating"]
    with shop.database.read() as session:
        assert queries.get_assessment(session, number, actor=SQE).valid_to == date(2027, 11, 2)


def test_the_board_shows_what_scope_needs_and_nobody_ever_assessed(
    shop: Shop, signed_in: Callable[..., Browser]
) -> None:
    sqe = signed_in("sqe")
    board = sqe.get("/special-processes").text
    assert "Never assessed" in board and "CQI-9 Heat treating" in board
    assert f"/suppliers/{shop.supplier_number}/special-processes/new?site_id=" in board
    assert "special-processes/new" not in signed_in("viewer").get("/special-processes").text
    shop.add(**DONE)
    assert "Never assessed" not in sqe.get("/special-processes").text, "it is on its way"


def test_the_plan_is_kept_on_the_page(shop: Shop, signed_in: Callable[..., Browser]) -> None:
    number = shop.add(**DONE)
    sqe, path = signed_in("sqe"), f"/special-processes/{number}"
    assert "Special processes without a self-assessment in force" in sqe.get(f"/suppliers/{shop.supplier_number}").text
    bad = sqe.send(f"{path}/plan", path, action="New furnace", responsible="", due="soon", expected_version="2")
    assert bad.status_code == 422 and "New furnace" in bad.text and "Who does it is missing." in bad.text
    good = {"action": "New furnace", "responsible": "Plant manager", "due": "2027-03-01"}
    assert sqe.send(f"{path}/plan", path, **good, expected_version="2").status_code == 303
    first = min(int(line) for line in re.findall(rf"{path}/plan/(\d+)/done", sqe.get(path).text))
    assert sqe.send(f"{path}/plan/{first}", path, **good, expected_version="2").status_code == 409
    assert sqe.send(f"{path}/plan/{first}/done", path, done="true", expected_version="3").status_code == 303
    page = sqe.get(path).text
    assert "Plant manager" in page and "Second thermocouple" in page
    assert sqe.send(f"{path}/actions/accept", path, expected_version="4").status_code == 303
    assert "in force" in sqe.get(f"/suppliers/{shop.supplier_number}?tab=special-processes").text
    assert "Never assessed" not in sqe.get("/special-processes").text
    assert signed_in("viewer").send(f"{path}/plan/{first}/done", path, expected_version="5").status_code == 403


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"findings": "many"}, "findings"),
        ({"points": "101"}, "points"),
        ({"findings": "1", "immediate": "2"}, "immediate"),
    ],
)
def test_results_that_cannot_be_are_refused(changes: dict[str, str], column: str) -> None:
    with pytest.raises(BadAssessment) as caught:
        AssessmentDetails.read(changes)
    assert [problem.column for problem in caught.value.details] == [column]


def test_the_next_one_is_due_on_the_same_day_or_the_last_of_the_month() -> None:
    yearly = SpecialProcess(id="x", name=Text.of("x"), assessment="CQI-9")
    assert operations.due_again(yearly, date(2024, 2, 29)) == date(2025, 2, 28)
    half = SpecialProcess(id="x", name=Text.of("x"), assessment="CQI-9", every_months=6)
    assert operations.due_again(half, date(2026, 8, 31)) == date(2027, 2, 28)
