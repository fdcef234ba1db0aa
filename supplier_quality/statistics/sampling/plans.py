"""Which single sampling plan a lot gets: code letter, cell, arrow, and all pieces when the sample is as large as the lot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from supplier_quality.language import _
from supplier_quality.statistics.sampling.refusing import chosen, refuse
from supplier_quality.statistics.sampling.tables import (
    Arrow,
    Cell,
    Evidence,
    Key,
    Override,
    Severity,
    Table,
    code_letter,
    table,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell comes to: the plan of ``letter``, reached by ``arrow`` when the cell has none of its own.

    ``n`` is the table's sample size in pieces. ``evidence`` and ``reason`` are those of the cell that was asked for.
    """

    letter: str
    n: int
    ac: int
    re: int
    arrow: Arrow | None
    evidence: Evidence
    reason: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a lot. ``sample_size`` is the whole lot when ``inspect_all``; letter, ac and re stay the table's."""

    standard: str
    edition: str
    severity: str
    aql: str
    lot_size: int
    lot_code_letter: str
    code_letter: str
    sample_size: int
    ac: int
    re: int
    arrow: Arrow | None
    inspect_all: bool
    evidence: Evidence
    reason: str | None

    def accepts(self, nonconforming: int) -> bool:
        """Whether a lot with so many in its sample is accepted: below Re.

        In the reduced tables of ANSI/ASQ Z1.4 Re is more than Ac + 1; a lot between is accepted and ends reduced inspection.
        """
        return nonconforming < self.re

    def as_json(self) -> dict[str, Any]:
        return {
            "standard": self.standard,
            "edition": self.edition,
            "lot_code_letter": self.lot_code_letter,
            "code_letter": self.code_letter,
            "sample_size": self.sample_size,
            "ac": self.ac,
            "re": self.re,
            "arrow": None if self.arrow is None else str(self.arrow),
            "inspect_all": self.inspect_all,
        }


class PlanTable:
    """The plans of one standard, with the cells that a user overrides, every arrow followed once."""

    def __init__(self, of: Table) -> None:
        self.table = of
        self._entries: dict[Key, Entry | None] = {
            (severity, letter, aql): _follow(of, severity, letter, aql)
            for severity, letter in of.sizes
            for aql in of.aqls
            if (severity, letter, aql) in of.cells
        }

    def entry(self, severity: str, letter: str, aql: str) -> Entry:
        """What a cell comes to; ``aql`` as the table writes it. Raises BadInput when its arrow leads to no plan."""
        found = self._entries.get((severity, letter, aql))
        if found is None:
            refuse(
                _("The arrow of this cell leads to no plan."),
                column="aql", value=f"{severity} {letter} {aql}", remedy=_("Override the cell with a reason."),
            )  # fmt: skip
        return found

    def plan(self, *, lot_size: int, level: str, aql: object, severity: str = Severity.NORMAL) -> Plan:
        """The plan of a lot of ``lot_size`` pieces. Raises BadInput."""
        known = self.table
        if severity not in _SEVERITIES:
            chosen(severity, _SEVERITIES, "severity")
        written = aql if aql in known.aqls else known.aql(aql)
        letter = code_letter(lot_size, level)
        found = self.entry(severity, letter, written)
        everything = found.n >= lot_size
        return Plan(
            known.published.id, known.published.edition, severity, written, lot_size,
            letter, found.letter, lot_size if everything else found.n, found.ac, found.re,
            found.arrow, everything, found.evidence, found.reason,
        )  # fmt: skip

    def ac_when_tighter(self, plan: Plan, steps: int = 1) -> int | None:
        """The acceptance number of the same sample under normal inspection at an AQL so many steps tighter.

        None where the table has no plan for this sample there.
        """
        column = self.table.aqls.index(plan.aql) - steps
        if column < 0:
            return None
        cell = self.table.cells.get((Severity.NORMAL, plan.code_letter, self.table.aqls[column]))
        return None if cell is None else cell.ac


_SEVERITIES = tuple(str(each) for each in Severity)


@cache
def plan_table(standard: str = "iso2859-1") -> PlanTable:
    """The plans of a standard as published. Raises BadInput."""
    return PlanTable(table(standard))


def overridden_table(standard: str, overrides: Iterable[Override]) -> PlanTable:
    """The plans of a standard with cells of the user. Raises BadInput."""
    given = tuple(overrides)
    return PlanTable(table(standard).with_overrides(given)) if given else plan_table(standard)


def look_up_plan(
    *, lot_size: int, level: str, aql: object, severity: str = Severity.NORMAL, standard: str = "iso2859-1",
    overrides: Iterable[Override] = (),
) -> Plan:  # fmt: skip
    """The single sampling plan of a lot of ``lot_size`` pieces at an AQL in percent or per 100 pieces.

    The first plan in the direction of an arrow is used with its own sample size; a lot no larger than the sample is
    inspected whole with the same Ac. Source: ISO 2859-1, ANSI/ASQ Z1.4; editions in ``data/published.csv``. Raises BadInput.
    """
    known = overridden_table(standard, overrides) if overrides else plan_table(standard)
    return known.plan(lot_size=lot_size, level=level, aql=aql, severity=severity)


def _follow(of: Table, severity: str, letter: str, aql: str) -> Entry | None:
    """The first plan from a cell in the direction of its arrow; None when there is none."""
    start = of.cells[severity, letter, aql]
    for place in _way(of, severity, letter, start):
        cell = of.cells.get((severity, place, aql))
        if cell is not None and cell.ac is not None and cell.re is not None:
            return Entry(
                place, of.sizes[severity, place], cell.ac, cell.re, start.arrow,
                _least_sure(start, cell), start.reason or cell.reason,
            )  # fmt: skip
    return None


def _least_sure(*cells: Cell) -> Evidence:
    """A plan is as sure as the less sure of the cell asked for and the one its arrow leads to."""
    order: Mapping[Evidence, int] = {
        Evidence.CONFIRMED: 0, Evidence.OVERRIDDEN: 1, Evidence.UNVERIFIED: 2, Evidence.DISPUTED: 3,
    }  # fmt: skip
    return max((cell.evidence for cell in cells), key=lambda evidence: order[evidence])


def _way(of: Table, severity: str, letter: str, start: Cell) -> Iterable[str]:
    place = of.letters.index(letter)
    if start.arrow is None:
        return (letter,)
    return of.letters[place + 1 :] if start.arrow == Arrow.DOWN else tuple(reversed(of.letters[:place]))
