"""The pages of commodities, as a browser sees them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from supplier_quality.parts.models import Commodity
from supplier_quality.persistence import Database
from supplier_quality.trail import entries

CASTINGS = {"number": "cast-al", "name_en": "Die castings", "name_zh": "压铸件", "criticality": "key"}


def add(browser: Any, **changes: Any) -> Any:
    return browser.send("/commodities/new", "/commodities/new", **{**CASTINGS, **changes})


def test_a_commodity_is_added_read_and_found(database: Database, signed_in: Callable[..., Any]) -> None:
    browser = signed_in("sqe")
    answer = add(browser, special_processes=["casting"])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/commodities/CAST-AL")
    page = browser.get("/commodities/CAST-AL").text
    assert "Die castings" in page and "Commodity added" in page and "B: fit or function" in page
    assert "Die castings" in browser.get("/commodities?q=cast").text
    assert "压铸件" in browser.get("/commodities?lang=zh&q=压铸").text
    assert "CAST-AL" in browser.get("/search?q=castings").text
    assert "No row fits these filters" in browser.get("/commodities?criticality=safety&lang=en").text


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(
    database: Database, signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("quality_manager")
    answer = add(browser, number="a/b")
    assert answer.status_code == 422
    assert "Use at most 20 letters" in answer.text and 'value="Die castings"' in answer.text
    assert add(browser).status_code == 303
    again = add(browser, name_en="Other")
    assert again.status_code == 422
    assert "There is a commodity CAST-AL already." in again.text and 'value="Other"' in again.text
    odd = add(browser, number="X", owner="me")
    assert "There is no field owner in this form." in odd.text


def test_an_old_form_overwrites_nothing(database: Database, signed_in: Callable[..., Any]) -> None:
    browser, other = signed_in("sqe", name="Me"), signed_in("quality_manager", name="Mo Other")
    add(browser)
    path = "/commodities/CAST-AL/edit"
    opened = {name: value for name, value in CASTINGS.items() if name != "number"} | {"expected_version": "1"}
    assert other.send(path, path, **{**opened, "criticality": "safety"}).status_code == 303
    answer = browser.send(path, path, **{**opened, "name_en": "Castings"})
    assert answer.status_code == 409
    assert "Mo Other" in answer.text and 'value="Castings"' in answer.text
    assert '<option value="safety" selected>' in answer.text, "what I left alone shows what they put there"
    assert 'name="expected_version" value="2"' in answer.text
    sent = {**opened, "name_en": "Castings", "criticality": "safety", "expected_version": "2"}
    assert browser.send(path, path, **sent).status_code == 303
    with database.read() as session:
        commodity = session.scalars(select(Commodity)).one()
        told = entries(session, "commodity", commodity.id)
    assert (commodity.name_en, commodity.criticality, commodity.revision) == ("Castings", "safety", 3)
    assert [entry.data.get("changes") for entry in told] == [
        None, {"criticality": ["key", "safety"]}, {"name_en": ["Die castings", "Castings"]},
    ]  # fmt: skip


def test_a_commodity_is_taken_out_of_use_not_deleted(database: Database, signed_in: Callable[..., Any]) -> None:
    browser = signed_in("sqe")
    add(browser)
    path = "/commodities/CAST-AL"
    assert browser.send(f"{path}/active", path, active="false", expected_version="1").status_code == 303
    assert browser.send(f"{path}/active", path, active="true", expected_version="1").status_code == 409
    assert "Out of use" in browser.get(path).text
    assert "CAST-AL" not in browser.get("/commodities?use=in_use").text
    assert browser.send(f"{path}/active", path, active="true", expected_version="2").status_code == 303


def test_others_read_and_change_nothing(database: Database, signed_in: Callable[..., Any]) -> None:
    add(signed_in("sqe"))
    viewer = signed_in("viewer")
    assert "Add a commodity" not in viewer.get("/commodities").text
    assert viewer.get("/commodities/CAST-AL").status_code == 200
    assert viewer.get("/commodities/new").status_code == 403
    assert viewer.get("/commodities/NOTHING").status_code == 404
