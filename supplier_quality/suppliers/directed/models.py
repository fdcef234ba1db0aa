"""The table of directed sources."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime

LETTERS = "directed/"
"""Begins the slots of customers' letters among the files of a supplier."""


class DirectedSource(Base):
    """That a customer directs us to buy from a supplier.

    ``scope`` says what for, in words; ``customer_owns`` are the areas (:class:`enums.Area`) that the contract leaves to the customer, the
    selection always among them. The customer's letter is a file of the supplier in the slot ``directed/<id>/letter``. One that
    has ended stays as history.
    """

    __tablename__ = "supplier_directed_source"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    customer: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(Text)
    customer_owns: Mapped[list[str]] = mapped_column(Json)
    since: Mapped[date] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by_name: Mapped[str] = mapped_column(String(200))
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name="ended_for_a_reason"),
        Index("ix_supplier_directed_source", "supplier_id", "ended_on"),
    )

    @property
    def slot(self) -> str:
        """Where the customer's letter is attached to the supplier."""
        return f"{LETTERS}{self.id}/letter"
