"""Published studies and their results: ``tests/conformance/msa``."""

import csv
from decimal import Decimal
from pathlib import Path

from supplier_quality.statistics.msa.study import Design, GaugeStudy, read_study

FOLDER = Path(__file__).parents[2] / "conformance" / "msa"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the conformance kit."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(name: str) -> dict[str, list[str]]:
    """The same by column."""
    found = rows(name)
    return {column: [row[column] for row in found] for column in found[0]}


def expected(example: str) -> dict[str, str]:
    """The published results of one example, as they are printed."""
    return {row["quantity"]: row["value"] for row in rows("published") if row["example"] == example}


def gauge(name: str, *, design: Design = Design.CROSSED) -> GaugeStudy:
    """A published gauge study."""
    cells = columns(name)
    return read_study(cells["part"], cells["appraiser"], list(map(float, cells["value"])), design=design)


def agrees(computed: float, printed: str) -> bool:
    """Whether the computed number is the printed one within half a unit of its last digit, or 10 digits of a long one."""
    number = Decimal(printed)
    unit = float(Decimal(1).scaleb(number.as_tuple().exponent))  # type: ignore[arg-type]
    digits = len(number.as_tuple().digits)
    close = abs(float(number)) * 1e-10 + 1e-15 if digits > 10 else 0.5 * unit + 1e-12
    return abs(computed - float(number)) <= close
