"""Codes mailed to a contact: asked for through a link or from a session, used once.

Mail scanners open links, run scripts and submit forms. Asking therefore makes at most one code in ten minutes, and what
a code does, it does only when somebody who reads that mailbox types it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from supplier_quality import outbox, trail
from supplier_quality.errors import BadInput, Problem, TooOften
from supplier_quality.identity.contacts import ContactRef, contact_card
from supplier_quality.identity.enums import CodePurpose, LinkState
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.link_models import AccessLink, LinkCode, LinkCodeHash
from supplier_quality.identity.links import HOUR, LinkExpired, LinkUnknown, find_by_token
from supplier_quality.identity.secret import CODE_DIGITS, is_any_of, keyed_hash, new_code
from supplier_quality.language import _
from supplier_quality.persistence import Database

SEND_CODE = "identity.send_code"
REUSED_WITHIN = timedelta(minutes=10)
MOST_WRONG_TRIES = 5
MOST_CODES_AN_HOUR = 6
# A code whose mail could not be delivered for so long is given up; its reader has long asked for another.
DELIVERED_WITHIN = timedelta(hours=1)

log = structlog.get_logger("identity")


class WrongCode(BadInput):
    """The code is wrong, used, too old or killed by wrong tries; which of them is not said."""

    code = "wrong_code"

    def __init__(self) -> None:
        message = _("This code is wrong or no longer valid.")
        remedy = _("Take the code from the newest mail, or ask for a new one.")
        super().__init__(message, (Problem(message, remedy, column="code"),))


class TooManyCodes(TooOften):
    """More codes than a person needs were asked for this contact."""

    code = "too_many_codes"

    def __init__(self) -> None:
        super().__init__(_("Too many codes were asked for. Use the newest one, or try again in an hour."))


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """The answer to asking for a code. ``reused``: one is on its way or valid already, no further mail is sent."""

    code_id: int
    reused: bool


@dataclass(frozen=True, slots=True)
class CodeMail:
    """What the mail with a code needs. ``code`` is known to nobody else and stored nowhere."""

    contact: ContactRef
    purpose: CodePurpose
    record_label: str
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"CodeMail({self.contact}, {self.purpose})"


def request_code(database: Database, token: str, *, at: datetime, ip: str) -> CodeAsked:
    """Have a code mailed to the contact the link was made for.

    Raises LinkUnknown, LinkExpired, TooManyTries, TooManyCodes.
    """
    check_not_too_often(database, scope="code.request.address", key=ip, at=at, window=HOUR, limit=60)
    with database.read() as session:
        link, _card = find_by_token(session, token)
    if link.state_at(at) is not LinkState.LIVE:
        raise LinkExpired
    check_not_too_often(database, scope="code.request.link", key=str(link.id), at=at, window=HOUR, limit=60)
    with database.write() as session:
        return _ask(session, link.contact, CodePurpose.OPEN, link.record, at=at)


def request_signing_code(
    database: Database, contact: ContactRef, *, record: trail.RecordRef, at: datetime
) -> CodeAsked:
    """Have a fresh code mailed to a contact in session, who wants to sign for this record.

    Raises LinkUnknown when they hold no live link any more, TooManyTries, TooManyCodes.
    """
    check_not_too_often(database, scope="code.request.sign", key=contact.actor_id, at=at, window=HOUR, limit=60)
    with database.write() as session:
        return _ask(session, contact, CodePurpose.SIGN, record, at=at)


def mint_code(session: Session, code_id: int, *, at: datetime) -> CodeMail | None:
    """The code for the mail about to be sent; the caller commits its hash before sending. The time runs from now.

    None when there is nothing to send: used, killed or too late, or the contact left.
    """
    row = session.get(LinkCode, code_id, with_for_update=True)
    if row is None or row.closed_at is not None or at >= row.requested_at + DELIVERED_WITHIN:
        return None
    card = contact_card(session, row.contact)
    if card is None or not card.active:
        return None
    code = new_code()
    session.merge(LinkCodeHash(code_hash=_hash(session, row, code), code_id=row.id))
    row.expires_at = at + timedelta(minutes=session.info["settings"].code_minutes)
    return CodeMail(row.contact, CodePurpose(row.purpose), row.record_label, code, row.expires_at)


def use_code(session: Session, contact: ContactRef, purpose: CodePurpose, code: str, *, at: datetime) -> bool:
    """Whether the code is right; it is used up by this. A wrong one counts against all codes it could have been.

    What cannot be a code at all is refused without counting: scanners submit forms with nonsense in them. The caller
    commits in both cases. Rows are locked: of two who type the same code at once, one wins.
    """
    typed = normalise_code(code)
    if len(typed) != CODE_DIGITS or not typed.isdigit():
        return False
    rows = session.scalars(
        _of(contact, purpose)
        .where(LinkCode.closed_at.is_(None), LinkCode.expires_at > at)
        .order_by(LinkCode.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    right = None
    for row in rows:
        stored = session.scalars(select(LinkCodeHash.code_hash).where(LinkCodeHash.code_id == row.id)).all()
        if is_any_of(_hash(session, row, typed), stored):
            right = row
    if right is not None:
        right.closed_at = at
        return True
    for row in rows:
        row.wrong_tries += 1
        if row.wrong_tries >= MOST_WRONG_TRIES:
            row.closed_at = at
            log.warning("code_killed", contact=contact.actor_id, code_id=row.id)
    return False


def normalise_code(code: str) -> str:
    """What was typed without spaces and hyphens, with plain digits for the wide ones of a Chinese keyboard."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code[:64]) if sign.isascii() and sign.isalnum())


def _ask(
    session: Session, contact: ContactRef, purpose: CodePurpose, record: trail.RecordRef, *, at: datetime
) -> CodeAsked:
    # The contact's row belongs to a feature, so their links are locked instead: two asking at once make one code.
    held = session.scalars(
        select(AccessLink)
        .where(AccessLink.contact_kind == contact.kind, AccessLink.contact_id == contact.id)
        .order_by(AccessLink.id)
        .with_for_update()
    ).all()
    if not any(link.state_at(at) is LinkState.LIVE for link in held):
        raise LinkUnknown
    fresh = session.scalars(
        _of(contact, purpose)
        .where(
            LinkCode.closed_at.is_(None),
            LinkCode.requested_at > at - REUSED_WITHIN,
            or_(LinkCode.expires_at.is_(None), LinkCode.expires_at > at),
        )
        .order_by(LinkCode.id.desc())
    ).first()
    if fresh is not None:
        return CodeAsked(fresh.id, reused=True)
    if _asked_within_an_hour(session, contact, at=at) >= MOST_CODES_AN_HOUR:
        raise TooManyCodes

    row = LinkCode(
        contact_kind=contact.kind,
        contact_id=contact.id,
        purpose=purpose,
        record_label=record.label[:200],
        requested_at=at,
        wrong_tries=0,
    )
    session.add(row)
    session.flush()
    outbox.queue(session, kind=SEND_CODE, payload={"code_id": row.id}, at=at, record=record, urgent=True)
    return CodeAsked(row.id, reused=False)


def _asked_within_an_hour(session: Session, contact: ContactRef, *, at: datetime) -> int:
    statement = select(func.count()).where(
        LinkCode.contact_kind == contact.kind,
        LinkCode.contact_id == contact.id,
        LinkCode.requested_at > at - HOUR,
    )
    return session.scalar(statement) or 0


def _of(contact: ContactRef, purpose: CodePurpose) -> Select[LinkCode]:
    return select(LinkCode).where(
        LinkCode.contact_kind == contact.kind, LinkCode.contact_id == contact.id, LinkCode.purpose == purpose
    )


def _hash(session: Session, row: LinkCode, code: str) -> str:
    return keyed_hash(session, f"code/{row.id}", code)
