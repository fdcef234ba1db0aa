"""Tables: lines of scope, and what limits them."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.parts.models import Commodity
from supplier_quality.persistence import Base, BigId, UTCDateTime
from supplier_quality.suppliers.models import Supplier

EVERY_SITE = 0
"""Stands in a limit for the site when it covers all of the supplier's."""


class ScopeLine(Subject, Base):
    """That a supplier may deliver one commodity, or one part of it, from one of its sites.

    ``decided`` is the state people decided on last; the present one may be worse while a :class:`ScopeLimit` covers the
    line. ``requested_by`` and ``suspended_by`` are the actors whom four eyes are about. ``conditions`` and ``due`` belong to
    a conditional approval; ``valid_to`` is the last day of an approval or of a phase-out.
    """

    __tablename__ = "supplier_scope"
    subject_kind: ClassVar[str] = "supplier_scope"
    workflow: ClassVar[str] = "supplier_scope"
    number_series: ClassVar[str] = "SCO"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("supplier_site.id"))
    commodity_id: Mapped[int] = mapped_column(ForeignKey("commodity.id"))
    part_number: Mapped[str | None] = mapped_column(String(80))
    requested_by: Mapped[str] = mapped_column(String(64))
    suspended_by: Mapped[str | None] = mapped_column(String(64))
    decided: Mapped[str | None] = mapped_column(String(40))
    conditions: Mapped[str | None] = mapped_column(Text)
    due: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    # Whoever looks after the supplier looks after its scope.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    commodity_number: Mapped[str] = column_property(
        select(Commodity.number).where(Commodity.id == commodity_id).correlate_except(Commodity).scalar_subquery()
    )

    __table_args__ = (
        Index("ix_supplier_scope_supplier", "supplier_id", "site_id", "commodity_id"),
        Index("ix_supplier_scope_commodity", "commodity_id", "state"),
        # What changed since a day: a line that moved since has entered its state since.
        Index("ix_supplier_scope_entered", "entered_at", "id"),
    )

    @property
    def label(self) -> str:
        return f"{self.supplier_name}, {self.commodity_number}"


class ScopeLimit(Base):
    """Something that keeps all lines of a supplier, or of one site, from being better than ``effect``.

    ``cause`` names what it comes from, such as ``supplier`` or ``certificate:CER-00012``; lifting it brings back exactly
    what only this had limited. ``why`` is one of :class:`enums.Why`, ``reason`` the words of whoever caused it.

    With a ``standard`` it covers only lines that rest on it (workflows/scope_standards.yaml), and while ``stands_in`` names
    another certificate none. ``safety_effect`` is what it does to commodities of safety parts when that is more.
    """

    __tablename__ = "supplier_scope_limit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    site_id: Mapped[int] = mapped_column(BigInteger, default=EVERY_SITE)
    cause: Mapped[str] = mapped_column(String(80))
    effect: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    standard: Mapped[str | None] = mapped_column(String(40))
    safety_effect: Mapped[str | None] = mapped_column(String(20))
    stands_in: Mapped[str | None] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("uq_supplier_scope_limit", "supplier_id", "site_id", "cause", unique=True),)
