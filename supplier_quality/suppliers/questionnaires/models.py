"""The tables of questionnaires."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime
from supplier_quality.suppliers.models import Supplier


class Questionnaire(Subject, Base):
    """One questionnaire sent to one supplier, see workflows/questionnaire.yaml; the next one is a row of its own.

    ``name`` is that of the file and ``content_id`` the version of it whose questions are asked, for good. ``round`` counts what
    was submitted. Score and knock-outs are those of the newest round: ``score`` in hundredths of a percent, None when nothing that
    was asked gives points.
    """

    __tablename__ = "supplier_questionnaire"
    subject_kind: ClassVar[str] = "questionnaire"
    workflow: ClassVar[str] = "questionnaire"
    number_series: ClassVar[str] = "QUE"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    name: Mapped[str] = mapped_column(String(40))
    content_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[dict[str, str]] = mapped_column(Json)
    due: Mapped[date | None] = mapped_column(Date)
    round: Mapped[int] = mapped_column(Integer, default=0)
    score: Mapped[int | None] = mapped_column(Integer)
    knock_outs: Mapped[list[str]] = mapped_column(Json, default=list)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    # Asked anew each time, so that a questionnaire follows its supplier to a new owner.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (
        Index("ix_supplier_questionnaire_supplier", "supplier_id", "id"),
        # The newest accepted one of a supplier, which rules read.
        Index("ix_supplier_questionnaire_accepted", "supplier_id", "accepted_at", "id"),
    )

    @property
    def label(self) -> str:
        return self.supplier_name


class QuestionnaireAnswer(Base):
    """The newest answer to one question, shared by all colleagues who answer.

    ``value`` is as answers.py reads it; None with ``reason`` when the question does not apply. ``page`` names the page on which it
    was typed, so that what a colleague typed meanwhile is told from what the same person typed before.
    """

    __tablename__ = "questionnaire_answer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("supplier_questionnaire.id"))
    question: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(Json, nullable=True)
    reason: Mapped[str | None] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(40))
    answered_by: Mapped[str] = mapped_column(String(64))
    answered_by_name: Mapped[str] = mapped_column(String(200))
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("questionnaire_id", "question", name="uq_questionnaire_answer_question"),)


class QuestionnaireRound(Base):
    """What was submitted at one time: all answers by question as ``{value, reason}``, signed under ``sha256``; never changed."""

    __tablename__ = "questionnaire_round"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("supplier_questionnaire.id"))
    number: Mapped[int] = mapped_column(Integer)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64))
    submitted_by: Mapped[str] = mapped_column(String(64))
    submitted_by_name: Mapped[str] = mapped_column(String(200))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("questionnaire_id", "number", name="uq_questionnaire_round_number"),)


class QuestionnaireRemark(Base):
    """What a reviewer said of one answer of one round."""

    __tablename__ = "questionnaire_remark"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("supplier_questionnaire.id"))
    round: Mapped[int] = mapped_column(Integer)
    question: Mapped[str] = mapped_column(String(40))
    verdict: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(String(64))
    said_by_name: Mapped[str] = mapped_column(String(200))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("questionnaire_id", "round", "question", name="uq_questionnaire_remark_question"),
    )
