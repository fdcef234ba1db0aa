"""Answers as their reader says them, and how two questionnaires compare."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from supplier_quality.language import Words, _, listed
from supplier_quality.suppliers.questionnaires.definition import Answer, Answers, Content, Question, asked
from supplier_quality.suppliers.questionnaires.enums import QuestionType
from supplier_quality.suppliers.questionnaires.scoring import Score, rounded
from supplier_quality.web.formatting import day, number


def show_answer(question: Question, answer: Answer | None) -> str:
    """An answer in the reader's language; empty when there is none."""
    if answer is None or not answer.is_given:
        return ""
    if answer.reason is not None:
        return str(_("Does not apply: %(reason)s", reason=answer.reason))
    if question.type is QuestionType.CHOICES:
        return listed(question.label_of(each) or each for each in answer.value)
    show = _SHOW.get(question.type)
    return show(question, str(answer.value)) if show else str(answer.value)


def _number(question: Question, value: str) -> str:
    shown = number(float(Fraction(value)))
    return f"{shown} {question.unit}" if question.unit else shown


def _choice(question: Question, value: str) -> str:
    return str(question.label_of(value) or value)


def file_name(reference: str) -> str:
    """The name of a file from how an answer names it."""
    return reference.partition(" ")[2] or reference


_SHOW: Mapping[QuestionType, Callable[[Question, str], str]] = {
    QuestionType.YES_NO: _choice,
    QuestionType.CHOICE: _choice,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: lambda _question, value: day(date.fromisoformat(value)),
    QuestionType.FILE: lambda _question, value: file_name(value),
}


def file_hash(question: Question, answer: Answer | None) -> str:
    """The SHA-256 of the file that answers a question; empty for any other answer."""
    if question.type is not QuestionType.FILE or answer is None or not answer.value:
        return ""
    return str(answer.value).partition(" ")[0].removeprefix("sha256:")


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one question: the words of the answer before; ``is_new`` when it was not asked then."""

    before: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two questionnaires of one file. ``gone`` are questions that were answered before and are not asked any more.

    Differences of percent are in hundredths, by section and in all; None where one of the two has no score.
    """

    changed: Mapping[str, Difference]
    gone: Sequence[tuple[Words, str]]
    total: int | None
    sections: Mapping[str, int | None]


def compare(
    content: Content, answers: Answers, found: Score, *, old_content: Content, old: Answers, old_score: Score
) -> Comparison:
    """How the answers differ from those before; the versions of the file may differ too."""
    now, then = asked(content, answers), asked(old_content, old)
    changed: dict[str, Difference] = {}
    for question in content.questions:
        if question.id not in now:
            continue
        before = old_content.by_id.get(question.id)
        if before is None or question.id not in then:
            changed[question.id] = Difference("", is_new=True)
        elif answers.get(question.id, Answer()) != old.get(question.id, Answer()):
            changed[question.id] = Difference(show_answer(before, old.get(question.id)) or str(_("not answered")))
    gone = [
        (question.text, show_answer(question, old[question.id]))
        for question in old_content.questions
        if question.id in then and question.id in old and question.id not in now
    ]
    parts = {each.section.id: each.percent for each in old_score.sections}
    return Comparison(
        changed,
        gone,
        _less(found.percent, old_score.percent),
        {each.section.id: _less(each.percent, parts.get(each.section.id)) for each in found.sections},
    )


def _less(now: Fraction | None, before: Fraction | None) -> int | None:
    """The difference of what is shown of both, so that the three numbers of a line agree."""
    return None if now is None or before is None else rounded(now) - rounded(before)
