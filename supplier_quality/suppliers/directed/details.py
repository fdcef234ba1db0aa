"""What people enter of a directed source: plain values, each problem beside its field. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.directed.enums import ALWAYS_CUSTOMER, Area
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.rules import as_date

LONGEST: Mapping[str, int] = {"customer": 120, "scope": 2_000}


class BadDirectedSource(BadInput):
    """Something entered cannot be used; ``details`` names each field by its column."""

    code = "bad_directed_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedDetails:
    """Who directs us, what for, since when, and what of the work the customer owns by contract (areas in a fixed order)."""

    customer: str
    scope: str
    since: date
    customer_owns: list[str]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From texts as people type them, or plain values. Raises BadDirectedSource with every problem."""
        problems: list[Problem] = []
        texts = {name: _text(name, given.get(name), problems) for name in LONGEST}
        since = as_date(str(given.get("since") or "").strip())
        if since is None:
            remedy = _("Write a date as year-month-day, such as 2026-11-20.")
            problems.append(Problem(_("The day from which it holds is missing."), remedy, column="since"))
        chosen = {str(area) for area in given.get("customer_owns") or ()}
        unknown = sorted(chosen - set(Area))
        if unknown:
            said = _("There is no area %(name)s.", name=unknown[0][:40])
            problems.append(Problem(said, _("Choose from the offered areas."), column="customer_owns"))
        if problems or since is None:
            raise BadDirectedSource(_("Some entries cannot be used."), tuple(problems))
        owns = [area.value for area in Area if area in chosen or area == ALWAYS_CUSTOMER]
        return cls(**texts, since=since, customer_owns=owns)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


def _text(name: str, given: object, problems: list[Problem]) -> str:
    text = tidy(str(given or ""))
    if not text:
        said = _("The customer is missing.") if name == "customer" else _("What it is directed for is missing.")
        problems.append(Problem(said, _("Fill it in as the customer's letter says."), column=name))
    elif len(text) > LONGEST[name]:
        said = _("The text is %(length)s characters long.", length=len(text))
        problems.append(Problem(said, _("Shorten it to %(most)s characters.", most=LONGEST[name]), column=name))
    elif HIDDEN.search(text):
        said = _("The text contains a control character that cannot be seen.")
        problems.append(Problem(said, _("Type the text again."), column=name))
    return text
