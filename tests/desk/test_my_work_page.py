"""The page people land on, and acts from its rows."""

from collections.abc import Callable
from typing import Any

from supplier_quality.identity.link_models import AccessLink
from supplier_quality.persistence import Database
from supplier_quality.suppliers.queries import get_supplier
from tests.desk.conftest import ANN
from tests.web.conftest import Browser


def act_on(browser: Browser, number: str, version: int) -> Any:
    return browser.send(
        "/my-work/act", "/my-work", kind="supplier", number=number, action="invite", expected_version=version
    )


def version_of(database: Database, number: str) -> tuple[str, int]:
    with database.read() as session:
        supplier = get_supplier(session, number, actor=ANN)
        return supplier.state, supplier.version


def test_people_land_on_my_work_and_an_empty_one_says_what_will_stand_here(
    staffed: Database, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("viewer")

    assert browser.get("/").headers["Location"] == "/my-work"
    page = browser.get("/my-work")
    assert page.status_code == 200
    assert "Nothing waits for you" in page.text


def test_one_click_takes_the_action_with_all_that_belongs_to_it(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier(owner_id=None)
    browser = signed_in("sqe")
    assert number in browser.get("/my-work").text
    _state, version = version_of(staffed, number)
    with staffed.write() as session:
        get_supplier(session, number, actor=ANN).owner_id = 9001

    answer = act_on(browser, number, version)

    assert answer.status_code == 303, answer.text
    assert version_of(staffed, number)[0] == "invited"
    with staffed.read() as session:
        assert session.query(AccessLink).count() == 1


def test_a_second_click_gets_the_first_answer_and_an_old_page_is_told(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier()
    browser = signed_in("sqe")
    _state, version = version_of(staffed, number)

    assert act_on(browser, number, version - 1).status_code == 409
    assert act_on(browser, number, version).status_code == 303
    assert act_on(browser, number, version).status_code == 303
    assert version_of(staffed, number) == ("invited", version + 1)


def test_an_action_of_another_role_is_refused_and_says_why(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier()
    answer = act_on(signed_in("viewer"), number, version_of(staffed, number)[1])

    assert answer.status_code == 409
    assert "Only these may do this" in answer.text
    assert version_of(staffed, number)[0] == "prospect"


def test_a_form_without_a_version_changes_nothing(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier()
    answer = signed_in("sqe").send("/my-work/act", "/my-work", kind="supplier", number=number, action="invite")

    assert answer.status_code == 422
    assert version_of(staffed, number)[0] == "prospect"
