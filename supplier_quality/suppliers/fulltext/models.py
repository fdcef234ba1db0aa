"""Tables of the full-text search: what can be found, the words it is found by, and which version of a record they are of."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json


def _sorted_text(length: int) -> String:
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class SearchDocument(Base):
    """One thing that is found. ``kind`` is its group on the page of results; ``record_kind`` and ``record_id`` name the record whose
    version tells whether this is up to date; ``part_id`` the site, contact or answers of it.

    ``fields`` is a list of [name, text]: what is searched and shown. ``supplier_id`` decides who may see it; None is for all staff.
    """

    __tablename__ = "search_document"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(BigInteger)
    part_id: Mapped[int | None] = mapped_column(BigInteger)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    fields: Mapped[list[Any]] = mapped_column(Json)

    __table_args__ = (Index("ix_search_document_record", "record_kind", "record_id"),)


class SearchToken(Base):
    """A word under which a document is found. All columns are the key: a search reads one range of it."""

    __tablename__ = "search_token"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    token: Mapped[str] = mapped_column(_sorted_text(40), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = (Index("ix_search_token_document", "document_id"), {"sqlite_with_rowid": False})


class SearchedRecord(Base):
    """That a record was taken into the search, and in which version. ``rules`` is the version of how words are made."""

    __tablename__ = "searched_record"

    record_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    rules: Mapped[int] = mapped_column(Integer)
