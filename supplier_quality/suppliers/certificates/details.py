"""What people enter of a certificate: plain values, each problem beside its field. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.certificates.standards import standards
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.rules import as_date

LONGEST: Mapping[str, int] = {
    "edition": 20, "certificate_no": 80, "body": 160, "accreditation": 160, "scope": 2_000, "printed_site": 300,
}  # fmt: skip
"""Letters that fit, by field of text."""

FIRST_YEAR, LAST_YEAR = 1987, 2100
"""ISO 9000 was first published in 1987; nothing is certified for a century ahead."""


class BadCertificate(BadInput):
    """Something entered of a certificate cannot be used; ``details`` names each field by its column."""

    code = "bad_certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetails:
    """What a certificate says. Everything may still be unknown; what verifying needs is asked by the process."""

    edition: str | None = None
    certificate_no: str | None = None
    body: str | None = None
    accreditation: str | None = None
    scope: str | None = None
    printed_site: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From texts as people type them, or from plain values, by field. Raises BadCertificate with every problem."""
        problems: list[Problem] = []
        values: dict[str, Any] = {name: _read_text(name, given.get(name), problems) for name in LONGEST}
        for name in ("valid_from", "valid_to"):
            values[name] = _read_day(name, given.get(name), problems)
        start, end = values["valid_from"], values["valid_to"]
        if start is not None and end is not None and start >= end:
            problems.append(
                Problem(
                    _("The certificate ends before it begins."), _("Correct one of the two days."), column="valid_to"
                )
            )
        if problems:
            raise BadCertificate(_("Some entries cannot be used."), tuple(problems))
        return cls(**values)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


def read_standard(given: object) -> str:
    """The standard by its name. Raises BadCertificate."""
    name = tidy(str(given or ""))
    if name not in standards():
        problem = Problem(
            _("There is no standard of this name."),
            _("Choose one of the offered standards."),
            column="standard",
            value=name[:40],
        )
        raise BadCertificate(_("Some entries cannot be used."), (problem,))
    return name


def _read_text(name: str, given: object, problems: list[Problem]) -> str | None:
    text = str(given or "")
    text = text.strip() if name == "scope" else tidy(text)
    if len(text) > LONGEST[name]:
        problems.append(
            Problem(
                _("The text is %(length)s characters long.", length=len(text)),
                _("Shorten it to %(most)s characters.", most=LONGEST[name]),
                column=name,
                value=text[:80],
            )
        )
    elif HIDDEN.search(text):
        problems.append(
            Problem(
                _("The text contains a control character that cannot be seen."), _("Type the text again."), column=name
            )
        )
    return text or None


def _read_day(name: str, given: object, problems: list[Problem]) -> date | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    day = as_date(given.strip() if isinstance(given, str) else given)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        problems.append(
            Problem(
                _("This is no day of a certificate."),
                _("Write a date as year-month-day, such as 2026-11-20."),
                column=name,
                value=str(given)[:80],
            )
        )
        return None
    return day
