"""Work that the desk does in the background, with its result: proving the whole trail, moving records to a version."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class DeskRun(Base):
    """One piece of work somebody asked for on a page. The result is shown there when it has come.

    ``result`` is what the work answered as JSON; ``error`` is set instead when it could not be done.
    """

    __tablename__ = "desk_run"
    __table_args__ = (Index("ix_desk_run_kind", "kind", "about", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(120))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
