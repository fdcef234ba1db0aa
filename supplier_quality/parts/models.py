"""Tables: commodities."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Boolean, Index, Integer, String, true
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.language import DEFAULT, Text
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime
from supplier_quality.trail import RecordRef


class Commodity(Base):
    """A group of parts that are bought alike, such as aluminium die castings; suppliers are approved for commodities.

    ``number`` is the company's own code and never changes. ``criticality`` is one of :class:`Criticality`,
    ``special_processes`` are ids of workflows/special_process_types.yaml. ``revision`` counts changes, for forms that were opened before.
    """

    __tablename__ = "commodity"
    record_kind: ClassVar[str] = "commodity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20).with_variant(String(20, collation="C"), "postgresql"))
    name_en: Mapped[str | None] = mapped_column(String(120))
    name_zh: Mapped[str | None] = mapped_column(String(120))
    criticality: Mapped[str] = mapped_column(String(20))
    special_processes: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("uq_commodity_number", "number", unique=True),)

    @property
    def name(self) -> Text:
        """Its name in both languages; where one is missing, the other serves."""
        return name_of(self.name_en, self.name_zh)

    @property
    def record(self) -> RecordRef:
        return RecordRef(self.record_kind, self.id, self.number)


def name_of(name_en: str | None, name_zh: str | None) -> Text:
    """A name kept in two columns, of which one may be empty."""
    english = name_en or name_zh or ""
    return Text.of({DEFAULT: english, "zh": name_zh or english})
