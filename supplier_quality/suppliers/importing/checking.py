"""Checking a sheet column by column: every cell becomes the value to store, or a problem with its row. Pure.

Columns are checked as a whole where one look is enough (nothing too long, no control character), and otherwise once per
different text, because a column of 100,000 cells has few different countries.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from supplier_quality.errors import Problem
from supplier_quality.language import Words, _
from supplier_quality.sheets.reading import Sheet
from supplier_quality.suppliers.importing.cells import CHECKS, SHORTENED, BadCellError
from supplier_quality.suppliers.importing.fields import FIELDS, Field, Part
from supplier_quality.suppliers.importing.mapping import BadMap, ColumnMap

# Control characters, and the marks that make a text read differently from how it is stored.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

SHOWN_LENGTH = 80
"""How much of a refused text is shown in a report."""


@dataclass(slots=True)
class Checked:
    """The values of every mapped field, by row, and what is wrong. ``bad`` are the rows with a problem."""

    sheet: Sheet
    mapping: ColumnMap
    values: dict[str, list[Any]]
    problems: list[Problem] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)

    def refuse(self, row: int, name: str | None, problem: Words, remedy: Words, value: object = None) -> None:
        """Note a problem of a field in a row (counted from 0 below the header)."""
        shown = None if value is None else str(value)[:SHOWN_LENGTH]
        column = self.mapping.columns.get(name, name) if name else None
        self.problems.append(Problem(problem, remedy, row=self.sheet.lines[row], column=column, value=shown))
        self.bad.add(row)


def check_sheet(sheet: Sheet, mapping: ColumnMap, *, owners: Mapping[str, int]) -> Checked:
    """Check every cell of the mapped columns. ``owners`` are our people by lower-case e-mail address.

    Raises BadColumns when mapped columns are missing, BadMap when a value for every row cannot be used.
    """
    checked = Checked(sheet, mapping, {})
    places = mapping.places(sheet.header)
    for name, place in places.items():
        column = _without_faults(checked, FIELDS[name], sheet.column(place), place)
        checked.values[name] = _check_column(checked, FIELDS[name], column, owners)
    _check_row_lengths(checked)
    _check_names(checked)
    for part in Part:
        _fill_constants(checked, part, owners)
    _check_parts(checked, Part.SITE, "site.name")
    _check_parts(checked, Part.CONTACT, "contact.email", "contact.name")
    return checked


def _check_column(checked: Checked, item: Field, column: list[str], owners: Mapping[str, int]) -> list[Any]:
    texts = column if item.check == "long_text" else [" ".join(text.split()) for text in column]
    texts = _without_hidden(checked, item, texts)
    if checked.mapping.empty:
        texts = ["" if text in checked.mapping.empty else text for text in texts]
    if item.check == "text":
        return [text or None for text in texts]
    if item.check == "long_text":
        return [text.strip() or None for text in texts]
    if item.check == "code" and not SHORTENED.search("\n".join(texts)):
        return [text or None for text in texts]
    check = _owner_check(owners) if item.check == "owner" else CHECKS[item.check]
    return _check_different(checked, item, texts, check)


def _without_faults(checked: Checked, item: Field, column: list[str], place: int) -> list[str]:
    """Refuse cells whose content the spreadsheet did not give, so that none of them counts as empty."""
    faults = {line: fault for (line, at), fault in checked.sheet.faults.items() if at == place}
    if not faults:
        return column
    column = list(column)
    for row, line in enumerate(checked.sheet.lines):
        if line in faults:
            checked.refuse(row, item.name, faults[line].problem, faults[line].remedy, column[row])
            column[row] = ""
    return column


def _without_hidden(checked: Checked, item: Field, texts: list[str]) -> list[str]:
    """Refuse texts that are too long or carry characters nobody can see."""
    too_long = max(map(len, texts), default=0) > item.max_length
    hidden = HIDDEN.search("\n".join(texts)) is not None
    if not too_long and not hidden:
        return texts
    texts = list(texts)
    for row, text in enumerate(texts):
        if len(text) > item.max_length:
            checked.refuse(
                row,
                item.name,
                _("The text is %(length)s characters long.", length=len(text)),
                _("Shorten it to %(most)s characters.", most=item.max_length),
                text,
            )
        elif hidden and HIDDEN.search(text):
            checked.refuse(
                row,
                item.name,
                _("The text contains a control character that cannot be seen."),
                _("Type the text again."),
                ascii(text),
            )
        else:
            continue
        texts[row] = ""
    return texts


def _check_different(checked: Checked, item: Field, texts: Sequence[str], check: Callable[[str], object]) -> list[Any]:
    meaning: dict[str, Any] = {"": None}
    refused: dict[str, BadCellError] = {}
    for text in set(texts):
        if text:
            try:
                meaning[text] = check(text)
            except BadCellError as bad:
                refused[text] = bad
                meaning[text] = None
    if refused:
        for row, text in enumerate(texts):
            if text in refused:
                checked.refuse(row, item.name, refused[text].problem, refused[text].remedy, text)
    return [meaning[text] for text in texts]


def _owner_check(owners: Mapping[str, int]) -> Callable[[str], object]:
    def owner(text: str) -> int:
        known = owners.get(text.casefold())
        if known is None:
            raise BadCellError(
                _("None of our people has this e-mail address."), _("Add the person under Users first, or correct it.")
            )
        return known

    return owner


def _check_row_lengths(checked: Checked) -> None:
    width = len(checked.sheet.header)
    if not checked.sheet.rows or max(map(len, checked.sheet.rows)) <= width:
        return
    for row, cells in enumerate(checked.sheet.rows):
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            checked.refuse(
                row,
                None,
                _("The row has %(cells)s cells, the header %(width)s.", cells=len(cells), width=width),
                _("Put texts that contain the delimiter in quotation marks."),
                next(cell for cell in cells[width:] if cell.strip()),
            )


def _check_names(checked: Checked) -> None:
    names = checked.values["name"]
    if None not in names:
        return
    refused = {problem.row for problem in checked.problems if problem.column == checked.mapping.columns["name"]}
    for row, name in enumerate(names):
        if name is None and checked.sheet.lines[row] not in refused:
            checked.refuse(row, "name", _("The supplier has no name."), _("Write its name, or delete the row."), "")


def _fill_constants(checked: Checked, part: Part, owners: Mapping[str, int]) -> None:
    """Put the values that hold for every row into the rows that are about such a record.

    A constant name makes a site of what a row says of one; every other constant needs a record to belong to.
    """
    height = len(checked.sheet.rows)
    fields = [name for name in checked.mapping.constants if FIELDS[name].part is part]
    # The name comes first, as the others ask whether there is one.
    for name in sorted(fields, key=lambda each: each != _NAMED_BY_CONSTANT):
        about = _rows_about(checked, part, naming=name == _NAMED_BY_CONSTANT)
        text = checked.mapping.constants[name]
        value = _constant_value(FIELDS[name], text, owners)
        checked.values[name] = [value if about is None or about[row] else None for row in range(height)]


def check_constants(mapping: ColumnMap, *, owners: Mapping[str, int]) -> None:
    """Look at the values for every row before the file is read. Raises BadMap with all that cannot be used."""
    problems: list[Problem] = []
    for name, text in mapping.constants.items():
        try:
            _constant_value(FIELDS[name], text, owners)
        except BadMap as bad:
            problems += bad.details
    if problems:
        raise BadMap(_("The value for every row cannot be used."), tuple(problems))


_NAMED_BY_CONSTANT = "site.name"
_NAMING = {Part.SITE: ("site.name", "site.key"), Part.CONTACT: ("contact.email", "contact.name")}


def _rows_about(checked: Checked, part: Part, *, naming: bool) -> list[bool] | None:
    """The rows that name a record of a part, or with ``naming`` those that say anything of one; None for all rows."""
    if part is Part.SUPPLIER:
        return None
    names = [name for name in checked.mapping.columns if FIELDS[name].part is part] if naming else _NAMING[part]
    columns = [checked.values[name] for name in names if name in checked.values]
    if not columns:
        return [naming] * len(checked.sheet.rows)
    return [any(value is not None for value in row) for row in zip(*columns, strict=True)]


def _constant_value(item: Field, text: str, owners: Mapping[str, int]) -> Any:
    """Refuses the file as a whole: no row can mend it."""
    if len(text) > item.max_length:
        said = _("The text is %(length)s characters long.", length=len(text))
        raise BadMap(
            said, (Problem(said, _("Shorten it to %(most)s characters.", most=item.max_length), column=item.name),)
        )
    if HIDDEN.search(text):
        said = _("The text contains a control character that cannot be seen.")
        raise BadMap(said, (Problem(said, _("Type the text again."), column=item.name, value=ascii(text)),))
    try:
        check = _owner_check(owners) if item.check == "owner" else CHECKS.get(item.check)
        return check(text) if check else text
    except BadCellError as bad:
        said = _("The value for every row cannot be used.")
        raise BadMap(said, (Problem(bad.problem, bad.remedy, column=item.name, value=text),)) from bad


def _check_parts(checked: Checked, part: Part, *naming: str) -> None:
    """What describes a site or a contact needs something that names it."""
    present = [name for name in naming if name in checked.values]
    others = [name for name in checked.values if FIELDS[name].part == part and name not in naming]
    if not present or not others:
        return
    for row, named in enumerate(zip(*(checked.values[name] for name in present), strict=True)):
        if row in checked.bad or any(value is not None for value in named):
            continue
        filled = [name for name in others if checked.values[name][row] is not None]
        # A country or a zone alone says where the supplier is; it does not yet mean that there is a site to name.
        if any(name not in ("site.country", "site.zone") for name in filled):
            checked.refuse(
                row,
                present[0],
                _("The row describes a %(part)s that has no name.", part=part.value),
                _("Fill this column too, or empty the others."),
                "",
            )
