"""Tables of supplier access: links, the codes that open them, the sessions of contacts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.enums import LinkState
from supplier_quality.persistence import Base, BigId, UTCDateTime
from supplier_quality.trail import RecordRef


class AccessLink(Base):
    """An invitation of one contact to one record for one purpose. Grants nothing by itself: a mailed code opens it."""

    __tablename__ = "access_link"
    __table_args__ = (
        Index("ix_access_link_contact", "contact_kind", "contact_id"),
        Index("ix_access_link_record", "record_kind", "record_id"),
        CheckConstraint("created_at < expires_at", name="expires_after_creation"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigId)
    record_kind: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(BigId)
    record_label: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(64))
    # Whom a reader without access is told to ask.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    delegated_from: Mapped[int | None] = mapped_column(ForeignKey("access_link.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def contact(self) -> ContactRef:
        return ContactRef(kind=self.contact_kind, id=self.contact_id)

    @property
    def record(self) -> RecordRef:
        return RecordRef(kind=self.record_kind, id=self.record_id, label=self.record_label)

    @property
    def ref(self) -> RecordRef:
        """How the trail names the link itself."""
        return RecordRef(kind="access_link", id=self.id, label=self.record_label)

    def state_at(self, at: datetime) -> LinkState:
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.LIVE if at < self.expires_at else LinkState.EXPIRED


class AccessLinkToken(Base):
    """One copy of a link, as one mail carried it or one member of staff copied it."""

    __tablename__ = "access_link_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("access_link.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LinkCode(Base):
    """A one-time code for one contact. ``expires_at`` is empty until the first mail with it is delivered."""

    __tablename__ = "link_code"
    __table_args__ = (Index("ix_link_code_contact", "contact_kind", "contact_id", "requested_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigId)
    purpose: Mapped[str] = mapped_column(String(8))
    # What is being opened or signed, for the sentence in the mail.
    record_label: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    wrong_tries: Mapped[int] = mapped_column(Integer, default=0)
    # Set when the code was used or killed by wrong tries; nothing revives it.
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def contact(self) -> ContactRef:
        return ContactRef(kind=self.contact_kind, id=self.contact_id)


class LinkCodeHash(Base):
    """The keyed hash of a code as one mail carried it; a repeated delivery adds one."""

    __tablename__ = "link_code_hash"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("link_code.id"), primary_key=True, index=True)


class ContactSession(Base):
    """A contact on one device, opened by a mailed code."""

    __tablename__ = "contact_session"
    __table_args__ = (Index("ix_contact_session_contact", "contact_kind", "contact_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    device: Mapped[str] = mapped_column(String(200))
    ip: Mapped[str] = mapped_column(String(64))

    @property
    def contact(self) -> ContactRef:
        return ContactRef(kind=self.contact_kind, id=self.contact_id)
