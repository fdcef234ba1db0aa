"""Tables about plans that a user has: cells put in with a reason, limit numbers, printed c = 0 and LQ plans. Imports no numpy."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from supplier_quality.calculator.tables import BadTable, Table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.sheets.table import tidy
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import LimitNumbers, Override, PrintedTable

OVERRIDE_COLUMNS = ("severity", "code_letter", "aql", "ac", "re", "arrow", "reason")
PRINTED_COLUMNS = ("lot_from", "lot_to", "index", "sample_size", "ac")
LIMIT_COLUMNS = ("sample_from", "sample_to", "aql", "limit")
_OPTIONAL = frozenset({"lot_to", "sample_to", "ac", "re", "arrow"})
MOST_OVERRIDES = 1_000


def overrides_of(table: Table, standard: str) -> tuple[Override, ...]:
    """Cells of the user: severity, code_letter, aql, then ac and re or arrow, and the reason; an empty re is ac + 1.

    Raises BadInput with the row.
    """
    if len(table.rows) > MOST_OVERRIDES:
        raise BadTable(_("There are more than %(most)s cells.", most=MOST_OVERRIDES))
    texts = _texts(table, {word: word for word in OVERRIDE_COLUMNS})
    published = sampling.table(standard)
    found = []
    for place, line in enumerate(table.lines):
        cell = {word: column[place] for word, column in texts.items()}
        ac, re = _count(cell["ac"], "ac", line), _count(cell["re"], "re", line)
        override = Override(
            severity=cell["severity"], code_letter=cell["code_letter"], aql=cell["aql"], reason=cell["reason"],
            ac=ac, re=ac + 1 if re is None and ac is not None else re, arrow=cell["arrow"] or None,
        )  # fmt: skip
        try:
            published.with_overrides([override])
        except BadInput as error:
            error.details = tuple(replace(problem, row=line) for problem in error.details)
            raise
        found.append(override)
    return tuple(found)


def printed_table_of(
    table: Table, *, name: str, edition: str, columns: Mapping[str, str | None] | None = None
) -> PrintedTable:
    """A table of plans: lot_from, lot_to, index, sample_size, and ac where it is not 0. Raises BadInput with row and column."""
    known = columns or {word: word for word in PRINTED_COLUMNS}
    with _placed(table, known):
        return sampling.read_printed_table(_csv_of(table, known), name=name, edition=edition)


def limit_numbers_of(table: Table, *, name: str, edition: str) -> LimitNumbers:
    """Limit numbers: sample_from, sample_to, aql, limit. Raises BadInput with row and column."""
    known = {word: word for word in LIMIT_COLUMNS}
    with _placed(table, known):
        return sampling.read_limit_numbers(_csv_of(table, known), name=name, edition=edition)


def _csv_of(table: Table, columns: Mapping[str, str | None]) -> str:
    """The columns as CSV under our words: a header, then every row."""
    texts = _texts(table, columns)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(texts)
    writer.writerows(zip(*texts.values(), strict=True))
    return written.getvalue()


@contextmanager
def _placed(table: Table, columns: Mapping[str, str | None]) -> Iterator[None]:
    """Let refusals about rows of the CSV name those of the table, and call its columns as it does."""
    try:
        yield
    except BadInput as error:
        if not isinstance(error, BadTable):
            error.details = tuple(
                problem
                if problem.row is None or problem.row < 2
                else replace(
                    problem,
                    row=table.lines[problem.row - 2],
                    column=columns.get(problem.column or "") or problem.column,
                )
                for problem in error.details
            )
        raise


def _texts(table: Table, columns: Mapping[str, str | None]) -> dict[str, Sequence[str]]:
    """The texts of these columns by our words; of optional ones that are missing, empty ones. Raises BadTable."""
    header = [tidy(name).casefold() for name in table.header]
    found: dict[str, Sequence[str]] = {}
    missing = []
    for word, name in columns.items():
        wanted = (name or word).casefold()
        if wanted in header:
            found[word] = list(table.texts(header.index(wanted)))
        elif word in _OPTIONAL:
            found[word] = [""] * len(table.rows)
        else:
            missing.append(name or word)
    if missing:
        remedy = _("Choose one of: %(names)s.", names=", ".join(table.names))
        problems = tuple(Problem(_("The table has no such column."), remedy, row=1, column=name) for name in missing)
        raise BadTable(_("The table does not have the columns asked for."), problems)
    if not table.rows:
        raise BadTable(_("The table has a header and no rows below it."))
    return found


def _count(text: str, column: str, line: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        problem = _("This is not a whole number from 0.")
        raise BadTable(problem, (Problem(problem, _("Write a count, such as 0 or 12."), line, column, text[:60]),))
    return int(text)
