"""What a supplier's contacts do by link: answer a questionnaire together, section by section, and submit it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.language import Text, Words, _
from supplier_quality.portal.tasks import Part, PortalTask, SentBack, Shown, Workspace
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.portal import add_colleague, colleagues
from supplier_quality.suppliers.questionnaires.answering import answers_of, content_for, fingerprint
from supplier_quality.suppliers.questionnaires.definition import (
    Answer,
    Answers,
    Content,
    Question,
    Section,
    answers_from,
    asked,
)
from supplier_quality.suppliers.questionnaires.enums import QuestionnaireAction, Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire, QuestionnaireAnswer
from supplier_quality.suppliers.questionnaires.operations import move_questionnaire
from supplier_quality.suppliers.questionnaires.queries import (
    answer_rows,
    get_questionnaire_by_id,
    newest_round,
    remarks_of,
    rounds_of,
)
from supplier_quality.suppliers.questionnaires.showing import file_hash, show_answer
from supplier_quality.web.formatting import moment

ANSWERS = "answers"
"""The field of the action that holds the fingerprint of what is submitted."""


def summary(_session: Session, questionnaire: Questionnaire) -> Sequence[tuple[Words, object]]:
    return (
        (_("Your company"), questionnaire.supplier_name),
        (_("Our number for it"), questionnaire.number),
    )


def sent_back(session: Session, questionnaire: Questionnaire) -> SentBack | None:
    """Our comment on the whole, when we sent the answers back; those at questions stand there."""
    entries = trail.entries(session, Questionnaire.subject_kind, questionnaire.id, limit=200)
    moves = [entry for entry in entries if entry.to_state is not None and entry.from_state != entry.to_state]
    if not moves or moves[-1].action != QuestionnaireAction.SEND_BACK:
        return None
    last = moves[-1]
    remarks = remarks_of(session, questionnaire.id, questionnaire.round)
    count = sum(1 for row in remarks.values() if row.verdict == Verdict.COMMENT)
    told = _("Answers with a comment of ours: %(count)s. You find the comments at the questions.", count=count)
    comment = str((last.data.get("form") or {}).get("comment") or "")
    return SentBack("\n".join(filter(None, (comment, str(told)))), last.actor.label, last.at)


def part_path(link: AccessLink, section: Section) -> str:
    """The page on which a section is answered."""
    return f"/portal/items/{link.id}/sections/{section.id}"


def sections_asked(content: Content, answers: Answers) -> list[tuple[Section, list[Question]]]:
    """The sections in which anything is asked, with those questions."""
    wanted = asked(content, answers)
    found = [(each, [one for one in each.questions if one.id in wanted]) for each in content.sections]
    return [(section, questions) for section, questions in found if questions]


def parts(session: Session, questionnaire: Questionnaire, link: AccessLink) -> list[Part]:
    """One page for each section, with how far it is, who answered last, and how many comments of ours it holds."""
    content, rows = content_for(session, questionnaire), answer_rows(session, questionnaire.id)
    answers = {name: Answer(row.value, row.reason) for name, row in rows.items()}
    remarks = remarks_of(session, questionnaire.id, questionnaire.round)
    last_round = newest_round(session, questionnaire.id)
    sent = answers_from(last_round.answers) if last_round is not None else {}
    # A comment is answered when the answer is another one than that which was commented.
    commented = {
        name for name, row in remarks.items() if row.verdict == Verdict.COMMENT and answers.get(name) == sent.get(name)
    }
    found = []
    for section, questions in sections_asked(content, answers):
        needed = [one for one in questions if one.required]
        given = [one for one in questions if answers.get(one.id, Answer()).is_given]
        last = max((rows[one.id] for one in given), key=lambda row: row.answered_at, default=None)
        comments = sum(1 for one in questions if one.id in commented)
        found.append(
            Part(
                section.title, part_path(link, section), sum(1 for one in given if one.required), len(needed),
                bool(given), _note(last, comments),
                waits=comments > 0,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment, written as the page's language does when it is shown; an item is also loaded where no page is."""

    at: datetime

    def __str__(self) -> str:
        return moment(self.at)


def _note(last: QuestionnaireAnswer | None, comments: int) -> Words | None:
    if comments:
        return _("Our comments here: %(count)s", count=comments)
    if last is None:
        return None
    return _("Last: %(name)s, %(time)s", name=last.answered_by_name, time=_Moment(last.answered_at))


def values(session: Session, questionnaire: Questionnaire) -> dict[str, str]:
    """The fingerprint of the answers as they are now: it is what is signed."""
    return {ANSWERS: fingerprint(content_for(session, questionnaire), answers_of(session, questionnaire))}


def shown(session: Session, questionnaire: Questionnaire, link: AccessLink, given: Mapping[str, Any]) -> list[Shown]:
    """The answers behind a fingerprint: of the round that was submitted under it, else those of now."""
    content = content_for(session, questionnaire)
    signed = next((row for row in rounds_of(session, questionnaire.id) if row.sha256 == given.get(ANSWERS)), None)
    answers = answers_from(signed.answers) if signed is not None else answers_of(session, questionnaire)
    return [
        Shown(
            section.title,
            [
                (one.text, show_answer(one, answers.get(one.id)), file_hash(one, answers.get(one.id)))
                for one in questions
            ],
            part_path(link, section),
        )
        for section, questions in sections_asked(content, answers)
    ]


TASKS = (
    PortalTask(
        record_kind=Questionnaire.subject_kind,
        purpose=LinkPurpose.QUESTIONNAIRE,
        action=QuestionnaireAction.SUBMIT,
        title=_("Questionnaire"),
        intro=_("Please answer the questions below. Colleagues whom you invite see and continue the same answers."),
        afterwards=(
            _("You get a receipt by mail; what you submitted can be read on this page."),
            _("We read your answers question by question."),
            _("We write to you when they are accepted, or if we have comments."),
        ),
        minutes=60,
        find=get_questionnaire_by_id,
        move=move_questionnaire,
        summary=summary,
        sent_back=sent_back,
        colleagues=colleagues,
        add_colleague=add_colleague,
        workspace=Workspace(parts=parts, values=values, shown=shown),
        title_of=lambda questionnaire: Text(questionnaire.title),
        minutes_of=lambda session, questionnaire: content_for(session, questionnaire).minutes,
    ),
)
