"""A form that could not be taken keeps what was typed, for whoever typed it and nobody else."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from supplier_quality import clock
from supplier_quality.identity.models import UserSession
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.web.field_names import is_named
from tests.web.conftest import PASSWORD, Browser

PROFILE = {"name": "Typed too late", "language": "en", "time_zone": "Europe/Berlin"}


@pytest.fixture
def anna(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("sqe", name="Anna", email="anna@example.com")


def end_sessions(database: Database) -> None:
    """End every session, as another device does."""
    with database.write() as session:
        session.execute(update(UserSession).values(ended_at=clock.now()))


def late(browser: Browser, database: Database, **fields: str) -> Any:
    """Send a form of a page that was opened before the session ended."""
    token = browser.csrf_token("/account")
    end_sessions(database)
    return browser.post("/account/profile", data={**fields, "csrf_token": token})


def told(page: str) -> list[tuple[str, str]]:
    """Labels and values of what was typed."""
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.partition('id="typed-title"')[2].partition("</dl>")[0])


def sealed(text: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', text)
    assert found, "nothing is kept"
    return html.unescape(found[1])


def test_a_form_out_of_date_is_told_under_its_labels_and_sent_again_by_one_button(anna: Browser) -> None:
    fields = {"name": "Acme", "source_key": "7", "country": "DE", "expected_version": "3", "idempotency_key": "k-1"}
    answer = anna.post("/suppliers/new?lang=zh", data={**fields, "csrf_token": "spoilt"})

    assert answer.status_code == 400
    assert told(answer.text) == [
        ("名称", "Acme"), ("外部编号", "7"), ("国家", "德国"),
    ]  # fmt: skip
    assert 'type="hidden" name="expected_version" value="3"' in answer.text
    assert "<textarea" not in answer.text
    assert re.findall(r'<input type="([^"]*)" name="source_key"', answer.text) == ["hidden"]


def test_every_field_of_a_supplier_has_words() -> None:
    names = {name for kind in (SupplierDetails, SiteDetails, ContactDetails) for name in kind.__dataclass_fields__}
    assert {name for name in names if not is_named(name)} == set()


def test_what_was_typed_after_the_session_ended_comes_back_to_whoever_typed_it(
    anna: Browser, database: Database
) -> None:
    asked = late(anna, database, **PROFILE)
    assert asked.status_code == 401
    assert "Your session has ended" in asked.text

    back = anna.send("/sign-in", email="anna@example.com", password=PASSWORD, kept=sealed(asked.text))

    assert back.status_code == 200
    assert ("Name", "Typed too late") in told(back.text)
    assert 'action="/account/profile"' in back.text
    assert "Typed too late" not in anna.get("/account").text, "nothing is sent by itself"
    token = re.search(r'name="csrf_token" value="([^"]+)"', back.text)
    assert token
    sent = anna.post("/account/profile", data={**PROFILE, "csrf_token": token[1]})
    assert sent.status_code == 303
    assert "Typed too late" in anna.get("/account").text


def test_somebody_else_who_signs_in_does_not_get_it(
    anna: Browser, database: Database, add_user: Callable[..., int]
) -> None:
    add_user("sqe", email="bert@example.com", name="Bert")
    asked = late(anna, database, name="Typed too late")

    other = anna.send("/sign-in", email="bert@example.com", password=PASSWORD, kept=sealed(asked.text))

    assert other.status_code == 303
    assert "Typed too late" not in other.text


def test_a_wrong_password_does_not_lose_it_and_a_forged_one_is_not_believed(anna: Browser, database: Database) -> None:
    kept = sealed(late(anna, database, name="Typed too late").text)

    again = anna.send("/sign-in", email="anna@example.com", password="wrong wrong wrong", kept=kept)
    forged = anna.send("/sign-in", email="anna@example.com", password=PASSWORD, kept=kept[:-4] + "AAAA")

    assert sealed(again.text) == kept
    assert forged.status_code == 303


def test_no_password_is_sealed(anna: Browser, database: Database) -> None:
    asked = late(anna, database, name="Typed too late", my_password="hunter2 hunter2")
    back = anna.send("/sign-in", email="anna@example.com", password=PASSWORD, kept=sealed(asked.text))

    assert "hunter2" not in back.text


def test_with_the_cookies_lost_the_sign_in_is_what_is_missing(anna: Browser) -> None:
    stranger = anna.application.test_client()
    answer = stranger.post("/suppliers/new", data={"name": "Acme", "csrf_token": "of a lost cookie"})

    assert answer.status_code == 401
    assert "You are not signed in any more" in answer.text
    assert 'name="kept"' not in answer.text


def test_the_sign_in_page_says_why_one_stands_there(anna: Browser, database: Database) -> None:
    end_sessions(database)

    assert "Your session has ended" in anna.get("/suppliers", follow_redirects=True).text
