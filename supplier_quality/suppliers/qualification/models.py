"""Tables: ratings of risk, what people assess for them, and the steps of a qualification."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.joins import ParentLink
from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime
from supplier_quality.suppliers.models import Supplier


class RiskEntry(Base):
    """What a person found of one part of a supplier's risk; never changed, the latest of a part counts."""

    __tablename__ = "supplier_risk_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    part: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_by_name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_supplier_risk_entry_supplier", "supplier_id", "part", "id"),)


class RiskRating(Base):
    """One rating of a supplier's risk as it was computed; never changed.

    ``parts`` lists the lines in the order of :class:`enums.Part`, as :class:`rating.Line` writes them. ``tables`` names the
    decision tables that were asked, each with version and content hash, so that the rating can be computed again.
    """

    __tablename__ = "supplier_risk_rating"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    risk_class: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(Integer)
    knocked_out: Mapped[bool] = mapped_column(Boolean)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    tables: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str] = mapped_column(String(64))
    made_by_name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_supplier_risk_rating_supplier", "supplier_id", "id"),)


class QualificationStep(Subject, Base):
    """One thing that has to be done before a supplier is approved, see workflows/qualification_step.yaml.

    ``kind`` is one of :class:`enums.StepKind`; a condition of a decision has its words in ``title``. ``because`` is the decision
    of the route that asks for it: table, version, row, what the row says, and the values that led there. ``waiver_by`` is the
    actor whom four eyes are about; the columns ``closed_...`` and ``evidence`` say who did it when and what shows it.
    """

    __tablename__ = "supplier_qualification_step"
    subject_kind: ClassVar[str] = "qualification_step"
    workflow: ClassVar[str] = "qualification_step"
    number_series: ClassVar[str] = "QST"
    parent: ClassVar[ParentLink] = ParentLink(Supplier.subject_kind, "supplier_id", "steps")

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str | None] = mapped_column(Text)
    because: Mapped[dict[str, Any]] = mapped_column(Json)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    due: Mapped[date | None] = mapped_column(Date)
    waiver_by: Mapped[str | None] = mapped_column(String(64))
    evidence: Mapped[str | None] = mapped_column(Text)
    closed_on: Mapped[date | None] = mapped_column(Date)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_by_name: Mapped[str | None] = mapped_column(String(200))

    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (Index("ix_supplier_qualification_step_supplier", "supplier_id", "state", "id"),)

    @property
    def label(self) -> str:
        return self.supplier_name
