"""Tables of supplier development: what is demanded, what proves a level, plans and their milestones."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, BigId, UTCDateTime
from supplier_quality.suppliers.models import Supplier


class LevelRequirement(Base):
    """The minimum and the target that somebody set for a supplier, and why. Rows are only added; the newest counts.

    Both are ids of levels of the ladder; None leaves the default of the ladder in force.
    """

    __tablename__ = "supplier_level_requirement"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    minimum: Mapped[str | None] = mapped_column(String(40))
    target: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(String(64))
    set_by_name: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_supplier_level_requirement_supplier", "supplier_id", "set_at", "id"),)


class LevelProof(Base):
    """A second-party audit of one site, or the customer's authorisation, entered by hand. Withdrawn rows stay to be read.

    An audit has ``site_id``, ``criterion`` (what was audited against) and ``conforms``; an authorisation has ``customer``.
    ``dated`` is the day of the audit or of the letter, ``valid_until`` the last day it counts, None without an end.
    ``file_id`` is the attachment on the supplier that shows it.
    """

    __tablename__ = "supplier_level_proof"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[str] = mapped_column(String(20))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_site.id"))
    criterion: Mapped[str | None] = mapped_column(String(40))
    conforms: Mapped[bool | None] = mapped_column(Boolean)
    customer: Mapped[str | None] = mapped_column(String(160))
    reference: Mapped[str] = mapped_column(String(160))
    dated: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    file_id: Mapped[int | None] = mapped_column(BigId)
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_by_name: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_name: Mapped[str | None] = mapped_column(String(200))
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(
            "(kind = 'audit') = (site_id IS NOT NULL AND criterion IS NOT NULL AND conforms IS NOT NULL)", name="audit"
        ),
        CheckConstraint("(kind = 'authorisation') = (customer IS NOT NULL)", name="authorisation"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn"),
        Index("ix_supplier_level_proof_supplier", "supplier_id", "id"),
        Index("ix_supplier_level_proof_site", "site_id"),
    )


class DevelopmentPlan(Subject, Base):
    """How a supplier is to reach a higher level of the ladder, see workflows/development_plan.yaml.

    ``target`` is the level it ends at, ``from_level`` where the supplier stood when it was drafted, None without any level.
    """

    __tablename__ = "supplier_development_plan"
    subject_kind: ClassVar[str] = "development_plan"
    workflow: ClassVar[str] = "development_plan"
    number_series: ClassVar[str] = "DEV"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    target: Mapped[str] = mapped_column(String(40))
    from_level: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)

    # Whoever looks after the supplier looks after its plan.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (
        Index("ix_supplier_development_plan_supplier", "supplier_id", "id"),
        Index("ix_supplier_development_plan_state", "state", "id"),
    )

    @property
    def label(self) -> str:
        return self.supplier_name


class Milestone(Subject, Base):
    """One step of a plan, see workflows/development_milestone.yaml. With a ``level`` it is done when data prove that level.

    ``owner_id`` is one of our people, who is reminded; ``done_on`` the day it was reached.
    """

    __tablename__ = "supplier_development_milestone"
    subject_kind: ClassVar[str] = "development_milestone"
    workflow: ClassVar[str] = "development_milestone"
    number_series: ClassVar[str] = "MIL"

    plan_id: Mapped[int] = mapped_column(ForeignKey("supplier_development_plan.id"))
    title: Mapped[str] = mapped_column(String(200))
    level: Mapped[str | None] = mapped_column(String(40))
    due: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    evidence: Mapped[str | None] = mapped_column(Text)
    done_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("ix_supplier_development_milestone_plan", "plan_id", "due", "id"),
        Index("ix_supplier_development_milestone_open", "state", "due"),
        Index("ix_supplier_development_milestone_owner", "owner_id", "state"),
    )

    @property
    def label(self) -> str:
        return self.title
