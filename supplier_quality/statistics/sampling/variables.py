"""Sampling by variables, k method, sigma unknown, in the shape of ANSI/ASQ Z1.9 and ISO 3951-1.

The code letters are those of Z1.9 (B to P, with I), which are not the letters of ISO 2859-1; the letter is read in the copy
that the contract names. Source of n and M: AQLSchemes; k is computed from M and rounded to three places.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from supplier_quality import resources
from supplier_quality.language import _
from supplier_quality.statistics.nearly import reaches
from supplier_quality.statistics.sampling.refusing import refuse
from supplier_quality.statistics.sampling.tables import published


@dataclass(frozen=True, slots=True)
class VariablesPlan:
    """``n`` pieces are measured; ``k`` is the acceptability constant, ``m_percent`` the M of the same plan."""

    standard: str
    edition: str
    severity: str
    code_letter: str
    aql: str
    n: int
    k: float
    m_percent: float

    def as_json(self) -> dict[str, object]:
        return {
            "standard": self.standard,
            "edition": self.edition,
            "severity": self.severity,
            "code_letter": self.code_letter,
            "aql": self.aql,
            "sample_size": self.n,
            "k": self.k,
            "m_percent": self.m_percent,
        }


@dataclass(frozen=True, slots=True)
class VariablesJudgement:
    """Mean and standard deviation (n - 1) in the unit of the values; ``q_lower`` and ``q_upper`` are compared with k."""

    n: int
    mean: float
    s: float
    q_lower: float | None
    q_upper: float | None
    accepted: bool

    def as_json(self) -> dict[str, object]:
        return {
            "n": self.n,
            "mean": self.mean,
            "s": self.s,
            "q_lower": self.q_lower,
            "q_upper": self.q_upper,
            "accepted": self.accepted,
        }


@cache
def _plans() -> dict[tuple[str, str, float], VariablesPlan]:
    about = published("z1.9")
    with (resources.sampling_data() / about.file).open(encoding="utf-8", newline="") as lines:
        return {
            (row["inspection"], row["code_letter"], float(row["aql"])): VariablesPlan(
                about.id, about.edition, row["inspection"], row["code_letter"], row["aql"],
                int(row["n"]), float(row["k_from_M"]), float(row["M_percent"]),
            )
            for row in csv.DictReader(lines)
        }  # fmt: skip


def variables_letters() -> tuple[str, ...]:
    """The code letters of Z1.9 for which there are plans, as the table orders them."""
    return tuple(dict.fromkeys(letter for _severity, letter, _aql in _plans()))


def variables_aqls() -> tuple[str, ...]:
    """The AQLs for which there are plans, in percent as the table writes them."""
    return tuple(plan.aql for plan in {plan.aql: plan for plan in _plans().values()}.values())


def variables_plan(*, code_letter: str, aql: float | str, severity: str = "normal") -> VariablesPlan:
    """The plan of a code letter and an AQL from 0.10 to 10. Raises BadInput when the table has none."""
    try:
        number = float(aql)
    except ValueError:
        number = math.nan
    found = _plans().get((severity, code_letter, number))
    if found is None:
        refuse(_("The table has no such cell."), column="aql", value=f"{severity} {code_letter} {aql}")
    return found


def judge_variables(
    values: Sequence[float], plan: VariablesPlan, *, lsl: float | None = None, usl: float | None = None
) -> VariablesJudgement:
    """Accepted when (mean - LSL)/s and (USL - mean)/s are at least k, each for the limit that is given.

    Two limits are judged separately; combined control of both needs the M method. Raises BadInput: no limit, swapped limits,
    a wrong number of values, a value that is no number (row counted from 1), no variation.
    """
    if lsl is None and usl is None:
        refuse(_("Give a lower or an upper specification limit."), column="lsl")
    if lsl is not None and usl is not None and not lsl < usl:
        refuse(_("The lower limit is not below the upper one."), column="lsl", value=lsl, remedy=_("Swap the limits."))
    for row, value in enumerate(values, start=1):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            refuse(_("This is not a number."), column="values", value=value, row=row)
    if len(values) != plan.n:
        refuse(_("The plan needs %(count)s values.", count=plan.n), column="values", value=len(values))
    mean = math.fsum(values) / plan.n
    s = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (plan.n - 1))
    if len(set(values)) == 1:
        refuse(_("All values are equal, so that their spread cannot be judged."), column="values", value=values[0])
    q_lower = None if lsl is None else (mean - lsl) / s
    q_upper = None if usl is None else (usl - mean) / s
    accepted = all(reaches(q, plan.k) for q in (q_lower, q_upper) if q is not None)
    return VariablesJudgement(plan.n, mean, s, q_lower, q_upper, accepted)
