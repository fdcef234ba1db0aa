"""What people enter of levels, proofs and milestones: plain values, each problem beside its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.suppliers.importing.checking import HIDDEN
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.rules import as_date

SHORT, LONG = 160, 4_000
FIRST_YEAR, LAST_YEAR = 1987, 2100
"""ISO 9000 was first published in 1987; nothing is planned for a century ahead."""

CONFORMS, FAILS = "conforms", "fails"


class BadDevelopment(BadInput):
    """Something entered cannot be used; ``details`` names each field by its column."""

    code = "bad_development"


@dataclass(slots=True)
class _Reader:
    """Reads the fields of one form and collects what is wrong with them."""

    given: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str, missing: Words | None = None, *, longest: int = SHORT) -> str:
        """A text; ``missing`` says what is wrong when there is none."""
        raw = str(self.given.get(name) or "")
        text = raw.strip() if longest == LONG else tidy(raw)
        if not text and missing is not None:
            self.add(name, missing, _("Fill in this field."))
        elif len(text) > longest:
            said = _("The text is %(length)s characters long.", length=len(text))
            self.add(name, said, _("Shorten it to %(most)s characters.", most=longest), text)
        elif HIDDEN.search(text):
            said = _("The text contains a control character that cannot be seen.")
            self.add(name, said, _("Type the text again."))
        return text

    def day(self, name: str, missing: Words | None = None) -> date | None:
        raw = self.given.get(name)
        raw = raw.strip() if isinstance(raw, str) else raw
        if raw in (None, ""):
            if missing is not None:
                self.add(name, missing, _("Write a date as year-month-day, such as 2026-11-20."))
            return None
        day = as_date(raw)
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            said, remedy = _("This is no day."), _("Write a date as year-month-day, such as 2026-11-20.")
            self.add(name, said, remedy, str(raw))
            return None
        return day

    def choice(self, name: str, choices: tuple[str, ...], missing: Words, *, required: bool = True) -> str | None:
        chosen = str(self.given.get(name) or "")
        if chosen in choices:
            return chosen
        if chosen or required:
            self.add(name, missing, _("Choose one of the offered ones."), chosen)
        return None

    def add(self, name: str, problem: Words, remedy: Words, value: str = "") -> None:
        self.problems.append(Problem(problem, remedy, column=name, value=value[:80] or None))

    def check(self) -> None:
        """Raises BadDevelopment with every problem."""
        if self.problems:
            raise BadDevelopment(_("Some entries cannot be used."), tuple(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDetails:
    """A second-party audit: ``criterion`` as the ladder names it, ``valid_until`` the last day it counts."""

    criterion: str
    conforms: bool
    reference: str
    dated: date
    valid_until: date

    @classmethod
    def read(cls, given: Mapping[str, Any], *, criteria: tuple[str, ...], today: date) -> Self:
        """From texts as people type them. Raises BadDevelopment with every problem."""
        reader = _Reader(given)
        criterion = reader.choice("criterion", criteria, _("Choose what was audited against."))
        result = reader.choice("result", (CONFORMS, FAILS), _("Say what the audit found."))
        reference = reader.text("reference", _("The report has no number or name."))
        dated = reader.day("dated", _("The day of the audit is missing."))
        until = reader.day("valid_until", _("Say until when the audit counts."))
        if dated is not None and dated > today:
            reader.add("dated", _("This audit is still to come."), _("Enter it when it was made."), str(dated))
        if dated is not None and until is not None and until < dated:
            said = _("It would count only until a day before the audit.")
            reader.add("valid_until", said, _("Correct one of the two days."), str(until))
        reader.check()
        assert criterion is not None and dated is not None and until is not None
        return cls(
            criterion=criterion, conforms=result == CONFORMS, reference=reference, dated=dated, valid_until=until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationDetails:
    """A letter by which a customer accepts less than certification; ``valid_until`` None without an end."""

    customer: str
    reference: str
    dated: date
    valid_until: date | None

    @classmethod
    def read(cls, given: Mapping[str, Any], *, today: date) -> Self:
        """From texts as people type them. Raises BadDevelopment with every problem."""
        reader = _Reader(given)
        customer = reader.text("customer", _("The customer is missing."))
        reference = reader.text("reference", _("The reference of the letter is missing."))
        dated = reader.day("dated", _("The date of the letter is missing."))
        until = reader.day("valid_until")
        if dated is not None and dated > today:
            reader.add("dated", _("This letter is dated ahead."), _("Correct the date."), str(dated))
        if dated is not None and until is not None and until < dated:
            said = _("It would count only until a day before the letter.")
            reader.add("valid_until", said, _("Correct one of the two days."), str(until))
        reader.check()
        assert dated is not None
        return cls(customer=customer, reference=reference, dated=dated, valid_until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementDetails:
    """What is demanded of a supplier: ids of levels, None for the default; and why."""

    minimum: str | None
    target: str | None
    reason: str

    @classmethod
    def read(cls, given: Mapping[str, Any], *, levels: tuple[str, ...]) -> Self:
        """From texts as people type them. Raises BadDevelopment with every problem."""
        reader = _Reader(given)
        no_level = _("There is no such level.")
        minimum = reader.choice("minimum", levels, no_level, required=False)
        target = reader.choice("target", levels, no_level, required=False)
        reason = reader.text("reason", _("The reason is missing."), longest=LONG)
        reader.check()
        return cls(minimum=minimum, target=target, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDetails:
    """A plan: the id of the level it ends at, and a note."""

    target: str
    note: str | None

    @classmethod
    def read(cls, given: Mapping[str, Any], *, levels: tuple[str, ...]) -> Self:
        """From texts as people type them. Raises BadDevelopment with every problem."""
        reader = _Reader(given)
        target = reader.choice("target", levels, _("Choose the level the plan ends at."))
        note = reader.text("note", longest=LONG) or None
        reader.check()
        assert target is not None
        return cls(target=target, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneDetails:
    """One step of a plan: ``level`` the id of the level that it reaches, None for a step on the way."""

    title: str
    level: str | None
    due: date
    owner_id: int

    @classmethod
    def read(cls, given: Mapping[str, Any], *, levels: tuple[str, ...], owners: tuple[int, ...], today: date) -> Self:
        """From texts as people type them. Raises BadDevelopment with every problem."""
        reader = _Reader(given)
        title = reader.text("title", _("Say what is to be reached."))
        level = reader.choice("level", levels, _("There is no such level."), required=False)
        due = reader.day("due", _("The day it is due is missing."))
        owner = reader.choice("owner_id", tuple(map(str, owners)), _("Choose who looks after it."))
        if due is not None and due < today:
            reader.add("due", _("This day has passed."), _("Choose today or a later day."), str(due))
        reader.check()
        assert due is not None and owner is not None
        return cls(title=title, level=level, due=due, owner_id=int(owner))
