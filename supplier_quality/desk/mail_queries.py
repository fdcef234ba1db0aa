"""Mails that were sent, or kept because no mail server is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.errors import NotFound
from supplier_quality.language import Text, Words, _
from supplier_quality.mail import MailMessage, MailState
from supplier_quality.persistence.paging import Page, SortKey, keyset_page

STATE_NAMES: Mapping[str, Words] = {
    MailState.SENDING: _("Being sent"),
    MailState.SENT: _("Sent"),
    MailState.KEPT: _("Kept here"),
    MailState.BOUNCED: _("Came back"),
    MailState.REFUSED: _("Refused"),
    MailState.NOT_NEEDED: _("Not needed any more"),
}
STATE_TONES: Mapping[str, str] = {
    MailState.SENDING: "soon",
    MailState.SENT: "done",
    MailState.KEPT: "open",
    MailState.BOUNCED: "bad",
    MailState.REFUSED: "bad",
    MailState.NOT_NEEDED: "open",
}
STATE_SYMBOLS: Mapping[str, str] = {
    MailState.SENDING: "hourglass-split",
    MailState.SENT: "check-circle",
    MailState.KEPT: "inbox",
    MailState.BOUNCED: "arrow-counterclockwise",
    MailState.REFUSED: "x-octagon",
    MailState.NOT_NEEDED: "dash-lg",
}
_THIS_MACHINE = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?=/|\b)")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


class MailNotFound(NotFound):
    code = "mail_not_found"


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail in the list."""

    id: int
    name: str
    address: str
    subject: str
    template: str
    state: str
    at: datetime
    record_kind: str | None
    record_id: int | None
    record_label: str | None


@dataclass(frozen=True, slots=True)
class MailDetail:
    """One mail. ``text`` and ``has_html`` are only there while no mail server is set and for whoever may read bodies."""

    line: MailLine
    uid: str
    message_id: str
    language: str
    queued_at: datetime
    sent_at: datetime | None
    attempts: int
    answer: str | None
    text: str | None
    has_html: bool
    links: tuple[str, ...]


def list_mails(
    session: Session, *, state: str = "", template: str = "", search: str = "", cursor: str | None, size: int
) -> Page[MailLine]:
    """Mails, newest first. Raises BadCursor."""
    query: Select[tuple[MailMessage]] = select(MailMessage)
    if state:
        query = query.where(MailMessage.state == state)
    if template:
        query = query.where(MailMessage.template == template)
    if search:
        columns = (MailMessage.recipient_name, MailMessage.address, MailMessage.subject, MailMessage.record_label)
        fits = columns[0].icontains(search, autoescape=True)
        for column in columns[1:]:
            fits = fits | column.icontains(search, autoescape=True)
        query = query.where(fits)
    keys = [SortKey(MailMessage.id, descending=True)]
    page: Page[MailMessage] = keyset_page(session, query, keys=keys, cursor=cursor, size=size)
    return Page([_line(row) for row in page.rows], page.next_cursor, page.previous_cursor)


def templates_in_use(session: Session) -> list[tuple[str, Words]]:
    """The templates of the mails there are, with a name for people."""
    names = session.scalars(select(MailMessage.template).distinct().order_by(MailMessage.template))
    return [(name, template_name(name)) for name in names]


def template_name(template: str) -> Words:
    """``identity/code`` as ``Code``."""
    return Text.of(humanise(template.rpartition("/")[2]))


def get_mail(session: Session, mail_id: int, *, with_body: bool, base_url: str) -> MailDetail:
    """One mail. ``links`` are the addresses of this installation that its text holds. Raises MailNotFound."""
    row = _row(session, mail_id)
    text = _led_here(row.text, base_url) if with_body and row.text else None
    found = dict.fromkeys(_ADDRESS.findall(text or ""))
    return MailDetail(
        line=_line(row),
        uid=row.uid,
        message_id=row.message_id,
        language=row.language,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        attempts=row.attempts,
        answer=row.answer,
        text=text,
        has_html=with_body and row.html is not None,
        links=tuple(link for link in found if link.startswith(base_url + "/")),
    )


def _led_here(body: str, base_url: str) -> str:
    """A kept body whose links lead to where the product runs now: one to try it on is often started on another port."""
    return _THIS_MACHINE.sub(base_url, body) if _THIS_MACHINE.match(base_url) else body


def html_of(session: Session, mail_id: int, *, base_url: str) -> str:
    """The kept HTML body of a mail. Raises MailNotFound when there is none."""
    html = _row(session, mail_id).html
    if html is None:
        raise MailNotFound(_("No body of this mail is kept."))
    return _led_here(html, base_url)


def _row(session: Session, mail_id: int) -> MailMessage:
    row = session.get(MailMessage, mail_id)
    if row is None:
        raise MailNotFound(_("There is no such mail."))
    return row


def _line(row: MailMessage) -> MailLine:
    return MailLine(
        id=row.id,
        name=row.recipient_name,
        address=row.address,
        subject=row.subject,
        template=row.template,
        state=row.state,
        at=row.sent_at or row.tried_at,
        record_kind=row.record_kind,
        record_id=row.record_id,
        record_label=row.record_label,
    )
