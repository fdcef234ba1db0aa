"""What people enter of a self-assessment and its action plan: plain values, each problem beside its field. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.document_bank.details import read_day, read_text

MOST_FINDINGS = 999


class BadAssessment(BadInput):
    """Something entered of an assessment or its plan cannot be used; ``details`` names each field by its column."""

    code = "bad_assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentDetails:
    """What an assessment says. Everything may still be unknown; what accepting needs is asked by the process."""

    assessed_on: date | None = None
    assessor: str | None = None
    edition: str | None = None
    points: int | None = None
    findings: int | None = None
    immediate: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From texts as people type them, or from plain values, by field. Raises BadAssessment with every problem."""
        problems: list[Problem] = []
        values: dict[str, Any] = {
            "assessed_on": read_day("assessed_on", given.get("assessed_on"), problems),
            "assessor": read_text("assessor", given.get("assessor"), 160, problems),
            "edition": read_text("edition", given.get("edition"), 20, problems),
            "points": _read_whole("points", given.get("points"), 100, problems),
            "findings": _read_whole("findings", given.get("findings"), MOST_FINDINGS, problems),
            "immediate": _read_whole("immediate", given.get("immediate"), MOST_FINDINGS, problems),
        }
        if (values["immediate"] or 0) > (values["findings"] or 0):
            said = _("More need action at once than there are findings.")
            problems.append(Problem(said, _("Count them among the findings."), column="immediate"))
        if problems:
            raise BadAssessment(_("Some entries cannot be used."), tuple(problems))
        return cls(**values)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDetails:
    """One line of an action plan."""

    action: str
    responsible: str
    due: date

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From texts as people type them. Raises BadAssessment with every problem."""
        problems: list[Problem] = []
        action = read_text("action", given.get("action"), 1_000, problems)
        responsible = read_text("responsible", given.get("responsible"), 160, problems)
        due = read_day("due", given.get("due"), problems)
        named = {problem.column for problem in problems}
        for column, value, said in (
            ("action", action, _("What is to be done is missing.")),
            ("responsible", responsible, _("Who does it is missing.")),
            ("due", due, _("The day by which it is done is missing.")),
        ):
            if value is None and column not in named:
                problems.append(Problem(said, _("Fill it in."), column=column))
        if problems or action is None or responsible is None or due is None:
            raise BadAssessment(_("Some entries cannot be used."), tuple(problems))
        return cls(action=action, responsible=responsible, due=due)

    def values(self) -> dict[str, Any]:
        """By column of our table."""
        return asdict(self)


def _read_whole(name: str, given: object, most: int, problems: list[Problem]) -> int | None:
    text = str(given if given is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= most):
        said, remedy = _("This is not a number."), _("Write a whole number from 0 to %(most)s.", most=most)
        problems.append(Problem(said, remedy, column=name, value=text[:20]))
        return None
    return int(text)
