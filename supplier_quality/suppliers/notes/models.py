"""The table of notes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, UTCDateTime


class SupplierNote(Base):
    """What one of our people noted about a supplier; never changed afterwards.

    ``corrects_id`` is the note that this one puts right. A note is corrected once at most: then the newer one is corrected.
    """

    __tablename__ = "supplier_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    written_by: Mapped[str] = mapped_column(String(64))
    written_by_name: Mapped[str] = mapped_column(String(200))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_note.id"))

    __table_args__ = (
        Index("ix_supplier_note_supplier", "supplier_id", "id"),
        Index("uq_supplier_note_corrects", "corrects_id", unique=True),
    )
