"""Counting rows: readable numbers such as SUP-00012, without gaps from rollbacks being reused."""

from sqlalchemy import BigInteger, String, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality.persistence.base import Base


class Counter(Base):
    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


def take_numbers(session: Session, series: str, count: int = 1) -> range:
    """The next ``count`` numbers of a series. The row stays locked until the session ends, so none is given twice."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    first = insert(Counter).values(series=series, last=count)
    following = first.on_conflict_do_update(index_elements=[Counter.series], set_={"last": Counter.last + count})
    last = session.execute(following.returning(Counter.last)).scalar_one()
    return range(last - count + 1, last + 1)


def take_number(session: Session, series: str, width: int = 5) -> str:
    """The next readable number of a series, such as ``SUP-00012`` for the series ``SUP``."""
    return format_number(series, take_numbers(session, series)[0], width)


def format_number(series: str, number: int, width: int = 5) -> str:
    return f"{series}-{number:0{width}d}"


def last_number(session: Session, series: str) -> int:
    """The number given last in a series, 0 when none was given."""
    return session.scalar(select(Counter.last).where(Counter.series == series)) or 0
