"""A calculator that works on a table: one page where it is pasted, asked about and answered, and its PDF.

Nothing is stored. A form that cannot be answered comes back as it was typed, with everything that is wrong with it at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, request
from marshmallow import Schema

from supplier_quality import web
from supplier_quality.calculator.answers import Answer, pdf_of
from supplier_quality.calculator.given import (
    ColumnField,
    Pasted,
    guess_columns,
    offer_of,
    sent_file,
    table_of_file,
    table_of_pasted,
    text_of,
)
from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.tables import Table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _, joined
from supplier_quality.web import fields as own
from supplier_quality.web.forms import Form

MOST_SHOWN = 200
"""How many cells a page names; the count says how many there are."""

ACTS = ("columns", "calculate", "print")
DECIMAL_WORDS: Mapping[str, Words] = {Decimal.POINT: _("Point: 12.5"), Decimal.COMMA: _("Comma: 12,5")}


class TableAsked(Schema):
    """What every page about a table sends. ``offered`` says for which columns the page already had choices."""

    data = Pasted()
    act = own.Choice(ACTS, load_default="calculate")
    offered = own.Text(max_length=100_000)
    decimal = own.Choice([sign.value for sign in Decimal])


def _nothing(_values: Mapping[str, Any]) -> None:
    """Most calculators have no rule about their fields alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPage:
    """One calculator. ``answer`` computes from a table and the values of the form, ``check`` looks at these values alone;
    both raise BadInput and nothing else. Where a page also answers without a table, ``alone`` does so, and ``table_title``
    says what the table is for. A page without ``columns`` takes no table at all.
    """

    name: str
    title: Words
    lead: Words
    icon: str
    schema: type[TableAsked]
    columns: tuple[ColumnField, ...] = ()
    example: str = ""
    answer: Callable[[Table, Mapping[str, Any]], Answer] | None = None
    check: Callable[[Mapping[str, Any]], None] = _nothing
    alone: Callable[[Mapping[str, Any]], Answer] | None = None
    table_title: Words | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Words] | Callable[[], Mapping[str, Words]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Stand:
    """A request on its way to an answer."""

    page: StudyPage
    form: Form
    related: Sequence[tuple[str, Words, None, bool]] = ()
    table: Table | None = None
    problems: tuple[Problem, ...] = ()
    answer: Answer | None = None

    def refuse(self, error: BadInput, about: str) -> None:
        """Takes up a refusal: what has a row in the list of problems, all else beside its field or above the form."""
        cells = []
        for problem in error.details:
            if problem.row is not None:
                cells.append(problem)
                continue
            field = problem.column if problem.column in self.page.schema().fields else about
            self.form = self.form.with_error(field, joined((problem.problem, problem.remedy or "")))
        if cells or not error.details:
            self.form = self.form.with_error(about, error.message)
        self.problems = (*self.problems, *cells)

    def set(self, **typed: Any) -> None:
        self.form = replace(self.form, typed={**self.form.typed, **typed}, values={**self.form.values, **typed})


def show_study(page: StudyPage, related: Sequence[tuple[str, Words, None, bool]] = ()) -> Response:
    """The page of a calculator, its answer, or the answer as a PDF. ``related`` are pages beside it, as tabs."""
    if request.method != "POST":
        return _render(_Stand(page, web.filled(page.defaults), related))
    stand = _Stand(page, web.parse(page.schema, request.form), related)
    act = stand.form.values.get("act")
    if page.columns:
        _read_table(stand, must=page.alone is None or act == "columns")
    if stand.table is not None:
        _choose_columns(stand, stand.table, must=act != "columns")
    has_table = bool(page.columns and (stand.form.typed.get("data") or "file" in stand.form.errors))
    is_alone = page.alone is not None and not has_table
    if act == "columns" or (stand.table is None and not is_alone):
        return _render(stand)
    _compute(stand, stand.table)
    if act == "print" and stand.answer is not None:
        return pdf_of(stand.answer, title=str(page.title), name=page.name)
    return _render(stand)


def _read_table(stand: _Stand, *, must: bool) -> None:
    said = stand.form.values.get("decimal")
    decimal, file = Decimal(said) if said else None, sent_file()
    try:
        if file is not None:
            stand.table = table_of_file(*file, decimal)
            stand.set(data=text_of(stand.table))
        elif stand.form.values.get("data"):
            stand.table = table_of_pasted(stand.form.values["data"], decimal)
        elif must and "data" not in stand.form.errors:
            stand.form = stand.form.with_error(
                "data", _("Paste a table with a row of names above it, or choose a file.")
            )
    except BadInput as error:
        stand.table = None
        stand.refuse(error, "file" if file is not None else "data")


def _choose_columns(stand: _Stand, table: Table, *, must: bool) -> None:
    """Fills in what the names tell when these columns were not offered yet, and asks for what is still missing."""
    if stand.form.values.get("offered") != offer_of(table):
        guessed = guess_columns(table, stand.page.columns, stand.form.values)
        empty = {column.name: guessed.get(column.name) for column in stand.page.columns
                 if stand.form.values.get(column.name) not in table.names}  # fmt: skip
        stand.set(**empty)
    for column in stand.page.columns:
        chosen = stand.form.values.get(column.name)
        if chosen and chosen not in table.names:
            stand.form = stand.form.with_error(column.name, _("The table has no such column."))
        elif column.required and not chosen and must:
            stand.form = stand.form.with_error(column.name, _("Choose the column."))


def _compute(stand: _Stand, table: Table | None) -> None:
    """The answer; where other fields are wrong already, only what is wrong with the table besides."""
    try:
        stand.page.check(stand.form.values)
    except BadInput as error:
        stand.refuse(error, "_form")
    if not stand.form.is_good and not _is_enough(stand):
        return
    try:
        answer = _answer(stand.page, table, stand.form.values)
    except BadInput as error:
        cells = tuple(problem for problem in error.details if problem.row is not None)
        if stand.form.is_good:
            stand.refuse(error, "_form")
        elif cells:
            stand.refuse(BadInput(error.message, cells), "_form")
        return
    if stand.form.is_good:
        stand.answer = answer


def _answer(page: StudyPage, table: Table | None, values: Mapping[str, Any]) -> Answer:
    if table is not None:
        assert page.answer is not None, "a page with columns answers from a table"
        return page.answer(table, values)
    assert page.alone is not None, "the others need a table"
    return page.alone(values)


def _is_enough(stand: _Stand) -> bool:
    """Whether the table can be looked at without the fields that are wrong: all of them are numbers that may be left out."""
    known = stand.page.schema().fields
    return all(isinstance(known.get(name), own.Number | own.Integer) for name in stand.form.errors)


def _render(stand: _Stand) -> Response:
    page, table = stand.page, stand.table
    return web.render(
        f"pages/calculator/{page.name.replace('-', '_')}.html",
        status=200 if stand.form.is_good else 422,
        study=page,
        related=stand.related,
        form=stand.form,
        names=[(name, name) for name in table.names] if table else [],
        offered=offer_of(table) if table else "",
        rows=len(table.rows) if table else 0,
        problems=stand.problems[:MOST_SHOWN],
        problem_count=len(stand.problems),
        answer=stand.answer,
        decimals=list(DECIMAL_WORDS.items()),
        choices={name: list((words() if callable(words) else words).items()) for name, words in page.choices.items()},
    )
