"""Tables of files: their contents by hash, what each is attached to, and what was printed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class Document(Base):
    """The content of a file. The file lies in the store under ``sha256``; there is one row for every file and one file
    for every row."""

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Attachment(Base):
    """A file as somebody attached it to a record. ``slot`` says for what: the field of a form, an element.

    Removing it keeps the row, so that the record's history can name it, until nothing of it is evidence
    (``submitted_at`` empty): then the clean-up forgets row and content.
    """

    __tablename__ = "document_attachment"
    __table_args__ = (
        CheckConstraint("submitted_at IS NULL OR removed_at IS NULL", name="evidence_stays"),
        Index("ix_document_attachment_record", "record_kind", "record_id", "slot"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    record_kind: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(BigInteger)
    slot: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[str] = mapped_column(String(64))
    added_by_name: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PrintRun(Base):
    """A document somebody asked to be printed. Its file is attached to it once a worker has made it.

    ``kind`` is the effect that makes it, ``parameters`` what it shows; ``title`` and ``error`` are sentences in every language.
    ``is_whole`` is False when a character was printed as a box because no font has it.
    """

    __tablename__ = "print_run"
    __table_args__ = (Index("ix_print_run_person", "person_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, Any]] = mapped_column(Json)
    file_name: Mapped[str] = mapped_column(String(200))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    language: Mapped[str] = mapped_column(String(8))
    zone: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pages: Mapped[int | None] = mapped_column(Integer)
    is_whole: Mapped[bool | None] = mapped_column(Boolean)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
