"""What the page of one import shows: where the table stands, its columns with guesses, and what becomes of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.documents import file_store
from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.persistence.paging import Page
from supplier_quality.sheets import encodings
from supplier_quality.sheets.reading import FIRST, Glance, Sheet, glance_at, read_head
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.enums import ImportStage, RowOutcome
from supplier_quality.suppliers.importing import remembering, runs
from supplier_quality.suppliers.importing.fields import FIELDS, MatchBy, Part
from supplier_quality.suppliers.importing.guessing import Guess, Why, guess_columns
from supplier_quality.suppliers.importing.mapping import column_names, missing_fields
from supplier_quality.suppliers.importing.saying import (
    MATCH_WORDS,
    OUTCOME_WORDS,
    say_change,
    say_guess,
)
from supplier_quality.suppliers.models import ImportLine, ImportRun
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.wording import FIELD_WORDS

SAMPLES = 3
SHOWN_ROWS, SHOWN_CELLS = 8, 12
OVER = (ImportStage.DONE, ImportStage.DISCARDED, ImportStage.EXPIRED)
PART_WORDS = {Part.SUPPLIER: _("Supplier"), Part.SITE: _("Site"), Part.CONTACT: _("Contact")}
CONSTANTS = tuple(name for name, item in FIELDS.items() if item.constant)
COLUMN, CONSTANT = "column-", "constant-"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. ``name`` is how a map names it, ``header`` its text, which may be empty."""

    place: int
    name: str
    header: str
    samples: Sequence[str]
    field: str
    why: Words
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """The step at which columns are confirmed; ``unreadable`` says why the file does not show its columns."""

    glances: Sequence[Glance] = ()
    where: Where = FIRST
    hidden: int = 0
    columns: Sequence[Column] = ()
    constants: Mapping[str, str] | None = None
    match: str = MatchBy.KEY
    missing: Sequence[Words] = ()
    remembered: Mapping[str, Any] | None = None
    unreadable: Words | None = None

    @property
    def glance(self) -> Glance | None:
        """The sheet that is chosen."""
        return next((each for each in self.glances if each.sheet == self.where.sheet), None) or next(
            iter(self.glances), None
        )

    @property
    def top(self) -> list[tuple[int, Sequence[str], bool]]:
        """The first rows of that sheet: line, cells, whether it belongs to the header."""
        rows = self.glance.rows if self.glance else []
        first = self.where.line or 1
        start = max(0, min(first - 3, len(rows) - SHOWN_ROWS))
        return [
            (place + 1, rows[place][:SHOWN_CELLS], first <= place + 1 < first + self.where.lines)
            for place in range(start, min(start + SHOWN_ROWS, len(rows)))
        ]


def path_of(run: ImportRun) -> Any:
    return file_store(web.settings()).path_of(run.file_hash)


def head_of(run: ImportRun) -> Sheet:
    """The first rows of the file. Raises UnreadableFile, UnknownEncoding."""
    return read_head(path_of(run), name=run.file_name, encoding=run.encoding, where=runs.where_of(run))


def columns_of(session: Session, run: ImportRun, given: Mapping[str, str] | None) -> Columns:
    """The columns of the file with what they are taken for; ``given`` are the boxes as somebody just sent them."""
    where = runs.where_of(run)
    glances: Sequence[Glance] = ()
    try:
        glances = glance_at(path_of(run), name=run.file_name, encoding=run.encoding)
        head = head_of(run)
    except BadInput as error:
        return Columns(glances=glances, where=where, unreadable=error.message)
    mapping = runs.map_of(run)
    remembered = _remembered(session, run)
    columns = _columns(head, mapping.columns, given, is_remembered=remembered is not None)
    constants = dict(mapping.constants)
    if given is not None:
        constants = {name: given.get(f"{CONSTANT}{name}", "") for name in CONSTANTS}
    mapped = {column.field: column.name for column in columns if column.field}
    missing = missing_fields({**mapped, **{name: text for name, text in constants.items() if text}})
    return Columns(
        glances=glances, where=where, hidden=head.hidden, columns=columns, constants=constants,
        match=given.get("match", "") if given is not None else mapping.match, remembered=remembered,
        missing=[FIELD_WORDS[problem.column or "name"] for problem in missing],
    )  # fmt: skip


def _remembered(session: Session, run: ImportRun) -> Mapping[str, Any] | None:
    if run.mapping_id is None:
        return None
    try:
        row = remembering.get_mapping(session, run.mapping_id)
    except remembering.MappingNotFound:
        return None
    return {"name": row.name, "at": row.used_at, "by": row.used_by_name}


def _columns(
    head: Sheet, mapped: Mapping[str, str], given: Mapping[str, str] | None, *, is_remembered: bool
) -> list[Column]:
    guesses = guess_columns(head)
    fields = {column: name for name, column in mapped.items()}
    columns = []
    for place, (header, name) in enumerate(zip(head.header, column_names(head.header), strict=True)):
        samples = list(dict.fromkeys(text for text in (tidy(cell) for cell in head.column(place)) if text))[:SAMPLES]
        if not header and not samples:
            continue
        field = given.get(f"{COLUMN}{place}", "") if given is not None else fields.get(name, "")
        guess = guesses.get(place)
        if given is None and is_remembered:
            guess = Guess(field or None, Why.REMEMBERED)
        elif (guess.field if guess else None) != (field or None):
            guess = Guess(field or None, Why.CHOSEN)
        doubtful = guess is not None and guess.why in (Why.DOUBT, Why.ALIKE)
        columns.append(Column(place, name, header, samples, field, say_guess(guess), doubtful))
    return columns


def field_choices() -> list[tuple[Words, list[tuple[str, Words]]]]:
    return [
        (words, [(name, FIELD_WORDS[name]) for name, item in FIELDS.items() if item.part is part])
        for part, words in PART_WORDS.items()
    ]


def constant_fields() -> list[tuple[str, Words]]:
    return [(name, FIELD_WORDS[name]) for name in CONSTANTS]


def match_choices() -> list[tuple[str, Words]]:
    return [(match.value, MATCH_WORDS[match]) for match in MatchBy]


def encoding_choices() -> list[tuple[str, str]]:
    """The encodings a person can name, as a choice."""
    names = {"utf-8": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030 (GBK, GB2312)", "cp1252": "Windows-1252"}
    return [(code, names[code]) for code in encodings.KNOWN]


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows of one outcome, with how many rows there are of each. What is wrong with the others stands in the list of problems."""

    outcome: str
    counted: Mapping[str, int]
    page: Page[ImportLine]


def preview_of(session: Session, run: ImportRun) -> Preview | None:
    """What becomes of the rows, or became; None before anybody looked at them and after they were dropped."""
    counted = {outcome: rows for outcome, rows in runs.count_outcomes(session, run).items() if outcome in _SHOWN}
    if not counted:
        return None
    asked = request.args.get("show", "")
    outcome = asked if asked in counted else next(each for each in _SHOWN if counted.get(each))
    page = runs.lines_of_run(session, run, outcome=outcome, cursor=request.args.get("from") or None)
    return Preview(outcome, counted, page)


_SHOWN = (RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.UNCHANGED, RowOutcome.REPEATED)


REPORT_HEADER = (
    _("Row"), _("Outcome"), _("Our number"), _("Name"), _("What changes"), _("Problem"), _("Remedy"),
)  # fmt: skip


def report_rows(session: Session, run: ImportRun) -> Iterator[Sequence[object]]:
    """Every row of the file with what became of it; of a file that could not be read, what is wrong with it."""
    cursor: str | None = None
    while True:
        page = runs.lines_of_run(session, run, cursor=cursor, size=500)
        problems = runs.problems_by_row(session, run, [line.row for line in page.rows]) if run.problems else {}
        for line in page.rows:
            wrong = problems.get(line.row, ())
            yield (
                line.row, OUTCOME_WORDS[line.outcome], line.number, line.name, _changes_in_words(line),
                "; ".join(f"{each.column}: {each.problem}" if each.column else str(each.problem) for each in wrong),
                "; ".join(dict.fromkeys(str(each.remedy) for each in wrong if each.remedy)),
            )  # fmt: skip
        cursor = page.next_cursor
        if cursor is None:
            return


def _changes_in_words(line: ImportLine) -> str:
    said = []
    for change in line.changes or ():
        about, before, after = say_change(change)
        said.append(f"{about}: {before} → {after}" if before else f"{about}: {after}")
    return "; ".join(said)


def ends_at(run: ImportRun) -> datetime | None:
    """Until when an import waits for somebody to go on with it."""
    return run.changed_at + runs.KEEP_OPEN if not ImportStage(run.stage).is_running and run.stage not in OVER else None
