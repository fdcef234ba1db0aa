"""Writing down, with the change that causes it, that somebody is owed a mail.

What is said at once and what waits for the digest is decided here; ``docs/decisions/mail-at-once-or-in-the-digest.md``
says why.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.errors import BadInput
from supplier_quality.identity.enums import ActorKind
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.language import _
from supplier_quality.mail.models import DigestItem
from supplier_quality.mail.recipients import Recipient, next_digest
from supplier_quality.mail.rendering import has_template
from supplier_quality.mail.values import freeze
from supplier_quality.trail import RecordRef

SEND = "mail.send"
DIGEST = "layout/digest"
MOST_ATTACHED_BYTES = 256 * 1024


class AttachmentsTooLarge(BadInput):
    """A mail carries small things only, such as a calendar entry; documents stand behind the link."""

    code = "attachments_too_large"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small file sent along. ``media_type`` such as ``text/calendar``."""

    name: str
    media_type: str
    content: bytes

    def as_json(self) -> dict[str, str]:
        content = base64.b64encode(self.content).decode("ascii")
        return {"name": self.name, "media_type": self.media_type, "content": content}


@dataclass(frozen=True, slots=True)
class Queued:
    """Where the mail waits: ``uid`` of the outbox row, or ``digest_item`` with the moment the digest is due."""

    uid: str | None
    digest_item: int | None
    due: datetime


def queue_mail(
    session: Session,
    *,
    template: str,
    recipient: Recipient,
    record: RecordRef | None,
    at: datetime,
    values: Mapping[str, Any],
    urgent: bool = False,
    link: AccessLink | None = None,
    attachments: Sequence[Attachment] = (),
) -> Queued:
    """Owe one person one mail.

    ``template`` names ``templates/mails/<template>.txt`` and ``.html``. ``values`` are plain values, Message, Text,
    dates; never a token: the one of ``link`` is minted when the mail is delivered. A contact gets a mail of its own
    when it is ``urgent``, else a line in the next digest; staff always gets a mail. Raises LookupError for an unknown
    template.
    """
    if not has_template(template):
        raise LookupError(f"There is no mail template {template!r} with both .txt and .html")
    if sum(len(attachment.content) for attachment in attachments) > MOST_ATTACHED_BYTES:
        raise AttachmentsTooLarge(_("A mail carries at most %(most)s KB.", most=MOST_ATTACHED_BYTES // 1024))

    if recipient.is_contact and not urgent:
        return _queue_for_digest(session, template, recipient, record, at, values, link)
    payload: dict[str, Any] = {"template": template, "recipient": recipient.as_json(), "values": freeze(values)}
    if link is not None:
        payload["link_id"] = link.id
    if attachments:
        payload["attachments"] = [attachment.as_json() for attachment in attachments]
    uid = outbox.queue(session, kind=SEND, payload=payload, record=record, at=at, urgent=urgent)
    return Queued(uid, None, at)


def goes_at_once(actor: Mapping[str, Any]) -> bool:
    """Whether a mail caused by this actor is a direct one: a person acted now and expects it to leave now.

    ``actor`` is the one in the payload of an effect. What timers, policies and jobs cause waits for the digest, unless
    the feature says it is urgent (stop-ship, containment).
    """
    return actor.get("kind") != ActorKind.SYSTEM.value


def _queue_for_digest(
    session: Session,
    template: str,
    recipient: Recipient,
    record: RecordRef | None,
    at: datetime,
    values: Mapping[str, Any],
    link: AccessLink | None,
) -> Queued:
    item = DigestItem(
        contact_kind=recipient.kind,
        contact_id=recipient.id,
        record_kind=record.kind if record else None,
        record_id=record.id if record else None,
        record_label=record.label if record else None,
        template=template,
        values=freeze(values),
        link_id=link.id if link is not None else None,
        queued_at=at,
        due=next_digest(session, recipient, after=at),
    )
    session.add(item)
    session.flush()
    return Queued(None, item.id, item.due)
