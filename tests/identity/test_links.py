from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.errors import NotAllowed
from supplier_quality.identity import ContactCard, system_actor
from supplier_quality.identity.contact_sessions import contact_actor
from supplier_quality.identity.contacts import mask_email
from supplier_quality.identity.guessing import TooManyTries
from supplier_quality.identity.link_models import AccessLink, AccessLinkToken, ContactSession, LinkCode
from supplier_quality.identity.links import (
    ASK_FOR_NEW_LINK,
    MOST_DELEGATIONS,
    SEND_LINK,
    BadLink,
    LinkEnded,
    LinkPreview,
    LinkUnknown,
    ask_for_new_link,
    create_link,
    delegate_link,
    get_link_to,
    links_of,
    mint_token,
    open_link,
    revoke_link,
)
from supplier_quality.identity.operations import disable_user
from supplier_quality.identity.permissions import NotYours
from supplier_quality.identity.queries import list_links
from supplier_quality.persistence import Database
from tests.identity.conftest import JOHN, MEI, RECORD, STRANGER, Person, invite, queued, trail_actions

LATER = timedelta(days=91)


def hand_on(database: Database, link: AccessLink, to, actor, *, at: datetime) -> AccessLink:  # type: ignore[no-untyped-def]
    with database.write() as session:
        return delegate_link(session, session.get_one(AccessLink, link.id), to=to, actor=actor, at=at)


def revoke(database: Database, link: AccessLink, by: Person, *, at: datetime) -> None:
    with database.write() as session:
        revoke_link(session, session.get_one(AccessLink, link.id), actor=by.actor, at=at)


def test_link_shows_whom_to_ask_and_nothing_else(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    _link, token = invite(database, sam.actor, at=at)
    preview = open_link(database, token, at=at, ip="10.1.1.1")
    assert preview == LinkPreview(ask_name="Sam", ask_email="s•••@p•••.example", expired=False, language="zh")
    assert {field.name for field in fields(preview)} == {"ask_name", "ask_email", "expired", "language"}


def test_opening_a_link_changes_nothing(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, token = invite(database, sam.actor, at=at)
    before = trail_actions(database, "access_link", link.id)
    for _n in range(5):
        open_link(database, token, at=at, ip="10.1.1.1")
    with database.read() as session:
        assert session.scalars(select(ContactSession)).all() == []
        assert session.scalars(select(LinkCode)).all() == []
    assert trail_actions(database, "access_link", link.id) == before


def test_unknown_and_revoked_links_and_those_of_people_who_left_answer_alike(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    revoked, revoked_token = invite(database, sam.actor, at=at)
    _left, left_token = invite(database, sam.actor, at=at, contact=JOHN)
    revoke(database, revoked, sam, at=at)
    contacts[JOHN.id] = replace(contacts[JOHN.id], active=False)
    answers = set()
    for token in ("x" * 43, "", "\ud800", revoked_token, left_token):
        with pytest.raises(LinkUnknown) as refused:
            open_link(database, token, at=at, ip="10.1.1.1")
        answers.add((refused.type, str(refused.value)))
    assert len(answers) == 1


def test_expired_link_says_so_and_its_holder_may_ask_for_a_new_one_once_a_day(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, token = invite(database, sam.actor, at=at)
    with pytest.raises(LinkUnknown):
        ask_for_new_link(database, token, at=at, ip="10.1.1.1")
    assert open_link(database, token, at=at + LATER, ip="10.1.1.1").expired
    for _n in range(3):
        ask_for_new_link(database, token, at=at + LATER, ip="10.1.1.1")
    (row,) = queued(database, ASK_FOR_NEW_LINK)
    assert row.payload == {"link_id": link.id, "owner_id": sam.id}
    assert trail_actions(database, "access_link", link.id)[-1] == "access_link.new_one_asked"
    ask_for_new_link(database, token, at=at + LATER + timedelta(days=1), ip="10.1.1.1")
    assert len(queued(database, ASK_FOR_NEW_LINK)) == 2


def test_several_tokens_open_one_link_and_copying_is_in_the_trail(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, mailed = invite(database, sam.actor, at=at)
    with database.write() as session:
        copied = mint_token(session, session.get_one(AccessLink, link.id), at, copied_by=sam.actor)
    assert mailed != copied
    assert open_link(database, mailed, at=at, ip="") == open_link(database, copied, at=at, ip="")
    assert trail_actions(database, "access_link", link.id) == ["access_link.created", "access_link.copied"]
    with database.read() as session:
        assert {mailed, copied}.isdisjoint(session.scalars(select(AccessLinkToken.token_hash)))


def test_second_invitation_to_the_same_prolongs_the_first(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    again, _token = invite(database, sam.actor, at=at + timedelta(days=1))
    assert (again.id, again.expires_at) == (link.id, at + timedelta(days=91))
    assert trail_actions(database, "access_link", link.id) == ["access_link.created", "access_link.prolonged"]


def test_link_opens_its_own_record_only(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    other, _token = invite(database, sam.actor, at=at, record=trail.RecordRef("scar", 5, "SCAR-00005"))
    invite(database, sam.actor, at=at, contact=JOHN, record=trail.RecordRef("supplier", 6, "SUP-00006"))
    with database.read() as session:
        assert [each.id for each in links_of(session, MEI, at=at)] == [link.id, other.id]
        assert get_link_to(session, MEI, record_kind="supplier", record_id=5, at=at).id == link.id
        for kind, number in (("supplier", 6), ("part", 5)):
            with pytest.raises(LinkUnknown):
                get_link_to(session, MEI, record_kind=kind, record_id=number, at=at)
        assert links_of(session, MEI, at=at + LATER) == []


def test_contact_delegates_to_a_colleague_who_gets_a_mail(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    mei = contact_actor(MEI, contacts[1])
    made = hand_on(database, link, JOHN, mei, at=at)
    assert (made.delegated_from, made.contact, made.record, made.expires_at) == (
        link.id,
        JOHN,
        RECORD,
        link.expires_at,
    )
    (row,) = queued(database, SEND_LINK)
    assert row.payload == {"link_id": made.id, "delegated_by": "Mei Li (Castings Ltd)"}
    with database.read() as session:
        entry = trail.entries(session, "access_link", link.id)[-1]
        assert [each.id for each in links_of(session, MEI, at=at)] == [link.id]
    assert (entry.action, entry.actor.id) == ("access_link.delegated", "test_contact:1")
    with pytest.raises(BadLink):
        hand_on(database, link, JOHN, mei, at=at)


def test_nobody_delegates_to_another_supplier_or_what_is_not_theirs(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    with pytest.raises(BadLink):
        hand_on(database, link, STRANGER, contact_actor(MEI, contacts[1]), at=at)
    with pytest.raises(NotYours):
        hand_on(database, link, JOHN, contact_actor(JOHN, contacts[2]), at=at)
    with pytest.raises(BadLink):
        hand_on(database, link, MEI, sam.actor, at=at)
    revoke(database, link, sam, at=at)
    with pytest.raises(LinkEnded):
        hand_on(database, link, JOHN, sam.actor, at=at)


def test_handing_on_is_bounded(database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime) -> None:
    link, _token = invite(database, sam.actor, at=at)
    for n in range(MOST_DELEGATIONS + 1):
        contacts[100 + n] = replace(contacts[1], id=100 + n)
    for n in range(MOST_DELEGATIONS):
        hand_on(database, link, replace(MEI, id=100 + n), sam.actor, at=at)
    with pytest.raises(BadLink):
        hand_on(database, link, replace(MEI, id=100 + MOST_DELEGATIONS), sam.actor, at=at)


def test_revoking_ends_what_was_delegated_too(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    made = hand_on(database, link, JOHN, sam.actor, at=at)
    revoke(database, link, sam, at=at)
    revoke(database, link, sam, at=at)
    with database.read() as session:
        states = {item.id: item.state for item in list_links(session, record_kind="supplier", record_id=5, at=at)}
    assert states == {link.id: "revoked", made.id: "revoked"}
    assert trail_actions(database, "access_link", made.id) == ["access_link.created", "access_link.revoked"]
    with pytest.raises(LinkEnded), database.write() as session:
        mint_token(session, session.get_one(AccessLink, made.id), at)


def test_links_of_a_record_are_listed_with_their_contact(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    invite(database, sam.actor, at=at)
    with database.read() as session:
        (item,) = list_links(session, record_kind="supplier", record_id=5, at=at + LATER)
    assert (item.contact_name, item.contact_email, item.state) == ("Mei Li", "mei@castings.example", "expired")


def test_only_staff_who_work_with_suppliers_and_the_product_itself_invite(
    database: Database, hire: Callable[..., Person], contacts: dict[int, ContactCard], at: datetime
) -> None:
    viewer, buyer = hire("Vera", "viewer"), hire("Bob", "buyer")
    reading = replace(buyer.actor, kind="token", scopes=frozenset({"suppliers:read"}))
    for actor in (viewer.actor, contact_actor(MEI, contacts[1]), reading):
        with pytest.raises(NotAllowed):
            invite(database, actor, at=at)
    for actor in (buyer.actor, system_actor("policy"), replace(reading, scopes=frozenset({"scar:write"}))):
        assert invite(database, actor, at=at)


def test_link_needs_an_active_contact_and_a_future_end(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    def make(contact_id: int, days: int) -> None:
        with database.write() as session:
            create_link(
                session,
                contact=replace(MEI, id=contact_id),
                record=RECORD,
                purpose="ppap",
                expires_at=at + timedelta(days=days),
                actor=sam.actor,
                at=at,
            )

    for contact_id, days in ((404, 1), (1, 0), (1, 5000)):
        with pytest.raises(BadLink):
            make(contact_id, days)


def test_owner_who_left_is_not_named(
    database: Database, admin: Person, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    _link, token = invite(database, sam.actor, at=at)
    with database.write() as session:
        disable_user(session, sam.user, actor=admin.actor, at=at)
    assert open_link(database, token, at=at, ip="").ask_name == ""


def test_opening_is_bounded_per_address(database: Database, at: datetime) -> None:
    with pytest.raises(TooManyTries):
        for _n in range(300):
            with pytest.raises(LinkUnknown):
                open_link(database, "guess", at=at, ip="10.6.6.6")


@pytest.mark.parametrize(
    ("email", "masked"),
    [("mei.li@castings.example", "m•••@c•••.example"), ("a@b.co.uk", "a•••@b•••.uk"), ("root@localhost", "r•••@l•••")],
)
def test_addresses_are_masked(email: str, masked: str) -> None:
    assert mask_email(email) == masked
