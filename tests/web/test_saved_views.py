"""Views of lists under a name: one's own, those for everybody, and the one a list opens with."""

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from supplier_quality.errors import BadInput
from supplier_quality.persistence import Database
from supplier_quality.trail import TrailEntry
from supplier_quality.web.models import FirstView, SavedView
from supplier_quality.web.saved_views import tidy_query
from tests.suppliers.conftest import make_supplier, ready

__all__ = ["make_supplier", "ready"]

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHOWN = "state=prospect&sort=-changed&columns=state,name"


def keep(browser: Any, title: str = "Prospects", **more: str) -> TestResponse:
    answer: TestResponse = browser.send("/views/suppliers", "/suppliers?saved=none", title=title, query=SHOWN, **more)
    return answer


def view_named(database: Database, name: str) -> SavedView:
    with database.read() as session:
        return session.scalars(select(SavedView).where(SavedView.name == name)).one()


def test_a_view_is_an_address_that_shows_the_same_list_to_whoever_opens_it(ready: Database, signed_in: Any) -> None:
    ann, bea = signed_in("sqe", name="Ann"), signed_in("buyer", name="Bea")

    path = keep(ann).headers["Location"]

    view = view_named(ready, "Prospects")
    assert path == f"/suppliers?{view.query}&saved={view.id}"
    assert "Prospects" in ann.get(path).text
    hers = bea.get(path)
    assert hers.status_code == 200
    assert '<option value="prospect" selected>' in hers.text
    assert "Prospects" not in hers.text, "the name of somebody else's view is not shown"


@ON_SQLITE
def test_a_list_opens_with_the_view_a_person_chose_until_they_ask_for_everything(
    ready: Database, signed_in: Any
) -> None:
    ann, bea = signed_in("sqe", name="Ann"), signed_in("buyer", name="Bea")
    path = keep(ann, first="true").headers["Location"]

    assert ann.get("/suppliers").headers["Location"] == path
    assert ann.get("/suppliers?saved=none").status_code == 200
    assert bea.get("/suppliers").status_code == 200
    ann.send("/views/suppliers/first-none", "/views/suppliers")
    assert ann.get("/suppliers").status_code == 200


@ON_SQLITE
def test_what_is_shown_now_can_be_kept_under_the_name_of_the_open_view(ready: Database, signed_in: Any) -> None:
    ann = signed_in("sqe")
    keep(ann)
    view = view_named(ready, "Prospects")

    changed = ann.get(f"/suppliers?state=approved&saved={view.id}").text
    assert f"/views/suppliers/{view.id}/replace" in changed
    answer = ann.send(f"/views/suppliers/{view.id}/replace", "/suppliers?saved=none", query="state=approved")

    assert answer.headers["Location"] == f"/suppliers?state=approved&saved={view.id}"
    assert f"/views/suppliers/{view.id}/replace" not in ann.get(answer.headers["Location"]).text


def test_only_quality_managers_make_and_change_views_for_everybody(ready: Database, signed_in: Any) -> None:
    sqe, manager = signed_in("sqe", name="Ann"), signed_in("quality_manager", name="Bo")

    assert keep(sqe, shared="true").status_code == 403
    keep(manager, shared="true", first="true")
    view = view_named(ready, "Prospects")
    assert "Prospects" in sqe.get("/suppliers?saved=none").text
    assert sqe.send(f"/views/suppliers/{view.id}/remove", "/suppliers").status_code == 403
    sqe.send(f"/views/suppliers/{view.id}/first", "/suppliers")
    assert sqe.get("/suppliers").status_code == 303
    manager.send(f"/views/suppliers/{view.id}/unshare", "/views/suppliers")

    assert sqe.get("/suppliers").status_code == 200, "a view taken back opens no list of others"
    with ready.read() as session:
        told = session.scalars(select(TrailEntry.action).where(TrailEntry.record_kind == "saved_view")).all()
        assert list(told) == ["view.shared", "view.unshared"]
        assert len(session.scalars(select(FirstView)).all()) == 1


@ON_SQLITE
def test_a_form_that_comes_back_keeps_what_was_typed(ready: Database, signed_in: Any) -> None:
    ann = signed_in("sqe")
    keep(ann)

    again = keep(ann, "prospects ", first="true")
    nameless = keep(ann, "  ")

    assert (again.status_code, nameless.status_code) == (409, 422)
    assert "There is a view named prospects already" in again.text
    assert 'value="prospects "' in again.text
    assert "state=prospect" in again.text
    assert "Give the view a name" in nameless.text


@ON_SQLITE
def test_views_are_renamed_and_removed_by_their_owner_and_unknown_to_others(ready: Database, signed_in: Any) -> None:
    ann, bea = signed_in("sqe", name="Ann"), signed_in("buyer", name="Bea")
    keep(ann, first="true")
    view = view_named(ready, "Prospects")
    path = f"/views/suppliers/{view.id}"

    assert bea.send(f"{path}/rename", "/suppliers", title="Mine").status_code == 404
    assert ann.send(f"{path}/rename", "/views/suppliers", title="To ask").status_code == 303
    assert "To ask" in ann.get("/views/suppliers").text
    assert ann.send(f"/views/certificates/{view.id}/remove", "/views/suppliers").status_code == 404
    assert ann.send(f"{path}/remove", "/views/suppliers").status_code == 303
    assert "No saved views yet" in ann.get("/views/suppliers").text
    assert ann.get("/suppliers").status_code == 200
    assert ann.get("/views/nothing").status_code == 404


def test_equal_views_are_equal_texts_and_places_in_the_list_are_not_kept() -> None:
    assert tidy_query("?state=a&q=x%20y&at=cursor&saved=3") == "q=x+y&state=a" == tidy_query("q=x+y&state=a")
    with pytest.raises(BadInput):
        tidy_query("q=" + "x" * 3_000)


@ON_SQLITE
def test_columns_are_chosen_and_ordered_by_links_and_files_follow(
    ready: Database, signed_in: Any, make_supplier: Any
) -> None:
    make_supplier("Acme Castings", duns="123456789")
    browser = signed_in("sqe")

    page = browser.get("/suppliers?columns=duns,name,state").text
    heads = page[page.index("<thead>") : page.index("</thead>")]
    row = page[page.index("<tbody>") : page.index("</tbody>")]

    assert heads.index("DUNS number") < heads.index("Name") < heads.index("State")
    assert row.index("123456789") < row.index(">Acme Castings<")
    assert "columns=duns%2Cstate%2Cname&amp;arrange=yes" in page
    assert browser.get("/suppliers/export.csv?columns=duns,name").text.lstrip("\ufeff").splitlines() == [
        "DUNS number,Name",
        "123456789,Acme Castings",
    ]
    assert "Acme Castings" not in browser.get("/suppliers?owner=me").text, "Ann owns it"
