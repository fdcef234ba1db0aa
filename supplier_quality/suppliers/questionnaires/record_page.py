"""What the page of one questionnaire shows beside the parts of every record: answers, score with its parts, remarks, comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from supplier_quality.documents import Attached
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.questionnaires import queries
from supplier_quality.suppliers.questionnaires.answering import answers_of, content_for, files_by_reference
from supplier_quality.suppliers.questionnaires.definition import Answer, Answers, Content, answers_from, asked
from supplier_quality.suppliers.questionnaires.enums import QuestionnaireState, Standing
from supplier_quality.suppliers.questionnaires.models import Questionnaire, QuestionnaireRemark, QuestionnaireRound
from supplier_quality.suppliers.questionnaires.scoring import QuestionScore, Score, SectionScore, rounded, score
from supplier_quality.suppliers.questionnaires.showing import Comparison, Difference, compare, show_answer


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One question with its answer. ``before`` is what the accepted questionnaire before it said, ``earlier`` what this one said
    in the round before, each where it differed.
    """

    part: QuestionScore
    shown: str
    file: Attached | None
    remark: QuestionnaireRemark | None
    before: Difference | None
    earlier: str | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section; ``percent`` and ``change`` against the questionnaire before in hundredths of a percent."""

    score: SectionScore
    percent: int | None
    change: int | None
    answers: Sequence[AnswerView]


@dataclass(frozen=True, slots=True)
class QuestionnairePage:
    """``round`` is the one shown, None while nothing was submitted; then ``given`` of ``needed`` answers are there."""

    questionnaire: Questionnaire
    supplier: Supplier
    content: Content
    rounds: Sequence[QuestionnaireRound]
    round: QuestionnaireRound | None
    sections: Sequence[SectionView]
    score: Score | None
    comparison: Comparison | None
    previous: Questionnaire | None
    given: int
    needed: int

    @property
    def is_newest(self) -> bool:
        return self.round is not None and self.round.number == self.questionnaire.round

    @property
    def in_review(self) -> bool:
        return self.is_newest and self.questionnaire.state == QuestionnaireState.REVIEW

    @property
    def not_asked(self) -> int:
        """How many questions a condition left out."""
        parts = self.score.parts if self.score is not None else ()
        return sum(1 for part in parts if part.standing is Standing.NOT_ASKED)

    @property
    def reviewed(self) -> int:
        """How many of the answers shown somebody has judged."""
        return sum(1 for section in self.sections for each in section.answers if each.remark is not None)

    @property
    def to_review(self) -> int:
        return len(self.round.answers) if self.round is not None else 0


def read_questionnaire_page(
    session: Session, questionnaire: Questionnaire, *, number: int | None = None
) -> QuestionnairePage:
    """The questionnaire with the round of this number, the newest when there is no such round."""
    content = content_for(session, questionnaire)
    rounds = queries.rounds_of(session, questionnaire.id)
    chosen = next((each for each in rounds if each.number == number), rounds[0] if rounds else None)
    supplier = session.get_one(Supplier, questionnaire.supplier_id)
    if chosen is None:
        given, needed = _progress(content, answers_of(session, questionnaire))
        return QuestionnairePage(
            questionnaire, supplier, content, rounds, None, (), None, None, None, given, needed
        )  # fmt: skip

    answers = answers_from(chosen.answers)
    found = score(content, answers)
    previous = queries.previous_accepted(session, questionnaire)
    comparison = _compared(session, content, answers, found, previous) if previous is not None else None
    last = next((each for each in rounds if each.number == chosen.number - 1), None)
    sections = _sections(
        found, answers, comparison,
        files=files_by_reference(session, questionnaire),
        remarks=queries.remarks_of(session, questionnaire.id, chosen.number),
        earlier=answers_from(last.answers) if last is not None else None,
    )  # fmt: skip
    given, needed = _progress(content, answers)
    return QuestionnairePage(
        questionnaire, supplier, content, rounds, chosen, sections, found, comparison, previous, given, needed
    )  # fmt: skip


def _progress(content: Content, answers: Answers) -> tuple[int, int]:
    wanted = asked(content, answers)
    needed = [each.id for each in content.questions if each.id in wanted and each.required]
    return sum(1 for name in needed if answers.get(name, Answer()).is_given), len(needed)


def _compared(
    session: Session, content: Content, answers: Answers, found: Score, previous: Questionnaire
) -> Comparison | None:
    last = queries.newest_round(session, previous.id)
    if last is None:
        return None
    old_content, old = content_for(session, previous), answers_from(last.answers)
    return compare(content, answers, found, old_content=old_content, old=old, old_score=score(old_content, old))


def _sections(
    found: Score,
    answers: Answers,
    comparison: Comparison | None,
    *,
    files: Mapping[str, Attached],
    remarks: Mapping[str, QuestionnaireRemark],
    earlier: Answers | None,
) -> list[SectionView]:
    sections = []
    for section in found.sections:
        views = []
        for part in section.parts:
            name = part.question.id
            if part.standing is Standing.NOT_ASKED:
                continue
            answer = answers.get(name)
            before = comparison.changed.get(name) if comparison is not None else None
            file = files.get(str(answer.value)) if answer is not None else None
            was = show_answer(part.question, earlier.get(name)) or "–" if earlier is not None else None
            changed = earlier is not None and earlier.get(name, Answer()) != answers.get(name, Answer())
            shown = show_answer(part.question, answer)
            views.append(AnswerView(part, shown, file, remarks.get(name), before, was if changed else None))
        if views:
            change = comparison.sections.get(section.section.id) if comparison is not None else None
            percent = rounded(section.percent) if section.percent is not None else None
            sections.append(SectionView(section, percent, change, views))
    return sections
