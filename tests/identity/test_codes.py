import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from supplier_quality import trail
from supplier_quality.config import Settings
from supplier_quality.identity import ContactCard, ContactDirectory, register_contacts
from supplier_quality.identity.codes import (
    SEND_CODE,
    CodeMail,
    TooManyCodes,
    WrongCode,
    mint_code,
    normalise_code,
    request_code,
    use_code,
)
from supplier_quality.identity.contact_sessions import current_contact, redeem_code
from supplier_quality.identity.enums import CodePurpose
from supplier_quality.identity.guessing import TooManyTries
from supplier_quality.identity.link_models import ContactSession, LinkCode
from supplier_quality.identity.links import LinkExpired, LinkUnknown, revoke_link
from supplier_quality.persistence import Database
from supplier_quality.persistence.attempts import AttemptCounter
from tests import starting
from tests.identity.conftest import JOHN, MEI, RECORD, Person, invite, newest_code, queued, trail_actions
from tests.support import open_test_database

MINUTE = timedelta(minutes=1)


def ask(database: Database, token: str, *, at: datetime) -> bool:
    """Ask for a code; whether a new one was made."""
    return not request_code(database, token, at=at, ip="10.1.1.1").reused


def deliver(database: Database, *, at: datetime) -> CodeMail:
    """What the mail of the newest code carries."""
    with database.write() as session:
        mail = mint_code(session, newest_code(database), at=at)
    assert mail is not None
    return mail


def redeem(database: Database, token: str, code: str, *, at: datetime) -> str:
    return redeem_code(database, token, code, at=at, ip="10.1.1.1", device="Phone").secret


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.fixture
def token(database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime) -> str:
    return invite(database, sam.actor, at=at)[1]


def test_code_opens_a_session_of_the_contact_for_twelve_hours(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    mail = deliver(database, at=at)
    assert re.fullmatch(r"\d{8}", mail.code)
    assert mail.code not in repr(mail)
    secret = redeem(database, token, mail.code, at=at)
    current = current_contact(database, secret, at=at + timedelta(hours=12) - MINUTE)
    assert current is not None
    assert (current.actor.kind, current.actor.id, current.actor.roles) == ("contact", "test_contact:1", frozenset())
    assert current.actor.label == "Mei Li (Castings Ltd)"
    assert current_contact(database, secret, at=at + timedelta(hours=12)) is None


def test_session_is_in_the_trail_of_the_link(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, token = invite(database, sam.actor, at=at)
    ask(database, token, at=at)
    redeem(database, token, deliver(database, at=at).code, at=at)
    assert trail_actions(database, "access_link", link.id) == ["access_link.created", "access_link.opened"]


def test_code_is_typed_as_people_type(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert redeem(database, token, f" {wide[:4]} - {wide[4:]}\n", at=at)


def test_code_works_once(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    redeem(database, token, code, at=at)
    with pytest.raises(WrongCode):
        redeem(database, token, code, at=at)


def test_code_is_valid_for_thirty_minutes_from_its_delivery(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    delivered = at + 20 * MINUTE
    code = deliver(database, at=delivered).code
    with pytest.raises(WrongCode):
        redeem(database, token, code, at=delivered + 30 * MINUTE)
    assert redeem(database, token, code, at=delivered + 30 * MINUTE - timedelta(seconds=1))


def test_asking_again_within_ten_minutes_sends_nothing_more(database: Database, token: str, at: datetime) -> None:
    assert ask(database, token, at=at)
    assert not ask(database, token, at=at + MINUTE)
    deliver(database, at=at + 2 * MINUTE)
    assert not ask(database, token, at=at + 10 * MINUTE - timedelta(seconds=1))
    assert len(queued(database, SEND_CODE)) == 1
    assert ask(database, token, at=at + 10 * MINUTE)


def test_code_of_a_slow_mailbox_still_works_after_another_was_asked_for(
    database: Database, token: str, at: datetime
) -> None:
    ask(database, token, at=at)
    slow = deliver(database, at=at).code
    ask(database, token, at=at + 11 * MINUTE)
    deliver(database, at=at + 11 * MINUTE)
    assert redeem(database, token, slow, at=at + 12 * MINUTE)


def test_mail_delivered_twice_carries_two_codes_that_both_count_as_one(
    database: Database, token: str, at: datetime
) -> None:
    ask(database, token, at=at)
    first, second = deliver(database, at=at).code, deliver(database, at=at + MINUTE).code
    redeem(database, token, first, at=at + MINUTE)
    with pytest.raises(WrongCode):
        redeem(database, token, second, at=at + MINUTE)


def test_five_wrong_codes_kill_the_code_and_not_the_link(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    for _n in range(5):
        with pytest.raises(WrongCode):
            redeem(database, token, wrong(code), at=at)
    with pytest.raises(WrongCode):
        redeem(database, token, code, at=at)
    assert ask(database, token, at=at)
    assert redeem(database, token, deliver(database, at=at).code, at=at)


def test_nonsense_of_a_scanner_kills_nothing(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    for nonsense in ("", "test", "1234567", "123456789", "<script>", "a@b.example", "٣" * 8):
        with pytest.raises(WrongCode):
            redeem(database, token, nonsense, at=at)
    assert redeem(database, token, code, at=at)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(guesses=st.lists(st.sampled_from(["right", "wrong", "nonsense"]), min_size=1, max_size=9))
def test_code_opens_only_before_the_fifth_wrong_guess_and_only_once(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime, guesses: list[str]
) -> None:
    _link, token = invite(database, sam.actor, at=at, record=trail.RecordRef("supplier", 99, "SUP-00099"))
    with database.write() as session:
        session.add(
            LinkCode(
                contact_kind="test_contact",
                contact_id=1,
                purpose="open",
                record_label="",
                requested_at=at,
                wrong_tries=0,
            )
        )
        session.flush()
        row = session.scalars(select(LinkCode).order_by(LinkCode.id.desc())).first()
        assert row is not None
        for earlier in session.scalars(select(LinkCode).where(LinkCode.id < row.id)):
            earlier.closed_at = at
        mail = mint_code(session, row.id, at=at)
        # The bounds on tries per hour are another test's.
        session.execute(delete(AttemptCounter))
    assert mail is not None
    wrongs, used = 0, False
    for guess in guesses:
        expected = guess == "right" and wrongs < 5 and not used
        typed = {"right": mail.code, "wrong": wrong(mail.code), "nonsense": "no code"}[guess]
        try:
            redeem(database, token, typed, at=at)
            opened = True
        except WrongCode:
            opened = False
        assert opened == expected
        used |= opened
        wrongs += guess == "wrong"


def test_codes_are_bounded_per_contact_and_hour(database: Database, token: str, at: datetime) -> None:
    for n in range(6):
        assert ask(database, token, at=at + n * timedelta(seconds=1))
        code = deliver(database, at=at).code
        for _n in range(5):
            with pytest.raises(WrongCode):
                redeem(database, token, wrong(code), at=at)
    with pytest.raises(TooManyCodes):
        ask(database, token, at=at + MINUTE)
    assert ask(database, token, at=at + 61 * MINUTE)


def test_tries_are_bounded_per_link_and_hour(database: Database, token: str, at: datetime) -> None:
    with pytest.raises(TooManyTries):
        for _n in range(100):
            with pytest.raises(WrongCode):
                redeem(database, token, "00000000", at=at)


def test_two_who_ask_at_once_make_one_code(database: Database, token: str, at: datetime) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _n: ask(database, token, at=at), range(4)))
    assert sum(made) == 1
    assert len(queued(database, SEND_CODE)) == 1


def _try_to_redeem(opened: Settings, typed: tuple[str, str], at: datetime, start, won) -> None:  # type: ignore[no-untyped-def]
    token, code = typed
    card = ContactCard(1, "Mei Li", "mei@castings.example", "zh", "Castings Ltd", True, "CN", "7")
    register_contacts(ContactDirectory("test_contact", lambda _session, _id: card))
    database = open_test_database(opened)
    start.wait()
    try:
        redeem(database, token, code, at=at)
        won.put(True)
    except WrongCode:
        won.put(False)
    database.dispose()


def test_of_several_processes_redeeming_the_same_code_one_wins(
    database: Database, settings: Settings, token: str, at: datetime
) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    context = starting.context()
    start, won = context.Barrier(3), context.Queue()
    children = [
        context.Process(target=_try_to_redeem, args=(settings, (token, code), at, start, won)) for _n in range(3)
    ]
    for child in children:
        child.start()
    results = [won.get(timeout=60) for _child in children]
    for child in children:
        child.join()
    assert sorted(results) == [False, False, True]
    with database.read() as session:
        assert len(session.scalars(select(ContactSession)).all()) == 1


def test_second_use_of_a_code_waits_for_the_first_and_fails(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code

    def use() -> bool:
        with database.write() as session:
            return use_code(session, MEI, CodePurpose.OPEN, code, at=at)

    with ThreadPoolExecutor(1) as threads:
        with database.write() as session:
            first = use_code(session, MEI, CodePurpose.OPEN, code, at=at)
            session.flush()
            second = threads.submit(use)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        assert (first, second.result(timeout=30)) == (True, False)


def test_code_of_one_contact_does_not_open_the_link_of_another(
    database: Database, sam: Person, token: str, at: datetime
) -> None:
    _link, johns = invite(database, sam.actor, at=at, contact=JOHN)
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    with pytest.raises(WrongCode):
        redeem(database, johns, code, at=at)
    assert redeem(database, token, code, at=at)


def test_revoked_expired_and_unknown_links_get_no_code(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, token = invite(database, sam.actor, at=at)
    with pytest.raises(LinkExpired):
        ask(database, token, at=at + timedelta(days=90))
    with pytest.raises(LinkUnknown):
        ask(database, "x" * 43, at=at)
    with database.write() as session:
        revoke_link(session, session.merge(link), actor=sam.actor, at=at)
    with pytest.raises(LinkUnknown):
        ask(database, token, at=at)
    assert queued(database, SEND_CODE) == []


def test_revoking_the_last_link_ends_what_a_session_opens(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, token = invite(database, sam.actor, at=at)
    ask(database, token, at=at)
    secret = redeem(database, token, deliver(database, at=at).code, at=at)
    with database.write() as session:
        revoke_link(session, session.merge(link), actor=sam.actor, at=at)
    assert current_contact(database, secret, at=at) is None


def test_contact_who_left_gets_no_mail_and_no_session(
    database: Database, token: str, contacts: dict[int, ContactCard], at: datetime
) -> None:
    ask(database, token, at=at)
    code = deliver(database, at=at).code
    secret = redeem(database, token, code, at=at)
    contacts[MEI.id] = replace(contacts[MEI.id], active=False)
    assert current_contact(database, secret, at=at) is None
    with pytest.raises(LinkUnknown):
        ask(database, token, at=at)


def test_mail_of_a_used_code_is_not_sent_again(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    redeem(database, token, deliver(database, at=at).code, at=at)
    with database.write() as session:
        assert mint_code(session, newest_code(database), at=at) is None


@pytest.mark.parametrize(("typed", "read"), [("1234 5678", "12345678"), ("１２３４－５６７８", "12345678"), ("", "")])
def test_codes_are_normalised(typed: str, read: str) -> None:
    assert normalise_code(typed) == read


def test_code_row_urges_and_names_the_record(database: Database, token: str, at: datetime) -> None:
    ask(database, token, at=at)
    (row,) = queued(database, SEND_CODE)
    assert row.priority == 0
    assert (row.record_kind, row.record_id) == (RECORD.kind, RECORD.id)
    assert set(row.payload) == {"code_id"}
