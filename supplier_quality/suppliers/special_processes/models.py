"""Tables: self-assessments of special processes, and the lines of their action plans."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality import language
from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime
from supplier_quality.suppliers.models import Supplier


def name_of(standard: str, process_name: Mapping[str, str]) -> language.Text:
    """An assessment and its process in every language, such as CQI-9 Heat treating."""
    return language.Text({spoken: f"{standard} {word}" for spoken, word in process_name.items()})


class ProcessAssessment(Subject, Base):
    """One self-assessment of one special process at one site, see workflows/special_process.yaml; the next one is a row of its own.

    ``process`` is an id of workflows/special_process_types.yaml; ``process_name`` and ``standard`` (CQI-9) are what they were when the
    row was made. ``points`` are out of 100, where the form gives any; ``findings`` counts requirements that are not met,
    ``immediate`` those among them that need action at once. ``valid_to`` is the day on which the next one is due.
    """

    __tablename__ = "special_process_assessment"
    subject_kind: ClassVar[str] = "special_process"
    workflow: ClassVar[str] = "special_process"
    number_series: ClassVar[str] = "SPA"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("supplier_site.id"))
    process: Mapped[str] = mapped_column(String(40))
    process_name: Mapped[dict[str, str]] = mapped_column(Json)
    standard: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str | None] = mapped_column(String(20))
    assessed_on: Mapped[date | None] = mapped_column(Date)
    assessor: Mapped[str | None] = mapped_column(String(160))
    points: Mapped[int | None] = mapped_column(Integer)
    findings: Mapped[int | None] = mapped_column(Integer)
    immediate: Mapped[int | None] = mapped_column(Integer)
    valid_to: Mapped[date | None] = mapped_column(Date)
    remind_on: Mapped[date | None] = mapped_column(Date)
    answer_by: Mapped[date | None] = mapped_column(Date)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("special_process_assessment.id"))

    # Asked anew each time, so that an assessment follows its supplier to a new owner.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (
        CheckConstraint("points IS NULL OR points BETWEEN 0 AND 100", name="points_out_of_100"),
        CheckConstraint("immediate IS NULL OR immediate <= findings", name="immediate_among_findings"),
        Index("ix_special_process_assessment_supplier", "supplier_id", "id"),
        Index("ix_special_process_assessment_site", "site_id", "process", "state"),
        Index("ix_special_process_assessment_replaces", "replaces_id"),
        Index("ix_special_process_assessment_end", "valid_to", "id"),
    )

    @property
    def name(self) -> language.Text:
        """The assessment and its process, such as CQI-9 Heat treating."""
        return name_of(self.standard, self.process_name)

    @property
    def label(self) -> str:
        return f"{self.name}, {self.supplier_name}"


class PlanLine(Base):
    """One thing the supplier does about a finding. ``responsible`` is a person or function there; ``done_on`` ends it.

    ``done_by`` is whoever of ours saw that it is done.
    """

    __tablename__ = "special_process_plan_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("special_process_assessment.id"))
    action: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(160))
    due: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str | None] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by_name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint("(done_on IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
        Index("ix_special_process_plan_line", "assessment_id", "done_on", "due"),
    )
