"""The score of a questionnaire, exact and with every part of it. Pure.

A question gives ``points / most`` of its weight. A section is the sum of what its questions gave over the sum of their weights; the
total is the mean of the sections by their weights. What does not apply and what is not asked stays out of both sums; what is asked
and not answered counts as nothing. Sums are rational numbers: only what is shown is rounded, half up to two places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from supplier_quality.suppliers.questionnaires.definition import (
    Answer,
    Answers,
    Content,
    Question,
    Section,
    asked,
)
from supplier_quality.suppliers.questionnaires.enums import QuestionType, Standing


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """What one question gave: ``earned`` of ``possible``, both zero where it stays out of the sums."""

    question: Question
    standing: Standing
    points: int | None = None
    earned: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)
    knocked_out: bool = False


@dataclass(frozen=True, slots=True)
class SectionScore:
    """One section; ``percent`` None when nothing in it counts."""

    section: Section
    parts: Sequence[QuestionScore]
    earned: Fraction
    possible: Fraction

    @property
    def percent(self) -> Fraction | None:
        return 100 * self.earned / self.possible if self.possible else None


@dataclass(frozen=True, slots=True)
class Score:
    """The whole; ``percent`` None when nothing counts. ``knock_outs`` in the order of the file."""

    sections: Sequence[SectionScore]
    percent: Fraction | None
    knock_outs: tuple[str, ...]

    @property
    def hundredths(self) -> int | None:
        """The percent as it is stored and shown: whole hundredths, half up."""
        return None if self.percent is None else rounded(self.percent)

    def of(self, question: str) -> QuestionScore:
        return next(part for part in self.parts if part.question.id == question)

    @property
    def parts(self) -> Iterable[QuestionScore]:
        for section in self.sections:
            yield from section.parts


def rounded(percent: Fraction) -> int:
    """A percent in whole hundredths, half up."""
    return int((percent * 200 + 1) // 2)


def score(content: Content, answers: Answers) -> Score:
    """What these answers give."""
    wanted = asked(content, answers)
    sections = []
    for section in content.sections:
        parts = [_score_question(each, answers.get(each.id), is_asked=each.id in wanted) for each in section.questions]
        earned = sum((part.earned for part in parts), Fraction(0))
        sections.append(SectionScore(section, parts, earned, sum((part.possible for part in parts), Fraction(0))))
    counted = [each for each in sections if each.percent is not None]
    weights = sum(each.section.weight for each in counted)
    total = sum((each.section.weight * (each.percent or Fraction(0)) for each in counted), Fraction(0))
    knock_outs = tuple(part.question.id for each in sections for part in each.parts if part.knocked_out)
    return Score(sections, total / weights if weights else None, knock_outs)


def _score_question(question: Question, answer: Answer | None, *, is_asked: bool) -> QuestionScore:
    if not is_asked:
        return QuestionScore(question, Standing.NOT_ASKED)
    if answer is not None and answer.reason is not None:
        return QuestionScore(question, Standing.NOT_APPLICABLE)
    given = answer is not None and answer.is_given
    knocked_out = given and answer is not None and _is_knock_out(question, answer)
    if question.most is None:
        return QuestionScore(question, Standing.NOT_SCORED if given else Standing.UNANSWERED, knocked_out=knocked_out)
    if not given or answer is None:
        return QuestionScore(question, Standing.UNANSWERED, possible=Fraction(question.weight))
    points = _points(question, answer)
    earned = Fraction(question.weight * points, question.most)
    return QuestionScore(question, Standing.SCORED, points, earned, Fraction(question.weight), knocked_out)


def _points(question: Question, answer: Answer) -> int:
    match question.type:
        case QuestionType.NUMBER:
            number = Fraction(answer.value)
            return next((band.points for band in question.bands if band.holds(number)), 0)
        case QuestionType.FILE | QuestionType.TEXT | QuestionType.DATE:
            return question.given or 0
    chosen = _chosen(answer)
    points = sum(each.points or 0 for each in question.choices if each.id in chosen)
    return min(points, question.most or 0)


def _is_knock_out(question: Question, answer: Answer) -> bool:
    if question.type is QuestionType.NUMBER:
        return question.knock_out_limits.passed_by(Fraction(answer.value))
    return bool(question.knock_out & _chosen(answer)) if question.knock_out else False


def _chosen(answer: Answer) -> frozenset[str]:
    return frozenset(answer.value) if isinstance(answer.value, list) else frozenset({str(answer.value)})
