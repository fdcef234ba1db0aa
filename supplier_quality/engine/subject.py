"""What every record with a process has in common: the columns the engine keeps on the feature's own table."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from supplier_quality.persistence import BigId, UTCDateTime
from supplier_quality.trail import Position, RecordRef


class Subject:
    """Mixin for a table whose rows move through a workflow.

    ``state``, ``version``, ``definition_id`` and the trail position are written by the engine only. ``version`` counts every
    change of the record and is what a person's form must send back.
    """

    subject_kind: ClassVar[str]
    workflow: ClassVar[str]
    number_series: ClassVar[str]

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer, default=1)
    trail_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    trail_head: Mapped[str] = mapped_column(String(64), default="")
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @declared_attr
    @classmethod
    def definition_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, index=True)

    @property
    def label(self) -> str:
        """What people call the record beside its number; features override it."""
        return self.number

    @property
    def record(self) -> RecordRef:
        return RecordRef(self.subject_kind, self.id, self.number)

    @property
    def position(self) -> Position:
        return Position(self.trail_seq, self.trail_head)
