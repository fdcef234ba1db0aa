"""Where a reading stands, so that a refusal can name row and column; and the order of names.

The studies compute on plain sequences: readings are counted from 1, and a column has the name of the argument. Who read
them from a file says afterwards which line and column of the file that is.
"""

import re
from collections.abc import Iterable, Sequence

from supplier_quality.errors import Problem
from supplier_quality.language import Words
from supplier_quality.statistics.refusals import CannotCompute

# A file with one kind of mistake in every line is understood from its first lines.
MOST_PROBLEMS = 50


def at(index: int, name: str, problem: Words, *, value: object = None, remedy: Words | None = None) -> Problem:
    """A problem of one reading, by its place from 0; ``name`` is the argument it stands in."""
    return Problem(problem, remedy, row=index + 1, column=name, value=None if value is None else str(value))


def of_all(name: str, problem: Words, *, value: object = None, remedy: Words | None = None) -> Problem:
    """A problem of a whole column; it points to its first reading, where the eye begins."""
    return at(0, name, problem, value=value, remedy=remedy)


def refuse(problems: Sequence[Problem], message: Words | None = None) -> None:
    """Raise CannotCompute when there is any problem; the sentence is ``message``, or the only problem's own."""
    if not problems:
        return
    if message is None or len(problems) == 1:
        message = problems[0].problem
    raise CannotCompute(message, tuple(problems[:MOST_PROBLEMS]))


def natural_order(names: Iterable[str]) -> list[str]:
    """Names as people sort them: P9 before P10."""
    return sorted(names, key=_natural_key)


def _natural_key(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    parts = re.split(r"([0-9]+)", name)
    return [
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold()) for part in parts if part
    ], name
