"""Tables of the supplier's pages: what contacts have typed so far, and the receipts of what they submitted."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class PortalDraft(Base):
    """What one contact has typed so far for one record, kept over the end of sessions and of links."""

    __tablename__ = "portal_draft"
    __table_args__ = (
        UniqueConstraint(
            "contact_kind",
            "contact_id",
            "record_kind",
            "record_id",
            "purpose",
            # The name made of all columns is longer than PostgreSQL keeps.
            name="uq_portal_draft_contact_record",
        ),
        Index("ix_portal_draft_saved", "saved_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigInteger)
    record_kind: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(String(64))
    typed: Mapped[dict[str, str]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PortalReceipt(Base):
    """What a contact submitted: the values as signed, their hash, and who signed when with which words.

    ``key`` is the idempotency key of the page that was sent: a repeat finds this row instead of submitting twice.
    """

    __tablename__ = "portal_receipt"
    __table_args__ = (
        UniqueConstraint("contact_kind", "contact_id", "key"),
        Index("ix_portal_receipt_record", "record_kind", "record_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigInteger)
    record_kind: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(BigInteger)
    record_label: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(64))
    link_id: Mapped[int] = mapped_column(BigInteger)
    definition_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(100))
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64))
    statement: Mapped[str] = mapped_column(Text)
    typed_name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
