"""Delivering the outbox's mails.

Three steps, so that no token is lost and no mail vanishes: the attempts and the hashes of their links are committed; the
mail server is spoken to; what became of each mail is committed with the marks of the outbox. Mails go in batches, so that
a commit is shared by many. What the server has taken is noted in the journal at once: a worker that dies before the last
step repeats at most the mail that was just on its way, with the same Message-ID.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.language import _, speaking
from supplier_quality.mail import escalation
from supplier_quality.mail.addresses import BadAddress, check_address, mailbox, sender
from supplier_quality.mail.attempts import (
    Sent,
    begin_deliveries,
    find_message,
    link_of,
    note_attempts,
    settle,
    settle_kept,
    settle_sent,
)
from supplier_quality.mail.composing import compose, mail_domain
from supplier_quality.mail.drafts import FAULTS, Draft, TooManyMails, read_drafts
from supplier_quality.mail.enums import MailState
from supplier_quality.mail.intervals import CONNECTION_REST
from supplier_quality.mail.minting import NotNeeded
from supplier_quality.mail.payloads import KINDS
from supplier_quality.mail.rendering import Rendered, render_mail
from supplier_quality.mail.smtp import AddressRefused, Letter, MessageRefused, NoConnection, Postman, TryLater
from supplier_quality.mail.undelivered import mark_bounced
from supplier_quality.outbox import Batch, Delivery, Handler, LeaseLost, Poison, Retry

_RECIPIENT_GONE = "the recipient is not active any more"
_TAKEN_BEFORE = "The mail server took it; the worker ended before it could say so."


@dataclass
class _Attempt:
    """One batch on its way: what was found out about each mail so far, by uid."""

    batch: Batch
    drafts: dict[str, Draft] = field(default_factory=dict)
    secrets: dict[str, dict[str, object]] = field(default_factory=dict)
    outcomes: dict[str, Exception | None] = field(default_factory=dict)
    # To be written with the marks of the rows.
    sent: list[Sent] = field(default_factory=list)
    endings: list[tuple[str, Callable[[Session], None]]] = field(default_factory=list)

    def write_down(self, session: Session, held: frozenset[str]) -> None:
        settle_sent(session, [mail for mail in self.sent if mail.uid in held], at=self.batch.at)
        for uid, write in self.endings:
            if uid in held:
                write(session)

    def fail(self, uid: str, error: Exception) -> None:
        """What a fault of one mail means for its row; the others go on."""
        if isinstance(error, NotNeeded):
            self._note(uid, MailState.NOT_NEEDED, str(error))
            self.outcomes[uid] = None
        elif isinstance(error, TooManyMails):
            self.outcomes[uid] = Retry(str(error), after=error.wait)
        else:
            self._note(uid, MailState.REFUSED, _english(error))
            self.outcomes[uid] = Poison(_english(error))

    def bounce(self, delivery: Delivery, reason: str) -> None:
        """The address does not take mail: noted like a bounce, so that the record's next contact is written to."""
        uid = delivery.row.uid
        try:
            with delivery.fenced_write() as session:
                message = find_message(session, uid)
                assert message is not None, "its attempt was noted"
                mark_bounced(session, message, reason=reason, at=self.batch.at)
        except Exception as error:
            self.outcomes[uid] = error
        else:
            self.outcomes[uid] = None

    def _note(self, uid: str, state: MailState, answer: str) -> None:
        self.endings.append((uid, lambda session: settle(session, uid, state=state, answer=answer)))


def send_mails(batch: Batch) -> Sequence[Exception | None]:
    """Deliver mails, keep them when no mail server is set, or find that they are not needed any more."""
    settings: Settings = batch.settings
    if settings.smtp_host is None and not settings.keeps_mails:
        no_way = _("No mail server is set (SMTP_HOST), and the product is not on localhost, so no mail can leave.")
        return [Retry(str(no_way)) for _delivery in batch.deliveries]
    attempt = _Attempt(batch)
    batch.at_the_end(attempt.write_down)
    _read(attempt)
    _begin(attempt)
    try:
        for delivery in batch.deliveries:
            if delivery.row.uid in attempt.secrets:
                _deliver_one(attempt, delivery, settings)
    except NoConnection as error:
        # The next mail would fare the same.
        for uid in attempt.secrets:
            attempt.outcomes.setdefault(uid, Retry(_english(error)))
    # What is left over was settled by an earlier attempt.
    return [attempt.outcomes.get(delivery.row.uid) for delivery in batch.deliveries]


def _read(attempt: _Attempt) -> None:
    batch = attempt.batch
    with batch.database.read() as session:
        found = read_drafts(session, [delivery.row for delivery in batch.deliveries], at=batch.at)
    left = {delivery.row.uid for delivery in batch.deliveries if delivery.has_left}
    for uid, draft in found.items():
        if isinstance(draft, Draft) and uid in left:
            attempt.sent.append(Sent(uid, _TAKEN_BEFORE, link_of(draft)))
        elif uid in left:
            attempt.sent.append(Sent(uid, _TAKEN_BEFORE, None))
        elif isinstance(draft, Draft):
            attempt.drafts[uid] = draft
        else:
            attempt.fail(uid, draft)


def _begin(attempt: _Attempt) -> None:
    """Commit the attempts and the hashes of what will be in the mails, for the rows this worker still holds."""
    batch = attempt.batch
    unreachable = {uid: why for uid, draft in attempt.drafts.items() if (why := _why_unreachable(draft))}
    with batch.fenced_write() as (session, held):
        drafts = [draft for uid, draft in attempt.drafts.items() if uid in held]
        note_attempts(session, [draft for draft in drafts if draft.uid in unreachable], at=batch.at)
        begun = begin_deliveries(session, [draft for draft in drafts if draft.uid not in unreachable], at=batch.at)
    for delivery in batch.deliveries:
        uid = delivery.row.uid
        if uid not in attempt.drafts:
            continue
        if uid not in held:
            attempt.outcomes[uid] = LeaseLost(uid)
        elif uid in unreachable:
            attempt.bounce(delivery, unreachable[uid])
        elif isinstance(values := begun[uid], Exception):
            attempt.fail(uid, values)
        else:
            attempt.secrets[uid] = dict(values)


def _why_unreachable(draft: Draft) -> str | None:
    if not draft.addressee.active:
        return _RECIPIENT_GONE
    try:
        check_address(draft.addressee.email)
    except BadAddress as error:
        return _english(error)
    return None


def _deliver_one(attempt: _Attempt, delivery: Delivery, settings: Settings) -> None:
    uid = delivery.row.uid
    draft, secret = attempt.drafts[uid], attempt.secrets[uid]
    try:
        rendered = render_mail(draft.template, {**draft.values, **secret}, reader=draft.reader, subject=draft.subject)
        letter = _letter(draft, rendered, settings, attempt.batch.at) if settings.smtp_host is not None else None
    except FAULTS as fault:
        attempt.fail(uid, fault)
        return
    if letter is None:
        _keep(attempt, draft, rendered)
    else:
        _hand_over(attempt, delivery, draft, letter, settings)


def _keep(attempt: _Attempt, draft: Draft, rendered: Rendered) -> None:
    def write(session: Session) -> None:
        settle_kept(session, draft, text=rendered.text, html=rendered.html, at=attempt.batch.at)

    attempt.endings.append((draft.uid, write))
    attempt.outcomes[draft.uid] = None


def _hand_over(attempt: _Attempt, delivery: Delivery, draft: Draft, letter: Letter, settings: Settings) -> None:
    """Speak to the mail server. Raises NoConnection when there is none, which is true for the whole batch."""
    try:
        attempt.batch.check_held(delivery)
        answer = _postman(settings).deliver(letter)
    except LeaseLost as lost:
        attempt.outcomes[draft.uid] = lost
    except AddressRefused as error:
        attempt.bounce(delivery, _english(error))
    except MessageRefused as error:
        attempt.fail(draft.uid, error)
    except NoConnection:
        raise
    except TryLater as error:
        attempt.outcomes[draft.uid] = Retry(_english(error))
    else:
        attempt.batch.note_left(delivery)
        attempt.sent.append(Sent(draft.uid, answer, link_of(draft)))
        attempt.outcomes[draft.uid] = None


def _letter(draft: Draft, rendered: Rendered, settings: Settings, at: datetime) -> Letter:
    to, from_ = mailbox(draft.addressee.name, draft.addressee.email), sender(settings.mail_from)
    content = compose(
        rendered,
        to=to,
        sender=from_,
        reply_to=mailbox(draft.owner.name, draft.owner.email) if draft.owner else None,
        message_id=draft.message_id,
        language=draft.reader.language,
        at=at,
        attachments=draft.attachments,
    )
    return Letter(sender=from_.addr_spec, recipient=to.addr_spec, content=content)


def _english(error: Exception) -> str:
    # Incidents are read by whoever runs the installation and are searched for; they are kept in one language.
    with speaking("en"):
        return str(error)


class _Postbox(threading.local):
    """Each worker thread's connection to the mail server, kept while mails follow each other closely."""

    postman: Postman | None = None
    settings: Settings | None = None
    used_at: datetime | None = None


_postbox = _Postbox()


def _postman(settings: Settings) -> Postman:
    now = clock.now()
    rested = _postbox.used_at is None or now - _postbox.used_at > CONNECTION_REST
    if _postbox.postman is None or rested or _postbox.settings != settings:
        close_connection()
        _postbox.postman, _postbox.settings = Postman(settings, hello=mail_domain(settings)), settings
    _postbox.used_at = now
    return _postbox.postman


def close_connection() -> None:
    """Take leave of the mail server; this thread's next mail opens a new connection."""
    if _postbox.postman is not None:
        _postbox.postman.close()
    _postbox.postman = None


_SENDING: dict[str, Handler] = {kind: Handler(transactional=False, run_many=send_mails) for kind in KINDS}
EFFECTS: dict[str, Handler] = {**_SENDING, **escalation.EFFECTS}
