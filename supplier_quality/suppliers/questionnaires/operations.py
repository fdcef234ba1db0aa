"""Acts on questionnaires. Each checks, changes, writes the trail, queues what must be sent, and returns the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from supplier_quality.documents.attachments import make_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.start import start
from supplier_quality.engine.store import active_definition, content_of, definitions
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, NotAllowed, Problem
from supplier_quality.identity import Actor, Role, Signature
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link
from supplier_quality.language import _
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import link_end
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.queries import contact_to_write_to
from supplier_quality.suppliers.questionnaires.answering import (
    answers_of,
    content_for,
    files_by_reference,
    fingerprint,
)
from supplier_quality.suppliers.questionnaires.answers import fault_of_text
from supplier_quality.suppliers.questionnaires.definition import Content, answers_from, without_unasked
from supplier_quality.suppliers.questionnaires.enums import (
    OPEN,
    QuestionnaireAction,
    QuestionnaireState,
    Verdict,
)
from supplier_quality.suppliers.questionnaires.models import Questionnaire, QuestionnaireRemark, QuestionnaireRound
from supplier_quality.suppliers.questionnaires.queries import newest_round, questionnaires_of, remarks_of
from supplier_quality.suppliers.questionnaires.scoring import score
from supplier_quality.suppliers.rules import as_date

KIND = "questionnaire"
ANSWER_DAYS = 21
"""So long a supplier has, where nobody says otherwise."""

LONGEST_COMMENT = 2_000
REVIEWERS = (Role.SQE, Role.QUALITY_MANAGER)
"""Who may judge answers, as workflows/questionnaire.yaml says of accepting and sending back."""


class AlreadyAsked(Conflict):
    """The same questionnaire is open at this supplier already."""

    code = "questionnaire_already_asked"


class UnknownQuestionnaire(BadInput):
    """There is no questionnaire file of this name in force."""

    code = "unknown_questionnaire"


class MayNotReview(NotAllowed):
    """Only supplier quality judges answers."""

    code = "may_not_review"


class NotInReview(Conflict):
    """There is nothing to review: the answers are with the supplier, or decided on."""

    code = "not_in_review"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer says of one answer; ``verdict`` None takes back what was said."""

    verdict: Verdict | None
    comment: str = ""


def may_review(actor: Actor) -> bool:
    """Whether the actor may judge answers."""
    return actor.has_role(*REVIEWERS) and actor.has_scope("suppliers:write")


def files_in_force(session: Session) -> list[Content]:
    """The questionnaires that can be sent, by title."""
    contents = [content_of(session, row.id) for row in definitions(session, KIND)]
    return sorted(contents, key=lambda content: str(content.title))


def register_questionnaire(
    session: Session, supplier: Supplier, name: str, *, due: date | None, actor: Actor, at: datetime
) -> Questionnaire:
    """Prepare a questionnaire for a supplier, with the questions in force now.

    ``due`` None gives :data:`ANSWER_DAYS`. Raises MayNotEditSuppliers, UnknownQuestionnaire, AlreadyAsked.
    """
    check_may_edit_suppliers(actor)
    if name not in {content.name for content in files_in_force(session)}:
        sentence = _("Choose one of the questionnaires.")
        raise UnknownQuestionnaire(sentence, (Problem(sentence, column="name", value=name[:40]),))
    for other in questionnaires_of(session, supplier.id):
        if other.name == name and other.state in OPEN:
            raise AlreadyAsked(_("%(number)s asks the same and is still open.", number=other.number))

    row = active_definition(session, name, KIND)
    content: Content = content_of(session, row.id)
    made = Questionnaire(
        supplier_id=supplier.id, name=name, content_id=row.id, title=dict(content.title.by_language), round=0,
        knock_outs=[], due=due or default_due(at, session.info["settings"].timezone),
    )  # fmt: skip
    told = {"questionnaire": name, "version": row.version, "due": made.due.isoformat() if made.due else None}
    start(session, made, actor=actor, at=at, data=told)
    session.refresh(made, ["owner_id", "supplier_name"])
    return made


def move_questionnaire(
    session: Session,
    questionnaire: Questionnaire,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the questionnaire's process and do what comes with it: keep the round, score it, set the deadline.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused.
    """
    form = dict(form or {})
    if as_date(form.get("due")) is not None:
        # The timers of the new state hang on it; a refusal rolls it back with everything else.
        questionnaire.due = as_date(form["due"])
    fired = fire(
        session, questionnaire, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == QuestionnaireAction.SUBMIT:
        _keep_round(session, questionnaire, actor=actor, at=at)
    elif action == QuestionnaireAction.ACCEPT:
        questionnaire.accepted_at = at
    elif action == QuestionnaireAction.EXTEND:
        rearm(session, questionnaire, at=at)
    session.flush()
    return fired


def say_of_answers(
    session: Session, questionnaire: Questionnaire, said: Mapping[str, Remark], *, actor: Actor, at: datetime
) -> int:
    """Keep what a reviewer says of answers of the newest round, question by question; how many changed.

    Several reviewers may work side by side: only what differs from what is stored is written.
    Raises MayNotReview, NotInReview, BadInput.
    """
    if not may_review(actor):
        raise MayNotReview(_("Only supplier quality reviews answers."))
    session.refresh(questionnaire, ["state", "version"], with_for_update=True)
    if questionnaire.state != QuestionnaireState.REVIEW:
        raise NotInReview(_("There is nothing to review now: the answers are with the supplier or decided on."))
    content = content_for(session, questionnaire)
    _check_remarks(content, said)

    known = remarks_of(session, questionnaire.id, questionnaire.round)
    changed: dict[str, Any] = {}
    for name, remark in said.items():
        row = known.get(name)
        comment = remark.comment.strip() or None if remark.verdict is Verdict.COMMENT else None
        if (row.verdict if row else None, row.comment if row else None) == (remark.verdict, comment):
            continue
        changed[name] = {"verdict": remark.verdict, "comment": comment}
        if row is not None:
            session.delete(row)
            session.flush()
        if remark.verdict is not None:
            session.add(_remark(questionnaire, name, remark.verdict, comment, actor=actor, at=at))
    if changed:
        data = {"round": questionnaire.round, "remarks": changed}
        note(session, questionnaire, actor=actor, at=at, action="questionnaire.reviewed", data=data, quiet=True)
    session.flush()
    return len(changed)


def link_for_questionnaire(
    session: Session, questionnaire: Questionnaire, *, actor: Actor, at: datetime
) -> AccessLink | None:
    """The live link of whom we write to first, made if there is none; None without a contact that can be written to."""
    contact = contact_to_write_to(session, questionnaire.supplier_id)
    if contact is None:
        return None
    return create_link(
        session, contact=ContactRef(CONTACT_KIND, contact.id), record=questionnaire.record,
        purpose=LinkPurpose.QUESTIONNAIRE, expires_at=link_end(session, at=at), actor=actor, at=at,
        owner_id=questionnaire.owner_id,
    )  # fmt: skip


def default_due(at: datetime, zone: str) -> date:
    """The day by which we need the answers where nobody says otherwise."""
    return at.astimezone(ZoneInfo(zone)).date() + timedelta(days=ANSWER_DAYS)


def _keep_round(session: Session, questionnaire: Questionnaire, *, actor: Actor, at: datetime) -> None:
    """What was submitted, for good: the answers that count, their files as evidence, and the score."""
    content = content_for(session, questionnaire)
    answers = answers_of(session, questionnaire)
    counted = without_unasked(content, answers)
    before = newest_round(session, questionnaire.id)
    questionnaire.round += 1
    made = QuestionnaireRound(
        questionnaire_id=questionnaire.id, number=questionnaire.round,
        answers={name: answer.plain() for name, answer in counted.items()}, sha256=fingerprint(content, answers),
        submitted_by=actor.id, submitted_by_name=actor.label[:200], submitted_at=at,
    )  # fmt: skip
    session.add(made)
    files = files_by_reference(session, questionnaire)
    make_evidence(session, [files[str(each.value)].id for each in counted.values() if str(each.value) in files], at=at)
    found = score(content, counted)
    questionnaire.score, questionnaire.knock_outs = found.hundredths, list(found.knock_outs)
    if before is not None:
        _carry_over(session, questionnaire, before, made)
    data = {
        "round": made.number, "sha256": made.sha256, "score": found.hundredths, "knock_outs": list(found.knock_outs),
    }  # fmt: skip
    note(session, questionnaire, actor=actor, at=at, action="questionnaire.scored", data=data, quiet=True)


def _carry_over(
    session: Session, questionnaire: Questionnaire, before: QuestionnaireRound, made: QuestionnaireRound
) -> None:
    """An answer that was found good and did not change is good in the next round too."""
    old, new = answers_from(before.answers), answers_from(made.answers)
    for name, row in remarks_of(session, questionnaire.id, before.number).items():
        if row.verdict == Verdict.OK and name in new and old.get(name) == new[name]:
            session.add(
                QuestionnaireRemark(
                    questionnaire_id=questionnaire.id, round=made.number, question=name, verdict=row.verdict,
                    comment=None, said_by=row.said_by, said_by_name=row.said_by_name, said_at=row.said_at,
                )
            )  # fmt: skip


def _remark(
    questionnaire: Questionnaire, name: str, verdict: Verdict, comment: str | None, *, actor: Actor, at: datetime
) -> QuestionnaireRemark:
    return QuestionnaireRemark(
        questionnaire_id=questionnaire.id, round=questionnaire.round, question=name, verdict=verdict, comment=comment,
        said_by=actor.id, said_by_name=actor.label[:200], said_at=at,
    )  # fmt: skip


def _check_remarks(content: Content, said: Mapping[str, Remark]) -> None:
    problems = []
    for name, remark in said.items():
        text = remark.comment.strip()
        if name not in content.by_id:
            problems.append(Problem(_("There is no such question."), column=name))
        elif remark.verdict is Verdict.COMMENT and not text:
            problems.append(Problem(_("Say what is missing or unclear."), column=name))
        elif remark.verdict is Verdict.COMMENT and (fault := fault_of_text(text, LONGEST_COMMENT)) is not None:
            problems.append(Problem(fault, column=name))
    if problems:
        raise BadInput(_("Some remarks cannot be kept."), tuple(problems))
