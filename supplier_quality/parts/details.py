"""What people enter about commodities: plain values, checked before they are stored. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.parts.enums import Criticality

_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,18}[A-Z0-9])?")
LONGEST_NAME = 120


class BadDetails(BadInput):
    """Something entered cannot be used; ``details`` names each field by its column."""

    code = "bad_details"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommodityDetails:
    """What may be changed of a commodity. At least one of the names is there."""

    name_en: str | None = None
    name_zh: str | None = None
    criticality: str = Criticality.GENERAL
    special_processes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, given: Mapping[str, Any], *, processes: Collection[str]) -> Self:
        """From texts as people type them; ``processes`` are the ids of the special processes there are, in their order.

        Raises BadDetails with every problem.
        """
        problems: list[Problem] = []
        names = {name: _name(name, given.get(name), problems) for name in ("name_en", "name_zh")}
        if not any(names.values()) and not problems:
            problems.append(
                Problem(_("The name is missing."), _("Write a name in at least one language."), column="name_en")
            )
        criticality = _criticality(given.get("criticality"), problems)
        chosen = _processes(given.get("special_processes") or (), processes, problems)
        if problems:
            raise BadDetails(_("Some entries cannot be used."), tuple(problems))
        return cls(**names, criticality=criticality, special_processes=chosen)

    def values(self) -> dict[str, Any]:
        """By column of the table."""
        return asdict(self)


def read_number(given: object) -> str:
    """A commodity's number as it is stored: capitals, digits, dots and hyphens, at most 20. Raises BadDetails."""
    number = str(given or "").strip().upper()
    if not number:
        problem = Problem(_("The number is missing."), _("Write a short number such as CAST-AL."), column="number")
        raise BadDetails(_("Some entries cannot be used."), (problem,))
    if _NUMBER.fullmatch(number) is None or number == "NEW":
        problem = Problem(
            _("This cannot be the number of a commodity."),
            _("Use at most 20 letters from A to Z, digits, dots and hyphens, such as CAST-AL."),
            column="number",
            value=number[:40],
        )
        raise BadDetails(_("Some entries cannot be used."), (problem,))
    return number


def _name(column: str, given: object, problems: list[Problem]) -> str | None:
    text = " ".join(str(given or "").split())
    if len(text) > LONGEST_NAME:
        problem = _("The text is %(length)s characters long.", length=len(text))
        problems.append(Problem(problem, _("Shorten it to %(most)s characters.", most=LONGEST_NAME), column=column))
    elif not text.isprintable():
        said = _("The text contains a control character that cannot be seen.")
        problems.append(Problem(said, _("Type the text again."), column=column))
    return text or None


def _criticality(given: object, problems: list[Problem]) -> str:
    if given not in set(Criticality):
        remedy = _("Choose one of the offered classes.")
        problems.append(
            Problem(_("The criticality is missing."), remedy, column="criticality", value=str(given or "")[:40])
        )
        return Criticality.GENERAL
    return str(given)


def _processes(given: Sequence[str], known: Collection[str], problems: list[Problem]) -> list[str]:
    unknown = [str(process)[:40] for process in given if process not in known]
    if unknown:
        problem = _("There is no special process %(name)s.", name=unknown[0])
        remedy = _("Choose from the offered processes.")
        problems.append(Problem(problem, remedy, column="special_processes", value=unknown[0]))
    return [process for process in known if process in given]
