"""How sampling refuses what it was given: a sentence with the column and the value, and never a number as a result."""

import math
from collections.abc import Sequence
from typing import NoReturn

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

LARGEST = 10**9


def refuse(
    problem: Words,
    *,
    column: str | None = None,
    value: object = None,
    remedy: Words | None = None,
    row: int | None = None,
) -> NoReturn:
    """Raises BadInput with one problem."""
    shown = None if value is None else str(value)[:60]
    raise BadInput(problem, (Problem(problem, remedy, row=row, column=column, value=shown),))


def whole(value: object, column: str, *, least: int, most: int = LARGEST, row: int | None = None) -> int:
    """``value`` if it is a whole number in the range. Raises BadInput."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        refuse(
            _("This is not a whole number from %(least)s to %(most)s.", least=least, most=most),
            column=column, value=value, row=row, remedy=_("Correct the number."),
        )  # fmt: skip
    return value


def share(value: object, column: str, *, open_ended: bool = False) -> float:
    """``value`` if it is a fraction from 0 to 1, without 0 and 1 when ``open_ended``. Raises BadInput."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
    if not good or (open_ended and value in (0, 1)):
        problem = (
            _("This is not a fraction between 0 and 1.") if open_ended else _("This is not a fraction from 0 to 1.")
        )
        refuse(problem, column=column, value=value, remedy=_("Write 1 % as 0.01."))
    return float(value)  # type: ignore[arg-type]


def chosen(value: str, known: Sequence[str], column: str) -> str:
    """``value`` if it is one of ``known``. Raises BadInput."""
    if value not in known:
        refuse(
            _("There is no such choice."),
            column=column, value=value, remedy=_("Choose among: %(list)s.", list=", ".join(known)),
        )  # fmt: skip
    return value
