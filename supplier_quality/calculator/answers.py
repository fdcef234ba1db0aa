"""What a calculator answers: one description from which its page and its PDF are drawn, in the language in force."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.charts import Figure
from supplier_quality.charts.figure import Table
from supplier_quality.documents.printing import print_html
from supplier_quality.documents.sheets import Reader, draw_sheet
from supplier_quality.identity.models import User
from supplier_quality.language import current
from supplier_quality.web.formatting import number, significant

MOST_SIGNALS = 100
_LEAST_PPM = 0.001
Draw = Callable[..., Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer in words, numbers and pictures. ``tone`` is that of the verdict: done, soon, bad or open.

    ``asked`` are names and values of what was computed with, ``signals`` sentences about single points, ``sentences`` all others.
    The last column of ``told`` holds a sentence about each row, which gets a line of its own.
    """

    tone: str
    verdict: str
    asked: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    told: Table | None = None

    @property
    def first_signals(self) -> tuple[str, ...]:
        return self.signals[:MOST_SIGNALS]


def drawn(draw: Draw, chart: Any) -> Figure:
    """A chart in the language in force."""
    return draw(chart, language=current())


def share(fraction: float | None) -> str:
    """A fraction as a percentage with three significant digits; a dash for none."""
    return "–" if fraction is None else f"{significant(fraction * 100, 3)}\u00a0%"


def percentage(percent: float | None) -> str:
    """A number of percents with one digit after the point; a dash for none."""
    return "–" if percent is None else f"{number(percent, 1)}\u00a0%"


def per_million(value: float | None) -> str:
    """A rate in parts per million; below a thousandth nobody cares how far."""
    return significant(value, 4) if value is None or value == 0 or value >= _LEAST_PPM else f"< {number(_LEAST_PPM)}"


def index(value: float | None) -> str:
    """A capability index or kappa as the trade writes it: two digits after the point."""
    return number(value, 2)


def pdf_of(answer: Answer, *, title: str, name: str) -> Response:
    """The answer as a PDF to download, made for this request and kept nowhere. Raises NotPrinted."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        zone = _zone(session, actor.person_id)
    reader = Reader(actor.label, current(), zone)
    html = draw_sheet("calculator/answer.html", {"title": title, "answer": answer}, reader=reader, at=at)
    response = Response(print_html(html).content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.pdf"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _zone(session: Session, person_id: int | None) -> str:
    user = session.get(User, person_id) if person_id else None
    return user.time_zone if user else web.settings().timezone
