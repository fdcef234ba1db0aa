"""Tables of the trail. Rows have no foreign keys to live rows and can be neither changed nor deleted."""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, Index, Integer, String, Table, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, UTCDateTime


class TrailEntry(Base):
    """One thing that happened to one record.

    ``hash`` is the HMAC of the entry and of the hash before it; ``key_id`` names the key, which is not in the database.
    """

    __tablename__ = "trail_entry"
    # No further index: every one is paid for by every transition. Entries stand in the order of their ids and times.
    __table_args__ = (UniqueConstraint("record_kind", "record_id", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    record_label: Mapped[str] = mapped_column(String(200))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    actor_label: Mapped[str] = mapped_column(String(200))
    via: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(80))
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str | None] = mapped_column(String(40))
    definition: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64))


class TrailPosition(Base):
    """How far the chain of a record goes that keeps no position of its own (users, links, settings)."""

    __tablename__ = "trail_position"

    record_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[str] = mapped_column(String(64))


class TrailHead(Base):
    """The head of one record's chain when it was sealed. The rows form one chain over all records."""

    __tablename__ = "trail_heads"
    __table_args__ = (Index("ix_trail_heads_record", "record_kind", "record_id", "entry_seq"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(BigInteger)
    entry_seq: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    entry_hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64))


class TrailPublication(Base):
    """That a head was published, where and when; what was published is in the file, out of the database's reach."""

    __tablename__ = "trail_publication"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    head_seq: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(500))


APPEND_ONLY = ("trail_entry", "trail_heads")
REFUSAL = "the trail can only be appended to"


def protection(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that let a table only grow: triggers that refuse UPDATE, DELETE and TRUNCATE."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for verb in ("update", "delete")
        )
    return (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_refuse()",
    )


def guards(dialect: str) -> dict[str, str]:
    """The triggers that :func:`protection` makes, by their names the tables they stand on."""
    kinds = ("no_update", "no_delete") if dialect == "sqlite" else ("no_change", "no_truncate")
    return {f"{table}_{kind}": table for table in APPEND_ONLY for kind in kinds}


def _protect(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in protection(table.name, dialect):
            # DDL() formats its text with %, which none of the statements contains.
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


for _table in APPEND_ONLY:
    _protect(Base.metadata.tables[_table])
