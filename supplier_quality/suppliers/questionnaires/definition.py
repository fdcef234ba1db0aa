"""A questionnaire as its file says it: sections of questions, what an answer is worth, what is asked under which condition. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from supplier_quality.engine.definitions.model import Place
from supplier_quality.engine.expressions import EvaluationError, Expression
from supplier_quality.language import Text
from supplier_quality.suppliers.questionnaires.enums import QuestionType

YES, NO = "yes", "no"

FACT_TYPES: Mapping[QuestionType, str | list[str]] = {
    QuestionType.YES_NO: "bool?",
    QuestionType.CHOICE: "string?",
    QuestionType.CHOICES: ["string"],
    QuestionType.NUMBER: "double?",
    QuestionType.TEXT: "string?",
    QuestionType.DATE: "date?",
    QuestionType.FILE: "bool",
}
"""As what a condition reads the answer to a question. One that is unanswered, not asked or not applicable is null, empty or false."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``value`` by type: ``yes`` or ``no``, the id of a choice, a list of them in the order of the file, a decimal as
    text, a text, an ISO date, the reference of a file. ``reason`` says why the question does not apply; then there is no value.
    """

    value: Any = None
    reason: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether the question needs no more answer."""
        return self.reason is not None or self.value not in (None, "", [])

    def plain(self) -> dict[str, Any]:
        """As it is stored and signed."""
        return {"value": self.value, "reason": self.reason}


Answers = Mapping[str, Answer]


def answers_from(stored: Mapping[str, Any]) -> dict[str, Answer]:
    """Stored answers of a round, by question."""
    return {name: Answer(each.get("value"), each.get("reason")) for name, each in stored.items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice; ``points`` None when the question gives no points."""

    id: str
    label: Text
    points: int | None


@dataclass(frozen=True, slots=True)
class Band:
    """What a number is worth: the first band whose bound it keeps counts."""

    bound: Fraction
    points: int
    at_least: bool

    def holds(self, number: Fraction) -> bool:
        return number >= self.bound if self.at_least else number <= self.bound


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a number: of what may be answered, or outside of which an answer is a knock-out."""

    below: Fraction | None = None
    above: Fraction | None = None

    def passed_by(self, number: Fraction) -> bool:
        """Whether the number lies outside."""
        return (self.below is not None and number < self.below) or (self.above is not None and number > self.above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. ``most`` are the points of the best answer, None when it gives none; ``when`` None asks always."""

    id: str
    type: QuestionType
    text: Text
    help: Text | None
    source: str | None
    required: bool
    not_applicable: bool
    weight: int
    most: int | None
    choices: tuple[Choice, ...] = ()
    bands: tuple[Band, ...] = ()
    given: int | None = None
    limits: Limits = Limits()
    unit: Text | None = None
    knock_out: frozenset[str] = frozenset()
    knock_out_limits: Limits = Limits()
    when: Expression | None = None
    place: Place

    def label_of(self, choice: str) -> Text | None:
        return next((each.label for each in self.choices if each.id == choice), None)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together. ``weight`` is its part of the total beside the other sections."""

    id: str
    title: Text
    intro: Text | None
    weight: int
    questions: tuple[Question, ...]
    when: Expression | None
    place: Place


@dataclass(frozen=True, slots=True)
class Example:
    """An embedded test: answers, and what they must give. ``percent`` None where the score is not judged."""

    name: str
    answers: Mapping[str, Any]
    percent: Fraction | None
    knock_outs: frozenset[str] | None
    not_asked: frozenset[str] | None
    place: Place


@dataclass(frozen=True, slots=True)
class Content:
    """A questionnaire file that was read without a fault."""

    name: str
    version: int
    title: Text
    intro: Text | None
    minutes: int
    sections: tuple[Section, ...]
    tests: tuple[Example, ...]
    hash: str
    source: str
    by_id: Mapping[str, Question] = field(compare=False, default_factory=dict)

    @property
    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    def section_of(self, question: str) -> Section:
        return next(each for each in self.sections if any(one.id == question for one in each.questions))


def asked(content: Content, answers: Answers) -> frozenset[str]:
    """The questions that are asked, given these answers.

    A condition that reads what is not answered does not hold; an answer to a question that is not asked counts as none.
    """
    found: set[str] = set()
    facts: dict[str, object] = {question.id: _fact(question, None) for question in content.questions}
    for section in content.sections:
        if not _holds(section.when, facts):
            continue
        for question in section.questions:
            if _holds(question.when, facts):
                found.add(question.id)
                facts[question.id] = _fact(question, answers.get(question.id))
    return frozenset(found)


def open_questions(content: Content, answers: Answers) -> list[str]:
    """The questions that are asked and must be answered, and are not, in the order of the file."""
    wanted = asked(content, answers)
    return [
        question.id
        for question in content.questions
        if question.id in wanted and question.required and not answers.get(question.id, Answer()).is_given
    ]


def without_unasked(content: Content, answers: Answers) -> dict[str, Answer]:
    """The answers that count: given, and to questions that are asked."""
    wanted = asked(content, answers)
    return {
        question.id: answers[question.id]
        for question in content.questions
        if question.id in wanted and question.id in answers and answers[question.id].is_given
    }


def _holds(when: Expression | None, facts: Mapping[str, object]) -> bool:
    if when is None:
        return True
    try:
        return when.evaluate(facts) is True
    except EvaluationError:
        return False


def _fact(question: Question, answer: Answer | None) -> object:
    value = answer.value if answer is not None and answer.reason is None else None
    if question.type is QuestionType.FILE:
        return bool(value)
    if question.type is QuestionType.CHOICES:
        return list(value or ())
    return None if value in (None, "") else _READ_AS.get(question.type, str)(value)


_READ_AS: Mapping[QuestionType, Callable[[str], object]] = {
    QuestionType.YES_NO: lambda value: value == YES,
    QuestionType.NUMBER: lambda value: float(Fraction(value)),
    QuestionType.DATE: date.fromisoformat,
}
