"""What may be said about a contact's codes on the page where one is typed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from supplier_quality.identity import ContactRef
from supplier_quality.identity.codes import MOST_WRONG_TRIES, REUSED_WITHIN
from supplier_quality.identity.enums import CodePurpose
from supplier_quality.identity.link_models import LinkCode


@dataclass(frozen=True, slots=True)
class LiveCode:
    """A code that can still be typed. ``again_at``: from when on asking sends another one."""

    tries_left: int
    again_at: datetime


def live_code(session: Session, contact: ContactRef, purpose: CodePurpose, *, at: datetime) -> LiveCode | None:
    """The contact's newest code that is on its way or valid; None when they have to ask for one."""
    row = session.scalars(
        select(LinkCode)
        .where(
            LinkCode.contact_kind == contact.kind,
            LinkCode.contact_id == contact.id,
            LinkCode.purpose == purpose,
            LinkCode.closed_at.is_(None),
            or_(LinkCode.expires_at > at, LinkCode.expires_at.is_(None) & (LinkCode.requested_at > at - REUSED_WITHIN)),
        )
        .order_by(LinkCode.id.desc())
        .limit(1)
    ).one_or_none()
    return LiveCode(MOST_WRONG_TRIES - row.wrong_tries, row.requested_at + REUSED_WITHIN) if row else None
