"""What an outbox row says about its mail.

Identity stands below mail and cannot name a template: its effects carry only what the mail is about, and the words are
chosen here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity.codes import SEND_CODE
from supplier_quality.identity.contacts import contact_card
from supplier_quality.identity.enums import CodePurpose
from supplier_quality.identity.link_models import AccessLink, LinkCode
from supplier_quality.identity.links import ASK_FOR_NEW_LINK, SEND_LINK
from supplier_quality.identity.password_links import INVITATION_VALID, RESET_VALID, SEND_PASSWORD_LINK
from supplier_quality.mail.minting import ACCESS_LINK, CODE, PASSWORD_LINK, NotNeeded, Reference
from supplier_quality.mail.queue import SEND
from supplier_quality.mail.recipients import Recipient
from supplier_quality.outbox import Row

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Payload:
    """One mail as it waits: words by template, person and secret by reference."""

    template: str
    recipient: Recipient
    values: Mapping[str, Any]
    secret: Reference | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()


def read_payload(session: Session, row: Row) -> Payload:
    """The mail of an outbox row of any kind in :data:`KINDS`. Raises NotNeeded when what it is about is gone."""
    return _READERS[row.kind](session, row.payload)


def _mail(_session: Session, payload: Mapping[str, Any]) -> Payload:
    link_id = payload.get("link_id")
    return Payload(
        template=payload["template"],
        recipient=Recipient(payload["recipient"]["kind"], payload["recipient"]["id"]),
        values=payload["values"],
        secret=Reference(ACCESS_LINK, link_id) if link_id else None,
        attachments=tuple(payload.get("attachments", ())),
    )


def _code(session: Session, payload: Mapping[str, Any]) -> Payload:
    code = session.get(LinkCode, payload["code_id"])
    if code is None:
        raise NotNeeded("there is no such code any more")
    return Payload(
        template="identity/code",
        recipient=Recipient.contact(code.contact),
        values={"signing": code.purpose == CodePurpose.SIGN},
        secret=Reference(CODE, code.id),
    )


def _delegated_link(session: Session, payload: Mapping[str, Any]) -> Payload:
    link = _link(session, payload["link_id"])
    return Payload(
        template="identity/delegated_link",
        recipient=Recipient.contact(link.contact),
        values={"delegated_by": payload["delegated_by"]},
        secret=Reference(ACCESS_LINK, link.id),
    )


def _new_link_asked(session: Session, payload: Mapping[str, Any]) -> Payload:
    link = _link(session, payload["link_id"])
    if payload["owner_id"] is None:
        raise NotNeeded("the link has no owner to tell")
    card = contact_card(session, link.contact)
    return Payload(
        template="identity/new_link_asked",
        recipient=Recipient.user(payload["owner_id"]),
        values={"contact_name": card.name if card else "", "organisation": card.organisation if card else ""},
    )


def _password_link(_session: Session, payload: Mapping[str, Any]) -> Payload:
    valid = INVITATION_VALID if payload["invites"] else RESET_VALID
    return Payload(
        template="identity/password_link",
        recipient=Recipient.user(payload["user_id"]),
        values={"invites": payload["invites"], "hours": valid // _HOUR},
        secret=Reference(PASSWORD_LINK, payload["password_link_id"]),
    )


def _link(session: Session, link_id: int) -> AccessLink:
    link = session.get(AccessLink, link_id)
    if link is None:
        raise NotNeeded("there is no such link any more")
    return link


_READERS: Mapping[str, Callable[[Session, Mapping[str, Any]], Payload]] = {
    SEND: _mail,
    SEND_CODE: _code,
    SEND_LINK: _delegated_link,
    ASK_FOR_NEW_LINK: _new_link_asked,
    SEND_PASSWORD_LINK: _password_link,
}
KINDS = tuple(_READERS)
