"""JSON API of questionnaires: where each stands, and its answers with the score and every part of it."""

from collections.abc import Mapping
from typing import Any

from supplier_quality import web
from supplier_quality.errors import NotFound
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.questionnaires import operations, queries
from supplier_quality.suppliers.questionnaires.definition import Answer, answers_from
from supplier_quality.suppliers.questionnaires.enums import OPEN, QuestionnaireSort
from supplier_quality.suppliers.questionnaires.queries import (
    QuestionnaireFilters,
    QuestionnaireLine,
)
from supplier_quality.suppliers.questionnaires.record_page import (
    AnswerView,
    QuestionnairePage,
    SectionView,
    read_questionnaire_page,
)
from supplier_quality.suppliers.questionnaires.schemas import (
    QuestionnairePageDocument,
    QuestionnaireQuery,
    QuestionnaireView,
    RoundQuery,
)
from supplier_quality.web.api import PageQuery, checked_sort, etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("questionnaires", "", description="Questionnaires sent to suppliers, their scores")


class RoundNotFound(NotFound):
    """The questionnaire was not submitted so often."""

    code = "questionnaire_round_not_found"


@blueprint.get("/questionnaires")
@web.bearer("suppliers:read")
@blueprint.arguments(QuestionnaireQuery, location="query")
@blueprint.response(200, QuestionnairePageDocument)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Questionnaires of all suppliers, page by page"""
    sort, actor = checked_sort(asked["sort"], list(QuestionnaireSort)), web.current_actor()
    with web.reading() as session:
        number = asked["supplier"]
        supplier = supplier_queries.get_supplier(session, number, actor=actor) if number else None
        filters = QuestionnaireFilters(
            search=asked["search"],
            states=(asked["state"],) if asked["state"] else OPEN if asked["open"] else (),
            name=asked["name"],
            supplier_id=supplier.id if supplier else None,
            owner_id=asked["owner_id"],
            due_by=asked["due_by"],
            knocked_out=asked["knocked_out"],
            below=asked["below"],
        )
        page = queries.list_questionnaires(
            session, actor=actor, filters=filters, sort=sort, cursor=asked.get("cursor"), size=asked["size"]
        )
    return page_document(page, [_item(line) for line in page.rows])


@blueprint.get("/suppliers/<number>/questionnaires")
@web.bearer("suppliers:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, QuestionnairePageDocument)
def list_of_supplier(asked: dict[str, Any], number: str) -> dict[str, Any]:
    """All questionnaires of a supplier, the newest first"""
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        page = queries.list_questionnaires(
            session, actor=actor, filters=QuestionnaireFilters(supplier_id=supplier.id),
            sort=f"-{QuestionnaireSort.NUMBER}", cursor=asked.get("cursor"), size=asked["size"],
        )  # fmt: skip
    return page_document(page, [_item(line) for line in page.rows])


@blueprint.get("/questionnaires/<number>")
@web.bearer("suppliers:read")
@blueprint.arguments(RoundQuery, location="query")
@blueprint.response(200, QuestionnaireView)
def show(asked: dict[str, Any], number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One questionnaire with the answers of a round, the score and every part of it"""
    with web.reading() as session:
        questionnaire = queries.get_questionnaire(session, number, actor=web.current_actor())
        wanted = asked["round"]
        page = read_questionnaire_page(session, questionnaire, number=wanted)
        if wanted is not None and (page.round is None or page.round.number != wanted):
            raise RoundNotFound(_("There is no round %(number)s.", number=wanted))
        item = {**_item(queries.line_of(session, questionnaire.id)), **_more(page)}
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(
    blueprint, RecordApi(find=queries.get_questionnaire, move=operations.move_questionnaire), "/questionnaires/<number>"
)


def _item(line: QuestionnaireLine) -> dict[str, Any]:
    names = (
        "number", "state", "version", "supplier_number", "supplier", "name", "due", "round", "score", "knock_outs",
        "accepted_at", "owner",
    )  # fmt: skip
    return {"title": str(line.title), **{name: getattr(line, name) for name in names}}


def _more(page: QuestionnairePage) -> dict[str, Any]:
    return {
        "content_version": page.content.version,
        "content_hash": page.content.hash,
        "rounds": sorted(each.number for each in page.rounds),
        "given": page.given,
        "needed": page.needed,
        "previous": page.previous.number if page.previous is not None else None,
        "answers": _round(page),
    }


def _round(page: QuestionnairePage) -> dict[str, Any] | None:
    if page.round is None or page.score is None:
        return None
    answers = answers_from(page.round.answers)
    return {
        "number": page.round.number, "submitted_by": page.round.submitted_by_name,
        "submitted_at": page.round.submitted_at, "sha256": page.round.sha256,
        "score": _percent(page.score.hundredths), "knock_outs": list(page.score.knock_outs),
        "sections": [_section(section, answers) for section in page.sections],
    }  # fmt: skip


def _section(section: SectionView, answers: Mapping[str, Answer]) -> dict[str, Any]:
    score = section.score
    return {
        "id": score.section.id, "title": str(score.section.title), "weight": score.section.weight,
        "earned": float(score.earned), "possible": float(score.possible), "percent": _percent(section.percent),
        "questions": [_question(view, answers.get(view.part.question.id, Answer())) for view in section.answers],
    }  # fmt: skip


def _question(view: AnswerView, answer: Answer) -> dict[str, Any]:
    part, file, remark = view.part, view.file, view.remark
    question = part.question
    return {
        "id": question.id, "text": str(question.text), "type": question.type, "standing": part.standing,
        "value": answer.value, "reason": answer.reason, "answer": view.shown or None,
        "file": {"name": file.name, "size": file.size, "sha256": file.sha256} if file else None,
        "points": part.points, "most": question.most, "weight": question.weight, "earned": float(part.earned),
        "possible": float(part.possible), "knocked_out": part.knocked_out,
        "remark": {
            "verdict": remark.verdict, "comment": remark.comment, "by": remark.said_by_name, "at": remark.said_at,
        } if remark else None,
    }  # fmt: skip


def _percent(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100
