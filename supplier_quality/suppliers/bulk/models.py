"""Tables: acts on many suppliers, and how each supplier of one went."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class BulkRun(Base):
    """Suppliers that somebody picked, and once it is chosen what is done to all of them.

    ``stage`` is one of :class:`BulkStage`; ``action`` an action of their process or ``CHANGE_OWNER``; ``form`` what was typed for it;
    ``label`` what it was called then, a frozen sentence.
    """

    __tablename__ = "supplier_bulk_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    stage: Mapped[str] = mapped_column(String(20))
    action: Mapped[str | None] = mapped_column(String(80))
    label: Mapped[dict[str, Any] | None] = mapped_column(Json)
    form: Mapped[dict[str, Any] | None] = mapped_column(Json)
    person_id: Mapped[int] = mapped_column(BigInteger)
    started_by_name: Mapped[str] = mapped_column(String(200))
    picked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("(asked_at IS NULL) = (action IS NULL)", name="asked_for_something"),
        Index("ix_supplier_bulk_run_person", "person_id", "seen_at"),
    )


class BulkItem(Base):
    """One supplier of a run. ``version`` is what was seen when it was picked; ``outcome`` is set with the act itself.

    ``said`` holds frozen sentences: what it came to, or every reason why it was refused.
    """

    __tablename__ = "supplier_bulk_item"

    run_id: Mapped[int] = mapped_column(ForeignKey("supplier_bulk_run.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    version: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(20))
    said: Mapped[list[Any] | None] = mapped_column(Json)
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("uq_supplier_bulk_item_supplier", "run_id", "supplier_id", unique=True),
        Index("ix_supplier_bulk_item_outcome", "run_id", "outcome"),
    )
