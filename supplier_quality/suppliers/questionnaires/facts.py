"""What rules may read about questionnaires, and about the newest accepted one of a supplier."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.plant import zone_of_plant
from supplier_quality.engine.registry import FactProvider
from supplier_quality.engine.store import content_of
from supplier_quality.language import _
from supplier_quality.suppliers.facts import load_suppliers
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.questionnaires.answering import fingerprint
from supplier_quality.suppliers.questionnaires.definition import Answer, open_questions
from supplier_quality.suppliers.questionnaires.enums import Verdict
from supplier_quality.suppliers.questionnaires.models import (
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRemark,
    QuestionnaireRound,
)
from supplier_quality.suppliers.questionnaires.queries import Accepted, latest_accepted_of

QUESTIONNAIRE_TYPE = {
    "supplier_id": "int",
    "name": "string",
    "due": "date?",
    "round": "int",
    "open": "int",
    "fingerprint": "string",
    "unreviewed": "int",
    "comments": "int",
    "score": "double?",
    "knock_outs": ["string"],
    "primary_contact": "string",
    "site": {"country": "string", "zone": "string"},
}
OF_SUPPLIER_TYPE = {
    "accepted": "bool",
    "score": "double?",
    "knockouts": "int",
    "accepted_on": "date?",
}
"""``accepted_on`` is the day in the plant on which the newest one was accepted; null, as the score, while there is none."""


def load_questionnaires(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``questionnaire`` of questionnaires."""
    rows = session.execute(
        select(
            Questionnaire.id, Questionnaire.supplier_id, Questionnaire.name, Questionnaire.content_id,
            Questionnaire.due, Questionnaire.round, Questionnaire.score, Questionnaire.knock_outs,
        ).where(Questionnaire.id.in_(ids))
    ).all()  # fmt: skip
    suppliers: Mapping[int, Any] = load_suppliers(session, sorted({row.supplier_id for row in rows}))
    answers = _answers(session, ids)
    said = _said(session, ids)
    return {
        row.id: _questionnaire(session, row, suppliers[row.supplier_id], answers[row.id], said[row.id]) for row in rows
    }


def _questionnaire(
    session: Session, row: Any, supplier: Mapping[str, Any], answers: Mapping[str, Answer], said: tuple[int, int]
) -> dict[str, Any]:
    content = content_of(session, row.content_id)
    known: dict[str, Any] = {
        "supplier_id": row.supplier_id,
        "name": row.name,
        "due": row.due,
        "round": row.round,
        "open": len(open_questions(content, answers)),
        "fingerprint": fingerprint(content, answers),
        "unreviewed": said[0],
        "comments": said[1],
        "score": None if row.score is None else row.score / 100,
        "knock_outs": list(row.knock_outs),
        "primary_contact": supplier["primary_contact"],
    }
    # A country without known working days leaves the fact out: the engine then counts by our plant's calendar.
    return {**known, "site": supplier["site"]} if "site" in supplier else known


def _answers(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Answer]]:
    found: dict[int, dict[str, Answer]] = {id_: {} for id_ in ids}
    query = select(
        QuestionnaireAnswer.questionnaire_id, QuestionnaireAnswer.question, QuestionnaireAnswer.value,
        QuestionnaireAnswer.reason,
    ).where(QuestionnaireAnswer.questionnaire_id.in_(ids))  # fmt: skip
    for row in session.execute(query):
        found[row.questionnaire_id][row.question] = Answer(row.value, row.reason)
    return found


def _said(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many answers of the newest round nobody has judged, and how many have a comment."""
    newest = select(QuestionnaireRound.questionnaire_id, QuestionnaireRound.answers).join(
        Questionnaire,
        (Questionnaire.id == QuestionnaireRound.questionnaire_id) & (Questionnaire.round == QuestionnaireRound.number),
    )
    given = {row.questionnaire_id: set(row.answers) for row in session.execute(newest.where(Questionnaire.id.in_(ids)))}
    remarks = select(
        QuestionnaireRemark.questionnaire_id, QuestionnaireRemark.question, QuestionnaireRemark.verdict
    ).join(
        Questionnaire,
        (Questionnaire.id == QuestionnaireRemark.questionnaire_id) & (Questionnaire.round == QuestionnaireRemark.round),
    )
    comments = dict.fromkeys(ids, 0)
    for row in session.execute(remarks.where(Questionnaire.id.in_(ids))):
        given.get(row.questionnaire_id, set()).discard(row.question)
        comments[row.questionnaire_id] += row.verdict == Verdict.COMMENT
    return {id_: (len(given.get(id_, ())), comments[id_]) for id_ in ids}


def load_of_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``questionnaire`` of suppliers: the newest accepted one of any file."""
    accepted = latest_accepted_of(session, ids)
    zone = zone_of_plant(session)
    return {id_: _of_supplier(accepted.get(id_), zone) for id_ in ids}


def _of_supplier(found: Accepted | None, zone: ZoneInfo) -> dict[str, Any]:
    if found is None:
        return {"accepted": False, "score": None, "knockouts": 0, "accepted_on": None}
    return {
        "accepted": True,
        "score": None if found.score is None else float(found.score),
        "knockouts": len(found.knock_outs),
        "accepted_on": found.accepted_at.astimezone(zone).date(),
    }


FACTS: tuple[FactProvider, ...] = (
    FactProvider(Questionnaire.subject_kind, "questionnaire", QUESTIONNAIRE_TYPE, load_questionnaires),
    FactProvider(Supplier.subject_kind, "questionnaire", OF_SUPPLIER_TYPE, load_of_suppliers),
)

name_facts(
    {
        "questionnaire.supplier_id": _("Supplier"),
        "questionnaire.site.country": _("Country of the site"),
        "questionnaire.site.zone": _("Time zone of the site"),
        "questionnaire": _("Questionnaire"),
        "questionnaire.name": _("Questionnaire"),
        "questionnaire.due": _("day by which we need it"),
        "questionnaire.round": _("How often it was submitted"),
        "questionnaire.open": _("Open questions"),
        "questionnaire.fingerprint": _("Fingerprint of the answers"),
        "questionnaire.unreviewed": _("Answers not reviewed"),
        "questionnaire.comments": _("Answers with a comment"),
        "questionnaire.score": _("Score of the questionnaire in percent"),
        "questionnaire.knock_outs": _("Knock-out answers"),
        "questionnaire.knockouts": _("Number of knock-out answers"),
        "questionnaire.accepted": _("A questionnaire was accepted"),
        "questionnaire.accepted_on": _("Day of acceptance"),
        "questionnaire.primary_contact": _("Who is written to first"),
        "questionnaire.site": _("the supplier's site"),
    }
)
