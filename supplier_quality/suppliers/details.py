"""What people enter about suppliers, sites and contacts: plain values, checked as the import checks its cells. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.importing.cells import CHECKS, BadCellError
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.importing.fields import FIELDS, Field, Part
from supplier_quality.suppliers.names import tidy


class BadDetails(BadInput):
    """Something entered cannot be used; ``details`` names each field by its column."""

    code = "bad_details"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Details:
    name: str

    @classmethod
    def part(cls) -> Part:
        raise NotImplementedError

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From texts as people type them, by name of our column. Raises BadDetails with every problem."""
        known = {item.column: item for item in FIELDS.values() if item.part == cls.part()}
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name in (item.name for item in fields(cls)):
            if name in given:
                # Lists and flags come as they are from programs, as texts from forms and files; both are checked.
                values[name] = _read_value(known.get(name), name, given[name], problems)
        if not values.get("name") and not any(problem.column == "name" for problem in problems):
            problems.append(Problem(_("The name is missing."), _("Write a name."), column="name"))
        if problems:
            raise BadDetails(_("Some entries cannot be used."), tuple(problems))
        return cls(**values)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierDetails(_Details):
    """A company: ``country`` ISO 3166-1 alpha-2, ``duns`` nine digits, ``owner_id`` the number of one of our people."""

    source_key: str | None = None
    country: str | None = None
    language: str | None = None
    duns: str | None = None
    business_licence: str | None = None
    website: str | None = None
    note: str | None = None
    owner_id: int | None = None

    @classmethod
    def part(cls) -> Part:
        return Part.SUPPLIER


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails(_Details):
    """A site: ``zone`` is an IANA time zone, chosen from the country when it is left empty.

    ``business_licence`` is the unified social credit code (GB 32100-2015) of a Chinese branch that has its own.
    """

    source_key: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    zone: str | None = None
    duns: str | None = None
    business_licence: str | None = None

    @classmethod
    def part(cls) -> Part:
        return Part.SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails(_Details):
    """A person: ``roles`` are ContactRole values, ``notice_order`` sorts who is written to first (small first)."""

    email: str | None = None
    roles: list[str] = field(default_factory=list)
    language: str | None = None
    phone: str | None = None
    primary: bool = False
    notice_order: int = 100

    @classmethod
    def part(cls) -> Part:
        return Part.CONTACT


def _read_value(item: Field | None, name: str, given: Any, problems: list[Problem]) -> Any:
    if name == "roles" and isinstance(given, list):
        given = ", ".join(str(role) for role in given)
    if not isinstance(given, str):
        return given if given is not None or name not in ("roles", "primary", "notice_order") else _EMPTY[name]
    text = given.strip() if item is not None and item.check == "long_text" else tidy(given)
    if not text:
        return _EMPTY.get(name)
    try:
        return _checked(item, name, text)
    except BadCellError as bad:
        problems.append(Problem(bad.problem, bad.remedy, column=name, value=text[:80]))
        return None


_EMPTY: dict[str, Any] = {"roles": [], "primary": False, "notice_order": 100}


def _checked(item: Field | None, name: str, text: str) -> Any:
    if name in ("owner_id", "notice_order"):
        if not text.isdecimal() or int(text) > 999_999_999:
            raise BadCellError(_("This is not a number."), _("Write a whole number."))
        return int(text)
    assert item is not None, name
    if len(text) > item.max_length:
        raise BadCellError(
            _("The text is %(length)s characters long.", length=len(text)),
            _("Shorten it to %(most)s characters.", most=item.max_length),
        )
    if HIDDEN.search(text):
        raise BadCellError(_("The text contains a control character that cannot be seen."), _("Type the text again."))
    return CHECKS[item.check](text) if item.check in CHECKS else text
