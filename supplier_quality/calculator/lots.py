"""Lots of a table, judged one after the other by the switching rules or as skip-lot sampling: for commands, API and pages.

Imports no numpy.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from supplier_quality.calculator.tables import BadTable, Table, Taken
from supplier_quality.errors import Problem, ProductError
from supplier_quality.language import Words, _, listed
from supplier_quality.statistics.sampling import Judged, Lot, Severity, SkipJudged, SkipLot, SkipLots, Streams

STREAM_COLUMNS = ("site", "part", "class")
"""Columns a table may have; lots that differ in one of them belong to different streams."""

FLAG_COLUMNS = ("resubmitted", "resumes")
"""Columns a table may have with yes or no; an empty cell is no."""

SKIP_FLAGS = ("supplier_qualified", "product_qualified")
"""Columns a table of skip-lot sampling may have with yes or no; an empty cell is what holds for all lots."""

Names = Mapping[str, str | None]
"""What the columns are called in a table, by the words above and below; None for one that is not used."""

_YES = frozenset({"yes", "y", "true", "1", "x", "是"})
_NO = frozenset({"no", "n", "false", "0", "否"})


def lots_of(table: Table, names: Names | None = None) -> list[tuple[int, Lot]]:
    """The lots of a table with their rows, in its order. Columns lot, lot_size, nonconforming (empty of a lot that is held).

    Optional ones: those of streams and flags, ``steady`` (yes or no), ``resubmitted_as`` (a severity). Raises BadTable.
    """
    columns = _Columns(table, names)
    lot, size, found = (columns.required(word) for word in ("lot", "lot_size", "nonconforming"))
    taken = _with_held_lots(table, lot, size, found)
    streams = [columns.texts(word) for word in STREAM_COLUMNS]
    flags = {word: columns.flags(word) for word in (*FLAG_COLUMNS, "steady")}
    severities = columns.severities("resubmitted_as")
    columns.refuse()
    return [
        (
            line,
            Lot(
                taken.labels[lot][place],
                taken.counts[size][place],
                taken.counts_or_none[found][place],
                stream=tuple(each[place] for each in streams),
                resubmitted=bool(flags["resubmitted"][place]),
                resubmitted_as=severities[place],
                resumes=bool(flags["resumes"][place]),
                steady=flags["steady"][place],
            ),
        )
        for place, line in enumerate(taken.lines)
    ]


def _with_held_lots(table: Table, lot: str, size: str, found: str) -> Taken:
    """The columns, with None for the count of lots that may be held. Where another cell is wrong, the empty ones are named with it."""
    try:
        table.take(labels=(lot,), counts=(size, found))
    except BadTable as error:
        if not error.details or any(problem.column != found or problem.value for problem in error.details):
            raise
    return table.take(labels=(lot,), counts=(size,), counts_or_none=(found,))


def skip_lots_of(table: Table, names: Names | None = None) -> list[tuple[int, SkipLot]]:
    """The lots of a table for skip-lot sampling; ``nonconforming`` is empty where a lot was skipped. Raises BadTable."""
    columns = _Columns(table, names)
    lot, size, found = (columns.required(word) for word in ("lot", "lot_size", "nonconforming"))
    taken = table.take(labels=(lot,), counts=(size,), counts_or_none=(found,))
    streams = [columns.texts(word) for word in STREAM_COLUMNS]
    supplier, product = (columns.flags(word) for word in SKIP_FLAGS)
    columns.refuse()
    return [
        (
            line,
            SkipLot(
                taken.labels[lot][place],
                taken.counts[size][place],
                taken.counts_or_none[found][place],
                stream=tuple(each[place] for each in streams),
                supplier_qualified=supplier[place],
                product_qualified=product[place],
            ),
        )
        for place, line in enumerate(taken.lines)
    ]


def judge_lots(lots: Sequence[tuple[int, Lot]], streams: Streams) -> Iterator[Judged]:
    """The verdict on each lot, in their order. Raises BadInput with the row."""
    return (streams.judge(lot, row=row) for row, lot in lots)


def judge_skip_lots(lots: Sequence[tuple[int, SkipLot]], known: SkipLots) -> Iterator[SkipJudged]:
    """What became of each lot, in their order. Raises BadInput with the row."""
    return (known.judge(lot, row=row) for row, lot in lots)


@contextmanager
def calling(names: Names) -> Iterator[None]:
    """Let refusals about rows call a column as the table does."""
    try:
        yield
    except ProductError as error:
        error.details = tuple(
            problem
            if problem.row is None
            else replace(problem, column=names.get(problem.column or "") or problem.column)
            for problem in error.details
        )
        raise


class _Columns:
    """The columns of a table by our words. Gathers what is wrong with cells, for :meth:`refuse`."""

    def __init__(self, table: Table, names: Names | None) -> None:
        self._table, self._names = table, names
        self._problems: list[Problem] = []

    def required(self, word: str) -> str:
        return (self._names.get(word) if self._names is not None else None) or word

    def texts(self, word: str) -> list[str]:
        """The texts of a column that may be missing."""
        wanted = word if self._names is None else self._names.get(word)
        header = [column.casefold() for column in self._table.header]
        if not wanted or wanted.casefold() not in header:
            return [""] * len(self._table.rows)
        return list(self._table.texts(header.index(wanted.casefold())))

    def flags(self, word: str) -> list[bool | None]:
        """Yes or no; None where the cell is empty."""
        texts = [text.casefold() for text in self.texts(word)]
        self._check(word, texts, _YES | _NO | {""}, _("This is neither yes nor no."), _("Write yes or no."))
        return [text in _YES if text else None for text in texts]

    def severities(self, word: str) -> list[str]:
        """Severities of resubmitted lots; tightened where the cell is empty."""
        known = [str(each) for each in Severity]
        texts = [text.casefold() for text in self.texts(word)]
        remedy = _("Write one of: %(list)s.", list=listed(known))
        self._check(word, texts, {*known, ""}, _("This is no severity of inspection."), remedy)
        return [text or str(Severity.TIGHTENED) for text in texts]

    def _check(
        self, word: str, texts: Sequence[str], known: set[str] | frozenset[str], problem: Words, remedy: Words
    ) -> None:
        name = (self._names or {}).get(word) or word
        self._problems += [
            Problem(problem, remedy, row=line, column=name, value=text[:60])
            for line, text in zip(self._table.lines, texts, strict=True)
            if text not in known
        ]

    def refuse(self) -> None:
        """Raises BadTable with every cell that cannot be used."""
        if self._problems:
            raise BadTable(self._problems[0].problem, tuple(self._problems))
