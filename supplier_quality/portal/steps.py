"""A form as steps a phone can show: sections of the task, then what no section names, in pieces. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.forms import read_form
from supplier_quality.language import Words, _
from supplier_quality.portal.tasks import FIELDS_PER_STEP, Section

_YES = ("true", "on", "yes", "1")


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. ``number`` counts from 1."""

    number: int
    title: Words
    intro: Words | None
    fields: tuple[FormField, ...]
    follows: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: required fields answered, whether anything is, and what is wrong with what was typed."""

    step: Step
    answered: int
    required: int
    touched: bool
    faults: Mapping[str, tuple[Words, ...]]

    @property
    def is_open(self) -> bool:
        """Whether something must still be answered or corrected here."""
        return self.answered < self.required or bool(self.faults)

    @property
    def is_done(self) -> bool:
        return not self.is_open and self.touched


def steps_of(fields: Sequence[FormField], sections: Sequence[Section]) -> list[Step]:
    """The steps of a form; every field is in exactly one."""
    left = {field.id: field for field in fields}
    steps: list[Step] = []
    for section in sections:
        mine = tuple(left.pop(name) for name in section.fields if name in left)
        if mine:
            steps.append(Step(len(steps) + 1, section.title, section.intro, mine, section.follows))
    rest = list(left.values())
    pieces = [rest[start : start + FIELDS_PER_STEP] for start in range(0, len(rest), FIELDS_PER_STEP)]
    for number, piece in enumerate(pieces, 1):
        title = _("Your answer") if len(pieces) == 1 else _("Part %(number)s", number=number)
        if sections:
            title = _("Further questions") if len(pieces) == 1 else _("Further questions %(number)s", number=number)
        steps.append(Step(len(steps) + 1, title, None, tuple(piece), {}))
    return steps


def progress_of(
    step: Step, typed: Mapping[str, str], judged: Mapping[str, tuple[Words, ...]] | None = None
) -> Progress:
    """How far one step is with what was typed. ``judged`` is what the rules say to all answers, by field.

    They are heard when nothing required is left open: before that they would blame for what nobody came to yet.
    """
    required = [field for field in step.fields if field.required]
    answered = sum(1 for field in required if typed.get(field.id, "").strip())
    touched = any(typed.get(field.id, "").strip() for field in step.fields)
    faults: dict[str, tuple[Words, ...]] = {}
    if judged and touched and answered == len(required):
        faults = {field.id: judged[field.id] for field in step.fields if field.id in judged}
    faults |= {name: (fault,) for name, fault in faults_of(step.fields, typed, only_typed=True).items()}
    return Progress(step, answered, len(required), touched, faults)


def faults_of(fields: Sequence[FormField], typed: Mapping[str, str], *, only_typed: bool = False) -> dict[str, Words]:
    """What is wrong by field; with ``only_typed`` empty fields are left in peace."""
    entry = read_form(tuple(fields), {field.id: typed[field.id] for field in fields if field.id in typed})
    return {
        fault.field: fault.message for fault in entry.faults if not only_typed or typed.get(fault.field, "").strip()
    }


def typed_of(fields: Sequence[FormField], values: Mapping[str, object]) -> dict[str, str]:
    """Stored answers as the texts a form would send, for filling it in again."""
    known = {field.id for field in fields}
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if name in known and value is not None
    }


def hidden_fields(step_list: Sequence[Step], typed: Mapping[str, str]) -> set[str]:
    """Fields that do not apply, because the question they follow was answered with no."""
    return {
        name for step in step_list for name, leader in step.follows.items() if typed.get(leader, "").lower() not in _YES
    }
