"""What the database's planner knows of its tables."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Session

MANY_ROWS = 1_000
"""So many new rows may change what is the quickest way to read a table."""


def measure_tables(session: Session, tables: Sequence[type[DeclarativeBase]], *, new_rows: int) -> None:
    """Let PostgreSQL measure tables that have just grown by many rows.

    By itself it does so a minute later, and until then it reads a table of a hundred thousand rows as if it held ten:
    whole, for every page of a list. SQLite plans without such measures.
    """
    if new_rows >= MANY_ROWS and session.get_bind().dialect.name == "postgresql":
        session.flush()
        names = ", ".join(f'"{table.__tablename__}"' for table in tables)
        session.execute(text(f"ANALYZE {names}"))
