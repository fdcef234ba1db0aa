"""Links of a supplier's contacts: copied, sent again, passed on, revoked; who opened them; sessions ended."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality import clock, trail
from supplier_quality.identity.contact_sessions import current_contact, redeem_code
from supplier_quality.identity.enums import LinkState
from supplier_quality.identity.link_models import AccessLink, ContactSession
from supplier_quality.identity.links import LinkUnknown, open_link
from supplier_quality.identity.secret import hash_token
from supplier_quality.mail import MailMessage
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.details import ContactDetails
from supplier_quality.suppliers.models import Contact
from supplier_quality.suppliers.operations import add_contact
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import act, deliver

MakeSupplier = Callable[..., str]


@pytest.fixture
def invited(ready: Database, make_supplier: MakeSupplier) -> str:
    """A supplier that was asked just now, with a second contact."""
    number = make_supplier()
    now = clock.now()
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        details = ContactDetails(name="Rosa", email="rosa@acme.example", roles=["quality"])
        add_contact(session, supplier, details, actor=SQE, at=now)
    act(ready, number, "invite", SQE, now)
    return number


def link_of(database: Database) -> AccessLink:
    with database.read() as session:
        return session.scalars(select(AccessLink).order_by(AccessLink.id)).all()[0]


def open_session(database: Database, token: str) -> Any:
    """Come in through a link as the contact does: ask for a code, read it in the mail, type it."""
    from supplier_quality.identity.codes import request_code

    now = clock.now()
    request_code(database, token, at=now, ip="10.0.0.1")
    deliver(database, now)
    with database.read() as session:
        text = session.scalars(select(MailMessage.text).order_by(MailMessage.id.desc())).first() or ""
    code = re.search(r"\b([A-Z0-9]{4}-?[A-Z0-9]{4})\b", text)
    assert code is not None, text
    return redeem_code(database, token, code[1], at=now, ip="10.0.0.1", device="Firefox on Linux")


def copied(browser: Any, path: str, link: AccessLink) -> str:
    page = browser.send(f"{path}/links/{link.id}/copy", path)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'id="copied-link" class="mono">http://localhost:8000/s#([^<]+)<', page.text)
    assert found is not None
    return found[1]


def test_a_link_is_copied_once_and_the_trail_says_by_whom(ready: Database, signed_in: Any, invited: str) -> None:
    browser = signed_in("sqe", name="Copy Cat")
    path = f"/suppliers/{invited}"
    link = link_of(ready)
    token = copied(browser, path, link)
    assert open_link(ready, token, at=clock.now(), ip="10.0.0.1").expired is False
    assert token not in browser.get(f"{path}?tab=links").text
    with ready.read() as session:
        last = trail.entries(session, "access_link", link.id)[-1]
        kept = [row[0] for row in session.execute(select(AccessLink.id)).all()]
    assert (last.action, last.actor.label) == ("access_link.copied", "Copy Cat")
    assert kept
    assert hash_token(token) != token


def test_who_opened_a_link_is_shown_and_their_session_can_be_ended(
    ready: Database, signed_in: Any, invited: str
) -> None:
    browser = signed_in("sqe")
    path = f"/suppliers/{invited}"
    assert "not yet" in browser.get(f"{path}?tab=links").text
    opened = open_session(ready, copied(browser, path, link_of(ready)))
    page = browser.get(f"{path}?tab=links").text
    assert "Quinn (Acme Castings)" in page
    assert "Firefox on Linux" in page
    with ready.read() as session:
        session_id = session.scalars(select(ContactSession.id)).one()
    assert current_contact(ready, opened.secret, at=clock.now()) is not None
    assert browser.send(f"{path}/sessions/{session_id}/end", path).status_code == 303
    assert current_contact(ready, opened.secret, at=clock.now()) is None
    assert "Session of Quinn ended" in browser.get(path).text


def test_a_revoked_link_is_dead_and_cannot_be_copied(ready: Database, signed_in: Any, invited: str) -> None:
    browser = signed_in("sqe")
    path = f"/suppliers/{invited}"
    link = link_of(ready)
    token = copied(browser, path, link)
    assert browser.send(f"{path}/links/{link.id}/revoke", path).status_code == 303
    with pytest.raises(LinkUnknown):
        open_link(ready, token, at=clock.now(), ip="10.0.0.1")
    answer = browser.send(f"{path}/links/{link.id}/copy", path)
    assert answer.status_code == 409
    assert "This link has ended" in answer.text
    assert "Revoked" in answer.text


def test_a_link_is_sent_again_at_once(ready: Database, signed_in: Any, invited: str) -> None:
    browser = signed_in("sqe")
    path = f"/suppliers/{invited}"
    assert browser.send(f"{path}/links/{link_of(ready).id}/send", path).status_code == 303
    deliver(ready, clock.now())
    with ready.read() as session:
        subjects = session.scalars(select(MailMessage.subject).order_by(MailMessage.id)).all()
    assert subjects[-1] == f"Your link to our supplier self-assessment ({invited})"
    assert "Access link sent again to Quinn" in browser.get(path).text


def test_a_link_is_passed_on_to_a_colleague_and_another_contact_is_asked(
    ready: Database, signed_in: Any, invited: str, make_supplier: MakeSupplier
) -> None:
    browser = signed_in("sqe")
    path = f"/suppliers/{invited}"
    with ready.read() as session:
        rosa = session.scalars(select(Contact.id).where(Contact.name == "Rosa")).one()
    link = link_of(ready)
    assert browser.send(f"{path}/links/{link.id}/delegate", path, contact=str(rosa)).status_code == 303
    deliver(ready, clock.now())
    page = browser.get(f"{path}?tab=links").text
    assert "passed on by a colleague" in page
    with ready.read() as session:
        assert "rosa@acme.example" in session.scalars(select(MailMessage.address)).all()
    again = browser.send(f"{path}/links/{link.id}/delegate", path, contact=str(rosa))
    assert again.status_code == 422
    assert "has the link already" in again.text
    other = make_supplier("Other")
    assert browser.send(f"/suppliers/{other}/links/{link.id}/copy", path).status_code == 404
    assert browser.send(f"/suppliers/{other}/links/{link.id}/revoke", path).status_code == 404


def test_nobody_is_asked_when_nothing_is_to_be_answered(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    browser = signed_in("sqe")
    path = f"/suppliers/{number}"
    with ready.read() as session:
        quinn = session.scalars(select(Contact.id)).one()
    answer = browser.send(f"{path}/links/new", path, contact=str(quinn))
    assert answer.status_code == 409
    assert "Nothing is asked of Acme Castings now" in answer.text
    with ready.read() as session:
        assert session.scalars(select(AccessLink)).all() == []


def test_a_viewer_touches_no_link(ready: Database, signed_in: Any, invited: str) -> None:
    browser = signed_in("viewer")
    path = f"/suppliers/{invited}"
    link = link_of(ready)
    for act_on_it in ("copy", "send", "revoke", "delegate"):
        assert browser.send(f"{path}/links/{link.id}/{act_on_it}", path).status_code == 403
    assert "Copy link" not in browser.get(f"{path}?tab=links").text
    assert link.state_at(clock.now() + timedelta(days=1)) is LinkState.LIVE


def test_an_address_that_took_no_mail_is_said_with_the_ways_to_mend_it(
    ready: Database, signed_in: Any, invited: str
) -> None:
    with ready.write() as session:
        quinn = session.scalars(select(Contact).where(Contact.name == "Quinn")).one()
        quinn.bounced_at = clock.now()
    browser = signed_in("sqe")
    path = f"/suppliers/{invited}"
    page = browser.get(f"{path}?tab=contacts").text
    assert "Mail to Quinn came back" in page
    version = re.search(r'mail-again".*?name="expected_version" value="(\d+)"', page, re.DOTALL)
    assert version is not None
    again = f"{path}/contacts/{quinn.id}/mail-again"
    assert browser.send(again, path, expected_version="1").status_code == 409
    assert browser.send(again, path, expected_version=version[1]).status_code == 303
    assert "Mail to Quinn came back" not in browser.get(f"{path}?tab=contacts").text
    assert "Quinn takes mail again" in browser.get(path).text
