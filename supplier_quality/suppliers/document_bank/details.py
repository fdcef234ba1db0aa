"""What people enter of a document: plain values, each problem beside its field. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.document_bank.types import DocumentType
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.rules import as_date

LONGEST: Mapping[str, int] = {"reference": 120, "template_version": 80}
FIRST_YEAR, LAST_YEAR = 1950, 2100
FIRST_REPORT = 2010
"""The Dodd-Frank Act, from which reports about conflict minerals come, is of 2010."""


class BadDocument(BadInput):
    """Something entered of a document cannot be used; ``details`` names each field by its column."""

    code = "bad_document"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """What a document says. Everything may still be unknown; what accepting needs is asked by the process."""

    reference: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reporting_year: int | None = None
    template_version: str | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any], of_type: DocumentType) -> Self:
        """From texts as people type them, or from plain values, by field. What the type does not ask for is dropped; the last day
        of a report follows from its year where it is not given. Raises BadDocument with every problem.
        """
        problems: list[Problem] = []
        values: dict[str, Any] = {name: read_text(name, given.get(name), LONGEST[name], problems) for name in LONGEST}
        for name in ("valid_from", "valid_to"):
            values[name] = read_day(name, given.get(name), problems)
        values["reporting_year"] = _read_year(given.get("reporting_year"), problems) if of_type.reporting_year else None
        if not of_type.template_version:
            values["template_version"] = None
        start, end = values["valid_from"], values["valid_to"]
        if start is not None and end is not None and start > end:
            said = _("The document ends before it begins.")
            problems.append(Problem(said, _("Correct one of the two days."), column="valid_to"))
        if problems:
            raise BadDocument(_("Some entries cannot be used."), tuple(problems))
        values["valid_to"] = end or of_type.end_of_year(values["reporting_year"])
        return cls(**values)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


def read_text(name: str, given: object, longest: int, problems: list[Problem]) -> str | None:
    """One line of text. Problems are added to the list."""
    text = tidy(str(given or ""))
    if len(text) > longest:
        said = _("The text is %(length)s characters long.", length=len(text))
        problems.append(
            Problem(said, _("Shorten it to %(most)s characters.", most=longest), column=name, value=text[:80])
        )
    elif HIDDEN.search(text):
        said = _("The text contains a control character that cannot be seen.")
        problems.append(Problem(said, _("Type the text again."), column=name))
    return text or None


def read_day(name: str, given: object, problems: list[Problem]) -> date | None:
    """A day, or None when nothing is given. Problems are added to the list."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    day = as_date(given.strip() if isinstance(given, str) else given)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        remedy = _("Write a date as year-month-day, such as 2026-11-20.")
        problems.append(Problem(_("This is no usable day."), remedy, column=name, value=str(given)[:80]))
        return None
    return day


def _read_year(given: object, problems: list[Problem]) -> int | None:
    text = str(given if given is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_REPORT <= int(text) <= LAST_YEAR):
        said, remedy = _("This is no reporting year."), _("Write the year with four digits, such as 2025.")
        problems.append(Problem(said, remedy, column="reporting_year", value=text[:20]))
        return None
    return int(text)
