"""The pages of qualification, as a browser sees them."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from supplier_quality.persistence import Database
from tests.suppliers.qualification.conftest import steps_of
from tests.suppliers.scope.conftest import ask

Reviewed = Callable[..., str]


def test_the_page_of_a_supplier_shows_its_risk_in_parts_and_why_each_step_is_asked_for(
    house: Database, reviewed: Reviewed, signed_in: Any
) -> None:
    number = reviewed("safety")
    browser = signed_in("sqe")
    page = browser.get(f"/suppliers/{number}?tab=qualification").text
    for words in (
        "58 of 97 points.", "Medium", "Financial standing", "Counts as the middle until somebody assesses it", "Germany",
        "Named by the supplier, not verified", "Decision after an on-site audit", "Quality agreement", "row 2",
        "Safety parts without IATF 16949 or at high risk are audited on site", "risk_class 1, risk_parts 1",
    ):  # fmt: skip
        assert words in page, words
    manager = signed_in("quality_manager")
    blocked = manager.get(f"/suppliers/{number}").text
    assert "Steps of the qualification are still to be done" in blocked
    assert "On-site audit, to be done; QST-" in blocked and "tab=qualification#route" in blocked
    assert 'href="/suppliers/' in manager.get(f"/suppliers/{number}?tab=qualification").text


def test_people_assess_parts_with_evidence_and_see_what_changed(
    house: Database, reviewed: Reviewed, signed_in: Any, at: datetime
) -> None:
    number = reviewed("general")
    browser, path = signed_in("sqe"), f"/suppliers/{number}/risk"
    sent = {"finance": "high", "finance_evidence": "", "expected_version": version_on(browser, path)}
    answer = browser.send(path, path, **sent)
    assert answer.status_code == 422 and "Nothing shows it." in answer.text and "has-error" in answer.text
    answer = browser.send(path, path, **{**sent, "finance_evidence": "Credit report of May"})
    assert answer.headers["Location"] == f"/suppliers/{number}?tab=qualification"
    page = browser.get(answer.headers["Location"]).text
    assert "Credit report of May" in page and "Tester sqe" in page and "Earlier ratings" in page
    stale = browser.send(path, path, **{**sent, "finance_evidence": "Old page", "expected_version": "1"})
    assert stale.status_code == 409 and "Old page" in stale.text
    ask(house, number, at, commodity="CAST-AL")
    assert "What is known now asks for more steps" in browser.get(f"/suppliers/{number}?tab=qualification").text
    assert browser.send(f"/suppliers/{number}/route", path).status_code == 303
    assert set(steps_of(house, number)) == {"samples", "agreement"}


def version_on(browser: Any, path: str) -> str:
    found: str = browser.get(path).text.partition('name="expected_version" value="')[2].partition('"')[0]
    return found


def test_a_step_is_given_to_somebody_and_done_with_its_report(
    house: Database, reviewed: Reviewed, signed_in: Any, add_user: Callable[..., int]
) -> None:
    number = reviewed("key")
    step = steps_of(house, number)["samples"].number
    browser, path = signed_in("sqe"), f"/qualification-steps/{step}"
    page = browser.get(path).text
    assert "Samples with PPAP" in page and "Key parts need samples and a quality agreement" in page and "<svg" in page
    owner = add_user("engineer", name="Ivo Berg")
    wrong = browser.send(f"{path}/edit", f"{path}/edit", owner_id=str(owner), due="2020-01-01", expected_version="1")
    assert wrong.status_code == 422 and "It must be due after today." in wrong.text
    changed = {"owner_id": str(owner), "due": "2099-02-01", "expected_version": "1"}
    assert browser.send(f"{path}/edit", f"{path}/edit", **changed).status_code == 303
    assert "Ivo Berg" in browser.get(path).text
    engineer = signed_in("engineer")
    assert engineer.get(f"{path}/edit").status_code == 403
    done = {"done_on": "2026-01-01", "evidence": "PSW 17 approved", "expected_version": "2"}
    assert engineer.send(f"{path}/actions/complete", path, **{**done, "evidence": ""}).status_code == 422
    report = (io.BytesIO(b"characteristic,result\n1,ok\n"), "results.csv")
    assert engineer.send(f"{path}/actions/complete", path, **done, file=report).status_code == 303
    page = engineer.get(path).text
    assert "PSW 17 approved" in page and "results.csv" in page
    file = re.search(rf'href="({path}/files/\d+)"', page)
    assert file and engineer.get(file[1]).status_code == 200
    assert "characteristic,result" in engineer.get(f"{file[1]}/view").text
    assert browser.send(f"{path}/edit", f"{path}/edit", **{**changed, "expected_version": "3"}).status_code == 422
    assert browser.get("/qualification-steps/QST-99999").status_code == 404
