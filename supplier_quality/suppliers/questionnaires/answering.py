"""Answers while they are given: shared by colleagues, kept section by section, without one undoing what another typed.

A form carries for every question the token of the answer it showed. What was not touched is left alone; what a colleague changed
meanwhile and this person changed too is a conflict: the stored answer stays, and both are shown until somebody decides.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached, StoredFile
from supplier_quality.engine.store import content_of
from supplier_quality.errors import Conflict, NotFound
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.persistence import canonical_json
from supplier_quality.suppliers.questionnaires.answers import read_answer, read_reason
from supplier_quality.suppliers.questionnaires.definition import Answer, Content, Question, without_unasked
from supplier_quality.suppliers.questionnaires.enums import WITH_SUPPLIER, QuestionType
from supplier_quality.suppliers.questionnaires.models import Questionnaire, QuestionnaireAnswer
from supplier_quality.suppliers.questionnaires.queries import answer_rows

SLOT = "questionnaire/answers"
"""Under this and the id of the question an uploaded file hangs on the record."""


class NotAnswering(Conflict):
    """The answers cannot be changed now: they were submitted, accepted or withdrawn."""

    code = "not_answering"


class NoSuchQuestion(NotFound):
    """The questionnaire has no question of this name that takes such an answer."""

    code = "no_such_question"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sent for one question. ``base`` is the token of the answer it showed."""

    value: str | Sequence[str]
    reason: str | None
    base: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a form: what is wrong by question, and the answers colleagues gave meanwhile where both changed one."""

    faults: Mapping[str, Words] = field(default_factory=dict)
    conflicts: Mapping[str, QuestionnaireAnswer] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.faults and not self.conflicts


def token_of(answer: Answer | None) -> str:
    """A short name of an answer; empty when there is none."""
    if answer is None or not answer.is_given:
        return ""
    return hashlib.sha256(canonical_json(answer.plain()).encode()).hexdigest()[:16]


def content_for(session: Session, questionnaire: Questionnaire) -> Content:
    """The questions as they were when the questionnaire was sent."""
    content: Content = content_of(session, questionnaire.content_id)
    return content


def answers_of(session: Session, questionnaire: Questionnaire) -> dict[str, Answer]:
    """All answers kept so far, also those to questions that are not asked any more."""
    return {name: Answer(row.value, row.reason) for name, row in answer_rows(session, questionnaire.id).items()}


def fingerprint(content: Content, answers: Mapping[str, Answer]) -> str:
    """The SHA-256 over the questions and the answers that count; it is what a contact signs."""
    counted = {name: answer.plain() for name, answer in without_unasked(content, answers).items()}
    signed = {"questionnaire": content.name, "version": content.version, "hash": content.hash, "answers": counted}
    return hashlib.sha256(canonical_json(signed).encode()).hexdigest()


def keep_answers(
    session: Session,
    questionnaire: Questionnaire,
    questions: Sequence[Question],
    typed: Mapping[str, Typed],
    *,
    page: str,
    actor: Actor,
    at: datetime,
) -> Kept:
    """Keep what was typed to these questions. What cannot be read is a fault and is not kept. Raises NotAnswering."""
    rows = _locked(session, questionnaire)
    faults: dict[str, Words] = {}
    conflicts: dict[str, QuestionnaireAnswer] = {}
    for question in questions:
        given = typed.get(question.id)
        # A file comes by its own way; of such a question only "does not apply" is kept here, or taken back.
        is_file = question.type is QuestionType.FILE
        if given is None or (is_file and given.reason is None and not _is_reason(rows, question)):
            continue
        answer, fault = _read(question, given)
        if fault is not None:
            faults[question.id] = fault
            continue
        row = rows.get(question.id)
        stored = Answer(row.value, row.reason) if row is not None else None
        now, new = token_of(stored), token_of(answer)
        mine = row is not None and row.page == page
        if new == now or (new == given.base and not mine):
            continue
        if now != given.base and not mine and row is not None:
            conflicts[question.id] = row
            continue
        _store(session, questionnaire, row, question.id, answer, page=page, actor=actor, at=at)
    session.flush()
    return Kept(faults, conflicts)


def keep_file(
    session: Session, questionnaire: Questionnaire, question_id: str, stored: StoredFile, *, actor: Actor, at: datetime
) -> Attached:
    """Answer a question with a stored file, in place of the one before. Raises NotAnswering, NoSuchQuestion, NotStored."""
    rows = _locked(session, questionnaire)
    question = file_question(session, questionnaire, question_id)
    before = file_of(session, questionnaire, question.id)
    slot = f"{SLOT}/{question.id}"
    made = documents.attach_file(session, stored, record=questionnaire.record, slot=slot, actor=actor, at=at)
    if before is not None and before.id != made.id and before.submitted_at is None:
        documents.detach_file(session, before.id, at=at)
    answer = Answer(made.reference)
    _store(session, questionnaire, rows.get(question.id), question.id, answer, page="", actor=actor, at=at)
    session.flush()
    return made


def drop_file(session: Session, questionnaire: Questionnaire, question_id: str, *, actor: Actor, at: datetime) -> None:
    """Take the file of a question off again; one that was submitted stays with the round it belongs to.

    Raises NotAnswering, NoSuchQuestion.
    """
    rows = _locked(session, questionnaire)
    question = file_question(session, questionnaire, question_id)
    before = file_of(session, questionnaire, question.id)
    if before is not None and before.submitted_at is None:
        documents.detach_file(session, before.id, at=at)
    _store(session, questionnaire, rows.get(question.id), question.id, Answer(), page="", actor=actor, at=at)
    session.flush()


def file_question(session: Session, questionnaire: Questionnaire, question_id: str) -> Question:
    """The question that takes a file. Raises NoSuchQuestion."""
    question = content_for(session, questionnaire).by_id.get(question_id)
    if question is None or question.type is not QuestionType.FILE:
        raise NoSuchQuestion(_("This form takes no file there."))
    return question


def files_by_reference(session: Session, questionnaire: Questionnaire) -> dict[str, Attached]:
    """All files ever given as answers, by how an answer names them."""
    found = documents.attachments_of(
        session, record_kind=questionnaire.subject_kind, record_id=questionnaire.id, slot_prefix=f"{SLOT}/"
    )
    return {each.reference: each for each in found}


def file_of(session: Session, questionnaire: Questionnaire, question_id: str) -> Attached | None:
    """The file that answers a question now."""
    row = answer_rows(session, questionnaire.id).get(question_id)
    found = documents.attachments_of(
        session, record_kind=questionnaire.subject_kind, record_id=questionnaire.id, slot=f"{SLOT}/{question_id}"
    )
    return next((each for each in found if row is not None and each.reference == row.value), None)


def _locked(session: Session, questionnaire: Questionnaire) -> Mapping[str, QuestionnaireAnswer]:
    """The answers, while nobody else changes them. Raises NotAnswering."""
    session.refresh(questionnaire, ["state", "version"], with_for_update=True)
    if questionnaire.state not in WITH_SUPPLIER:
        raise NotAnswering(_("The answers cannot be changed any more; they were submitted or withdrawn meanwhile."))
    return answer_rows(session, questionnaire.id)


def _read(question: Question, given: Typed) -> tuple[Answer, Words | None]:
    if given.reason is not None:
        return read_reason(question, given.reason)
    if question.type is QuestionType.FILE:
        return Answer(), None
    return read_answer(question, given.value)


def _is_reason(rows: Mapping[str, QuestionnaireAnswer], question: Question) -> bool:
    row = rows.get(question.id)
    return row is not None and row.reason is not None


def _store(
    session: Session,
    questionnaire: Questionnaire,
    row: QuestionnaireAnswer | None,
    question_id: str,
    answer: Answer,
    *,
    page: str,
    actor: Actor,
    at: datetime,
) -> None:
    values: dict[str, Any] = {
        "value": answer.value, "reason": answer.reason, "page": page, "answered_by": actor.id,
        "answered_by_name": actor.label[:200], "answered_at": at,
    }  # fmt: skip
    if row is None:
        session.add(QuestionnaireAnswer(questionnaire_id=questionnaire.id, question=question_id, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)
