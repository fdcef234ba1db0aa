"""The list of all questionnaires, on its page and read by others: found, narrowed, sorted, paged, counted."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from supplier_quality import clock
from supplier_quality.engine.store import store_files
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.questionnaires import operations, queries
from supplier_quality.suppliers.questionnaires.queries import QuestionnaireFilters
from tests.suppliers.conftest import SQE, add_user, app, client, make_supplier, ready, signed_in
from tests.suppliers.questionnaires.files import SHORT, load
from tests.support import shipped_rules

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

MakeSupplier = Callable[..., str]
OTHER = SHORT.replace("questionnaire: short", "questionnaire: other").replace("Short one", "Another one")


@pytest.fixture
def ask(ready: Database, at: datetime) -> Callable[..., str]:
    """Sends a questionnaire; the day it is due, which may have passed, and what it gave are written into it."""
    with ready.write() as session:
        store_files(session, [shipped_rules("questionnaire.yaml"), load(), load(OTHER)], at=at)

    def send(
        supplier: str,
        name: str = "short",
        *,
        days: int = 21,
        state: str = "answering",
        score: int | None = None,
        out: tuple[str, ...] = (),
    ) -> str:
        with ready.write() as session:
            found = supplier_queries.get_supplier(session, supplier, actor=SQE)
            made = operations.register_questionnaire(session, found, name, due=None, actor=SQE, at=at)
            operations.move_questionnaire(session, made, "send", actor=SQE, at=at)
            if state == "withdrawn":
                operations.move_questionnaire(
                    session, made, "withdraw", actor=SQE, at=at, form={"reason": "Not needed"}
                )
            made.due = clock.now().date() + timedelta(days=days)
            made.score, made.knock_outs = score, list(out)
            return made.number

    return send


def numbers(database: Database, *, sort: str = "due", actor: Actor = SQE, **filters: Any) -> list[str]:
    with database.read() as session:
        page = queries.list_questionnaires(session, actor=actor, sort=sort, filters=QuestionnaireFilters(**filters))
        return [line.number for line in page.rows]


def test_open_ones_come_by_the_day_we_need_them_and_those_decided_on_come_last(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str]
) -> None:
    later = ask(make_supplier("Acme Castings"), days=30)
    first = ask(make_supplier("Bolt Works"), days=-2)
    over = ask(make_supplier("Coil GmbH"), days=-50, state="withdrawn")

    assert numbers(ready) == [first, later, over]
    assert numbers(ready, sort="-due") == [later, first, over]


def test_it_is_sorted_by_supplier_score_and_number(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str]
) -> None:
    bolt, acme = make_supplier("Bolt Works"), make_supplier("Acme Castings")
    high, none, low = ask(bolt, score=9375), ask(acme), ask(acme, "other", score=4000)

    assert numbers(ready, sort="supplier") == [low, none, high]
    assert numbers(ready, sort="score") == [low, high, none]
    assert numbers(ready, sort="-score") == [high, low, none]
    assert numbers(ready, sort="number") == [high, none, low]
    assert numbers(ready, sort="-number") == [low, none, high]


def test_it_is_narrowed_by_state_file_owner_day_and_result(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str]
) -> None:
    acme, bolt = make_supplier("Acme Castings"), make_supplier("Bolt Works", owner_id=9002)
    late = ask(acme, days=-1, score=5999)
    other = ask(acme, "other", days=7, score=6000, out=("certified",))
    gone = ask(bolt, state="withdrawn", days=-9)

    assert numbers(ready, states=("withdrawn",)) == [gone]
    assert numbers(ready, name="other") == [other]
    assert numbers(ready, owner_id=9002) == [gone]
    assert numbers(ready, due_by=clock.now().date()) == [late]
    assert numbers(ready, knocked_out=True) == [other]
    assert numbers(ready, below=60) == [late]
    assert numbers(ready, search="bolt") == [gone]
    assert numbers(ready, search=other.lower()) == [other]
    assert numbers(ready, search="nobody") == []


@pytest.mark.parametrize("sort", ["due", "-due", "supplier", "score", "-score", "accepted", "number", "-number"])
def test_pages_lead_through_all_rows_and_back(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str], sort: str
) -> None:
    for number, name in enumerate(("Acme Castings", "Bolt Works", "Coil GmbH", "Dye Ltd")):
        supplier = make_supplier(name)
        ask(supplier, days=number % 2 * 7, score=None if number % 2 else 5000)
        ask(supplier, "other", days=3, state="withdrawn")
    seen: list[str] = []
    cursor: str | None = None
    with ready.read() as session:
        while True:
            page = queries.list_questionnaires(session, actor=SQE, sort=sort, cursor=cursor, size=3)
            seen += [line.number for line in page.rows]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        before = queries.list_questionnaires(session, actor=SQE, sort=sort, cursor=page.previous_cursor, size=3)

    assert seen == numbers(ready, sort=sort)
    assert len(set(seen)) == 8
    assert [line.number for line in before.rows] == seen[3:6]


def test_a_contact_reads_only_those_of_its_own_company(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str]
) -> None:
    acme, bolt = make_supplier("Acme Castings"), make_supplier("Bolt Works")
    own = ask(acme)
    ask(bolt)
    with ready.read() as session:
        person = supplier_queries.contacts_of(session, supplier_queries.get_supplier(session, acme, actor=SQE))[0]
        contact = Actor(kind="contact", id=f"contact:{person.id}", label=person.name, person_id=person.id)

    assert numbers(ready, actor=contact) == [own]


def test_what_waits_is_counted_and_each_count_leads_to_its_rows(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str], signed_in: Any
) -> None:
    late = ask(make_supplier("Acme Castings"), days=-3)
    soon = ask(make_supplier("Bolt Works"), days=5)
    ask(make_supplier("Coil GmbH"), days=60)
    ask(make_supplier("Dye Ltd"), days=-60, state="withdrawn")
    browser = signed_in("viewer")

    page = browser.get("/questionnaires").text
    chips = dict(re.findall(r'<a class="chip tone-\w+" href="([^"]+)">[^<]*<span class="figures">(\d+)', page))

    assert chips == {
        "/questionnaires?state=supplier&amp;due=late": "1",
        "/questionnaires?state=supplier&amp;due=7": "2",
    }
    for path, expected in (("state=supplier&due=late", {late}), ("state=supplier&due=7", {late, soon})):
        shown = browser.get(f"/questionnaires?{path}").text
        assert set(re.findall(r'href="/questionnaires/(QUE-\d+)"', shown)) == expected


def test_the_page_shows_each_with_its_supplier_state_score_and_owner(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str], signed_in: Any
) -> None:
    supplier = make_supplier("Acme Castings")
    number = ask(supplier, score=9375, out=("certified", "ppm"))

    page = (
        signed_in("buyer").get("/questionnaires?columns=supplier,title,state,score,knock_outs,round,number,owner").text
    )
    row = page.partition("<tbody>")[2].partition("</tr>")[0]

    assert f'<a href="/suppliers/{supplier}?tab=questionnaires">Acme Castings</a>' in row
    for words in (f"/questionnaires/{number}", "Short one", "With the supplier", "93.75", "2</span>", "Ann Miller"):
        assert words in row, words
    assert "One questionnaire" in page


def test_a_view_of_it_is_kept_and_opened_first(
    ready: Database, make_supplier: MakeSupplier, ask: Callable[..., str], signed_in: Any
) -> None:
    ask(make_supplier())
    browser = signed_in("sqe")
    at = "/questionnaires?saved=none"
    kept = browser.send("/views/questionnaires", at, title="Ruled out", query="result=knock-out", first="true")
    assert kept.status_code == 303, kept.text
    assert browser.get("/questionnaires").headers["Location"] == kept.headers["Location"]
    assert "Ruled out" in browser.get(kept.headers["Location"]).text


def test_an_empty_list_says_where_questionnaires_come_from(ready: Database, signed_in: Any, at: datetime) -> None:
    with ready.write() as session:
        store_files(session, [shipped_rules("questionnaire.yaml"), load()], at=at)
    page = signed_in("viewer").get("/questionnaires").text
    assert "No questionnaires yet" in page and "sent from the page of a supplier" in page
    assert 'href="/questionnaires"' in page.partition("<main")[0]
