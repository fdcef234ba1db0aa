"""Refusing to compute, so that a door can name row and column.

Readings are counted from 1 and a column is called by the name of the argument, such as ``values``. Who read the readings from a
table says afterwards which line and column of it that is.
"""

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

Floats = npt.NDArray[np.float64]

MOST_PROBLEMS = 1000


class CannotCompute(BadInput):
    """The data do not allow the result; ``details`` name what has to be mended, and no number is given."""

    code = "cannot_compute"


def refuse(
    problem: Words, remedy: Words, *, row: int | None = None, column: str = "values", value: object = None
) -> NoReturn:
    """Raise CannotCompute for one thing that is wrong."""
    raise CannotCompute(problem, (Problem(problem, remedy, row, column, None if value is None else str(value)),))


def readings(values: npt.ArrayLike, *, column: str = "values", least: int = 1) -> Floats:
    """The readings as an array of shape (n,). Raises CannotCompute for too few and for every one that is no finite number."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError("the readings must be one series")
    if array.size < least:
        refuse(
            _("There are too few readings: %(count)s instead of at least %(least)s.", count=array.size, least=least),
            _("Add readings."),
            row=max(array.size, 1),
            column=column,
        )
    if not np.isfinite(array).all():
        wrong = np.flatnonzero(~np.isfinite(array))[:MOST_PROBLEMS]
        problems = (
            Problem(
                _("This is not a number."), _("Write a number, or delete the row."), int(i) + 1, column, str(array[i])
            )
            for i in wrong
        )
        raise CannotCompute(_("Some readings are missing or are no numbers."), tuple(problems))
    return array


def check_varying(array: Floats, *, column: str = "values") -> None:
    """Raises CannotCompute when all readings are the same."""
    if array.size and array.min() == array.max():
        refuse(
            _("All readings are the same: there is no variation to compute with."),
            _("Check whether the gauge resolves the variation, and whether the right column was taken."),
            row=1,
            column=column,
            value=array[0],
        )


def check_same_length(**columns: Sequence[object] | Floats) -> None:
    """Raises CannotCompute at the first row that one of the columns does not have."""
    lengths = {name: len(cells) for name, cells in columns.items()}
    shortest = min(lengths, key=lambda name: lengths[name])
    if lengths[shortest] < max(lengths.values()):
        refuse(
            _("The columns differ in length."),
            _("Give every reading a cell in each column."),
            row=lengths[shortest] + 1,
            column=shortest,
        )
