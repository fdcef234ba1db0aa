"""Tables of people, their sessions and tokens; those of supplier access, in ``link_models``, are named too."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supplier_quality.identity.enums import UserState
from supplier_quality.identity.link_models import AccessLink, AccessLinkToken, ContactSession, LinkCode, LinkCodeHash
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class User(Base):
    """A member of staff. ``email`` is stored case-folded: it is the name people sign in with."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("totp_confirmed_at IS NULL OR totp_salt IS NOT NULL", name="totp_has_salt"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The secret itself is derived from this salt and the installation's key and is stored nowhere.
    totp_salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    role_rows: Mapped[list["UserRole"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    @property
    def state(self) -> UserState:
        if self.disabled_at is not None:
            return UserState.DISABLED
        return UserState.ACTIVE if self.password_hash else UserState.INVITED

    @property
    def uses_totp(self) -> bool:
        return self.totp_confirmed_at is not None

    @property
    def actor_id(self) -> str:
        return f"user:{self.id}"


class UserRole(Base):
    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)


class Deputy(Base):
    """``deputy_id`` covers one role of ``user_id`` from ``starts_at`` to ``ends_at``, or until ended earlier."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("user_id <> deputy_id", name="somebody_else"),
        Index("ix_deputy_deputy_id_ends_at", "deputy_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Base):
    """Stands in for a lost authenticator, once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasswordLink(Base):
    """A mailed one-time link to choose a password: an invitation, or a reset by an admin.

    Its tokens are minted when the mail is delivered and run from then. A repeated delivery adds one, because the first
    mail may have arrived although nobody heard of it.
    """

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    invites: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasswordLinkToken(Base):
    """One copy of a password link, as one mail carried it."""

    __tablename__ = "password_link_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("password_link.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UserSession(Base):
    """Somebody signed in on one device. While ``second_factor_due`` it opens only the page asking for the code."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    second_factor_due: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    device: Mapped[str] = mapped_column(String(200))
    ip: Mapped[str] = mapped_column(String(64))


class ApiToken(Base):
    """A program's way in: acts as its owner, cut by scope. ``prefix`` is shown so that people can tell tokens apart."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


__all__ = [
    "AccessLink",
    "AccessLinkToken",
    "ApiToken",
    "ContactSession",
    "Deputy",
    "LinkCode",
    "LinkCodeHash",
    "PasswordLink",
    "PasswordLinkToken",
    "RecoveryCode",
    "User",
    "UserRole",
    "UserSession",
]
