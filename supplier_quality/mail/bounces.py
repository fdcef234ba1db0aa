"""Reading delivery reports (RFC 3464) and finding the mail they speak of."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.mail.models import MailMessage
from supplier_quality.mail.undelivered import mark_bounced

LARGEST_REPORT_BYTES = 1024 * 1024
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that could not be delivered, by the id it was sent with. ``status`` is RFC 3463, such as 5.1.1."""

    message_id: str
    recipient: str
    status: str
    reason: str


def parse_bounces(raw: bytes) -> list[Bounce]:
    """The permanent failures a report names; empty for anything that is not such a report, and for delays."""
    report = message_from_bytes(raw[:LARGEST_REPORT_BYTES], policy=policy.default)
    message_id = _original_message_id(report)
    if message_id is None:
        return []
    bounces: list[Bounce | None] = []
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = [block for block in part.get_payload() or () if isinstance(block, Message)]
        bounces.extend(_failure(block, message_id) for block in blocks)
    return [bounce for bounce in bounces if bounce is not None]


def record_bounce(session: Session, bounce: Bounce, *, at: datetime) -> bool:
    """Note one bounce; False when we sent no such mail to that address, or knew already.

    The address has to fit the mail: a report is only mail itself, and anybody can write one.
    """
    message = session.scalars(
        select(MailMessage).where(MailMessage.message_id == bounce.message_id).with_for_update()
    ).one_or_none()
    if message is None or message.address.casefold() != bounce.recipient.casefold():
        return False
    return mark_bounced(session, message, reason=bounce.reason or bounce.status, at=at)


def _failure(block: Message, message_id: str) -> Bounce | None:
    status = str(block.get("Status", "")).strip()
    action = str(block.get("Action", "")).strip().casefold()
    if action != "failed" or not _PERMANENT.match(status):
        return None
    address = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    reason = _value(str(block.get("Diagnostic-Code", "")))
    return Bounce(message_id, parseaddr(_value(str(address)))[1], status, " ".join(reason.split())[:300])


def _value(typed: str) -> str:
    """``rfc822; name@company.com`` without the type in front."""
    return typed.partition(";")[2].strip() or typed.strip()


def _original_message_id(report: EmailMessage) -> str | None:
    """The Message-ID of the mail that came back, which reports carry whole or as its headers."""
    for part in report.walk():
        if part is report:
            continue
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            found = _MESSAGE_ID.search(_content(part))
            if found:
                return found.group(1).decode("ascii", "replace")
    return None


def _content(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n".join(inner.as_bytes() for inner in payload if isinstance(inner, Message))
    decoded = part.get_payload(decode=True)
    return decoded.replace(b"\r\n", b"\n") if isinstance(decoded, bytes) else b""
