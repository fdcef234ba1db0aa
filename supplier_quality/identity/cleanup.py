"""Deleting what is over and says nothing any more; the trail keeps what happened."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from supplier_quality.identity.link_models import ContactSession, LinkCode, LinkCodeHash
from supplier_quality.identity.models import PasswordLink, PasswordLinkToken, UserSession

# The page of users shows when somebody was last seen, so their sessions stay a while.
KEEP_SESSIONS = timedelta(days=90)
KEEP_CODES = timedelta(days=2)
KEEP_PASSWORD_LINKS = timedelta(days=30)


def delete_what_is_over(session: Session, *, at: datetime) -> int:
    """Delete sessions, codes and password links that ended long ago; returns how many rows. For the nightly job.

    Access links and API tokens stay: they are shown with their state on the record and the profile.
    """
    codes = select(LinkCode.id).where(LinkCode.requested_at < at - KEEP_CODES)
    links = select(PasswordLink.id).where(PasswordLink.created_at < at - KEEP_PASSWORD_LINKS)
    statements = (
        delete(UserSession).where(UserSession.expires_at < at - KEEP_SESSIONS).returning(UserSession.id),
        delete(ContactSession).where(ContactSession.expires_at < at - KEEP_SESSIONS).returning(ContactSession.id),
        delete(LinkCodeHash).where(LinkCodeHash.code_id.in_(codes)).returning(LinkCodeHash.code_id),
        delete(LinkCode).where(LinkCode.id.in_(codes)).returning(LinkCode.id),
        delete(PasswordLinkToken).where(PasswordLinkToken.link_id.in_(links)).returning(PasswordLinkToken.link_id),
        delete(PasswordLink).where(PasswordLink.id.in_(links)).returning(PasswordLink.id),
    )
    # Statements run in order: rows that point to others go first.
    without_sync = {"synchronize_session": False}
    return sum(len(session.execute(each, execution_options=without_sync).all()) for each in statements)
