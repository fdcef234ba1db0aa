"""Tables: suppliers, their sites, contacts and self-assessments, the words they are found by, and imports."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


def _sorted_text(length: int) -> String:
    """Text that both databases sort by code point, so that one cursor of a page means the same on both."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Supplier(Subject, Base):
    """A company we buy from. What it may deliver follows from its qualification, see workflows/supplier_qualification.yaml.

    ``source_key`` is its number in the outside system that lists it. ``requested_by`` and ``suspended_by`` are the actors
    whom four eyes are about. ``conditions`` and ``valid_until`` belong to a conditional approval. ``requalify_on`` is the day on
    which the approved supplier is qualified again, ``last_day`` the end of a phase-out, ``qualified_at`` when it was last approved: steps closed
    before that do not count for the next approval. ``merged_into`` is the number of the record that took this one in.
    ``compared``: its name and numbers, as they are now, were looked at for duplicates.
    """

    __tablename__ = "supplier"
    subject_kind: ClassVar[str] = "supplier"
    workflow: ClassVar[str] = "supplier_qualification"
    number_series: ClassVar[str] = "SUP"

    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(_sorted_text(200))
    source_key: Mapped[str | None] = mapped_column(_sorted_text(80), unique=True)
    country: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str | None] = mapped_column(String(8))
    duns: Mapped[str | None] = mapped_column(String(9))
    business_licence: Mapped[str | None] = mapped_column(String(18))
    website: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_by: Mapped[str | None] = mapped_column(String(64))
    suspended_by: Mapped[str | None] = mapped_column(String(64))
    conditions: Mapped[str | None] = mapped_column(Text)
    valid_until: Mapped[date | None] = mapped_column(Date)
    requalify_on: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    qualified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    merged_into: Mapped[str | None] = mapped_column(String(32))
    compared: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    __table_args__ = (
        # Each index serves one sort of the list page, alone or behind one filter, in the order of its keyset.
        Index("ix_supplier_name", "name_key", "id"),
        Index("ix_supplier_changed", "changed_at", "id"),
        Index("ix_supplier_state_id", "state", "id"),
        Index("ix_supplier_state_name", "state", "name_key", "id"),
        Index("ix_supplier_state_changed", "state", "changed_at", "id"),
        Index("ix_supplier_country_id", "country", "id"),
        Index("ix_supplier_country_name", "country", "name_key", "id"),
        Index("ix_supplier_country_changed", "country", "changed_at", "id"),
        Index("ix_supplier_owner_id", "owner_id", "id"),
        Index("ix_supplier_owner_name", "owner_id", "name_key", "id"),
        Index("ix_supplier_owner_changed", "owner_id", "changed_at", "id"),
        Index("ix_supplier_duns", "duns"),
        Index("ix_supplier_plain_name", "name"),
        Index(
            "ix_supplier_merged_into",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
            sqlite_where=text("merged_into IS NOT NULL"),
        ),
        # Holds only those that wait to be compared, so an import pays next to nothing for it.
        Index(
            "ix_supplier_not_compared", "id", postgresql_where=text("NOT compared"), sqlite_where=text("NOT compared")
        ),
    )

    @property
    def label(self) -> str:
        return self.name


class Site(Base):
    """A place where one supplier makes or ships. The same address under two suppliers is two sites."""

    __tablename__ = "supplier_site"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    name: Mapped[str] = mapped_column(String(200))
    source_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    address: Mapped[str | None] = mapped_column(String(300))
    city: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    zone: Mapped[str | None] = mapped_column(String(40))
    duns: Mapped[str | None] = mapped_column(String(9))
    business_licence: Mapped[str | None] = mapped_column(String(18))
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())

    __table_args__ = (Index("ix_supplier_site_supplier", "supplier_id", "name"),)


class Contact(Base):
    """A person at a supplier. ``notice_order`` says who is asked first; a contact whose mail bounced is passed over."""

    __tablename__ = "supplier_contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), index=True)
    roles: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str | None] = mapped_column(String(8))
    phone: Mapped[str | None] = mapped_column(String(40))
    primary: Mapped[bool] = mapped_column("is_primary", Boolean, default=False, server_default=false())
    notice_order: Mapped[int] = mapped_column(Integer, default=100)
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("uq_supplier_contact_email", "supplier_id", "email_key", unique=True),)


class SelfAssessment(Base):
    """What a supplier answered, once per submission; never changed afterwards."""

    __tablename__ = "supplier_self_assessment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    round: Mapped[int] = mapped_column(Integer)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    answers_hash: Mapped[str] = mapped_column(String(64))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_by: Mapped[str] = mapped_column(String(64))
    submitted_by_name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("uq_supplier_self_assessment_round", "supplier_id", "round", unique=True),)


class SupplierToken(Base):
    """A word under which a supplier is found. All columns are the key, in the order in which a list by name reads it.

    So a page of the suppliers whose names hold a word is one range of this index, however many there are. There is no other
    index: who forgets a supplier's words names them, because they follow from its name and key.
    """

    __tablename__ = "supplier_token"

    token: Mapped[str] = mapped_column(_sorted_text(40), primary_key=True)
    name_key: Mapped[str] = mapped_column(_sorted_text(200), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class MatchKey(Base):
    """A key under which suppliers meet that may be the same company: suppliers that share none are never compared."""

    __tablename__ = "supplier_match_key"

    key: Mapped[str] = mapped_column(_sorted_text(60), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = (Index("ix_supplier_match_key_supplier", "supplier_id"), {"sqlite_with_rowid": False})


class SupplierPair(Base):
    """Two suppliers that may be the same company; ``low_id`` is the smaller number.

    ``strength`` is out of 100, ``reasons`` a list of ``[reason, *values]`` as likeness.comparing gives them. A person may say that
    they are two companies: then the row stays, so that nobody is asked again.
    """

    __tablename__ = "supplier_pair"

    low_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True)
    strength: Mapped[int] = mapped_column(Integer)
    reasons: Mapped[list[list[str]]] = mapped_column(Json)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dismissed_by: Mapped[str | None] = mapped_column(String(64))
    dismissed_by_name: Mapped[str | None] = mapped_column(String(200))
    dismissed_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("low_id < high_id", name="low_before_high"),
        CheckConstraint("(dismissed_at IS NULL) = (dismissed_by IS NULL)", name="dismissed_by_somebody"),
        Index("ix_supplier_pair_strength", "strength", "low_id", "high_id"),
        Index("ix_supplier_pair_high", "high_id"),
    )


class SupplierMerge(Base):
    """That one supplier's record was taken into another's: what moved, so that it can be undone.

    ``fields`` are those of the survivor that changed (name -> [before, after]); ``moved`` lists by part what went over, as
    merging.moving describes it. ``from_state`` is where the merged record stood.
    """

    __tablename__ = "supplier_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    merged_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    from_state: Mapped[str] = mapped_column(String(40))
    fields: Mapped[dict[str, Any]] = mapped_column(Json)
    moved: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    merged_by: Mapped[str] = mapped_column(String(64))
    merged_by_name: Mapped[str] = mapped_column(String(200))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_by_name: Mapped[str | None] = mapped_column(String(200))
    undone_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        # One record is merged into one other at a time.
        Index(
            "uq_supplier_merge_standing",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
            sqlite_where=text("undone_at IS NULL"),
        ),
        Index("ix_supplier_merge_survivor", "survivor_id", "undone_at"),
    )


class ImportRun(Base):
    """One import of a file through the pages: what was given, how far it is, what came out.

    ``stage`` is one of :class:`ImportStage`. ``header_key`` tells files with the same columns, whose map is remembered;
    ``mapping_id`` is the remembered one this began with, which may be gone. ``place`` says where in the file the table stands.
    ``report`` holds the counts; what is wrong stands in :class:`ImportProblem`. ``error`` is a frozen sentence.
    """

    __tablename__ = "supplier_import_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    header_key: Mapped[str | None] = mapped_column(String(64))
    encoding: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    mapping_id: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str] = mapped_column(String(20))
    rows_total: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    problems: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    report: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    started_by: Mapped[str] = mapped_column(String(64))
    started_by_name: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_supplier_import_run_started", "started_at"),
        Index("ix_supplier_import_run_header", "header_key", "id"),
        Index("ix_supplier_import_run_person", "person_id", "seen_at"),
    )


class ImportProblem(Base):
    """One thing wrong with the file of an import, in the order of its rows; sentences are frozen until they are read."""

    __tablename__ = "supplier_import_problem"

    run_id: Mapped[int] = mapped_column(ForeignKey("supplier_import_run.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row: Mapped[int | None] = mapped_column("line", Integer)
    column: Mapped[str | None] = mapped_column("column_name", String(300))
    value: Mapped[str | None] = mapped_column(String(400))
    problem: Mapped[dict[str, Any]] = mapped_column(Json)
    remedy: Mapped[dict[str, Any] | None] = mapped_column(Json)


class ImportLine(Base):
    """What an import does with one row of its file, in the order of the rows; kept as long as its report may be asked for.

    ``outcome`` is one of :class:`RowOutcome`. ``number`` is that of the supplier once it has one. ``changes`` are
    ``[field, name of the site or contact or null, before, after]``.
    """

    __tablename__ = "supplier_import_line"

    run_id: Mapped[int] = mapped_column(ForeignKey("supplier_import_run.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column("line", Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str | None] = mapped_column(String(200))
    changes: Mapped[list[list[Any]] | None] = mapped_column(Json)

    __table_args__ = (Index("ix_supplier_import_line_outcome", "run_id", "outcome", "place"),)


class ImportMapping(Base):
    """Which column was what when a file with such a header was imported last, offered to the next one.

    ``header`` are the names of the columns; ``place`` says where in the file the table stood. ``name`` is what people called it,
    for the command line and for themselves.
    """

    __tablename__ = "supplier_import_mapping"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(80), unique=True)
    header_key: Mapped[str] = mapped_column(String(64), unique=True)
    header: Mapped[list[str]] = mapped_column(Json)
    place: Mapped[dict[str, Any]] = mapped_column(Json)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    used: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    used_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_by_name: Mapped[str] = mapped_column(String(200))
