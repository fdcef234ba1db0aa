"""The page of one questionnaire: answers, score, review question by question, comparison; and sending one to a supplier."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.questionnaires import operations, queries
from supplier_quality.suppliers.questionnaires.enums import QuestionnaireAction, Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import REVIEWERS, Remark, may_review
from supplier_quality.suppliers.questionnaires.record_page import QuestionnairePage, read_questionnaire_page
from supplier_quality.suppliers.rules import as_date
from supplier_quality.web.record_door import Answer, RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views
from supplier_quality.web.sent import with_unknown_refused

blueprint = Blueprint("questionnaire_record", __name__)

FIELDS = ("name", "due")


@blueprint.get("/suppliers/<number>/questionnaires/new")
@web.staff(*EDITORS)
def new(number: str) -> Response:
    return _draw_new(number, web.Form())


@blueprint.post("/suppliers/<number>/questionnaires/new")
@web.staff(*EDITORS)
def send(number: str) -> Response:
    """Send a questionnaire to the supplier, with the day by which we need the answers."""
    form = with_unknown_refused(web.filled({name: request.form.get(name, "") for name in FIELDS}), FIELDS)
    if not form.is_good:
        return _draw_new(number, form)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
            due = as_date(form.typed["due"])
            if form.typed["due"] and due is None:
                sentence = _("Write a date as year-month-day, such as 2026-11-20.")
                raise BadInput(sentence, (Problem(sentence, column="due"),))
            made = operations.register_questionnaire(session, supplier, form.typed["name"], due=due, **act)
            operations.move_questionnaire(session, made, QuestionnaireAction.SEND, **act)
    except BadInput as error:
        return _draw_new(number, form.with_problems(error))
    except Refused as refused:
        return _draw_new(number, form.with_refusal(refused))
    except Conflict as error:
        return _draw_new(number, form.with_error("name", error.message))
    web.notify(_("The questionnaire is sent to the supplier."))
    return web.go_to(f"/questionnaires/{made.number}")


@blueprint.post("/questionnaires/<number>/review")
@web.staff(*REVIEWERS)
def review(number: str) -> Response:
    """Keep what was said of answers. The button of a section finds all its other answers good."""
    actor = web.current_actor()
    with web.reading() as session:
        page = read_questionnaire_page(session, queries.get_questionnaire(session, number, actor=actor))
    said, form = _said(page)
    try:
        with web.writing() as session:
            questionnaire = queries.get_questionnaire(session, number, actor=actor)
            changed = operations.say_of_answers(session, questionnaire, said, actor=actor, at=clock.now())
    except BadInput as error:
        return DOOR.show(number, answer=Answer(status=422), review_form=form.with_problems(error))
    except Conflict as error:
        web.notify(error.message, tone="soon")
        return web.go_to(f"/questionnaires/{number}")
    web.notify(_("Saved: %(count)s remarks changed.", count=changed))
    return web.go_to(f"/questionnaires/{number}#answers")


def _said(page: QuestionnairePage) -> tuple[dict[str, Remark], web.Form]:
    """The remarks that were sent and differ from those the page was opened with, and the form as it was sent.

    A question whose ``was`` is missing was not on the page; one that was not touched stays as somebody else may have left it.
    """
    good = request.form.get("all_good", "")
    typed: dict[str, Any] = {}
    said: dict[str, Remark] = {}
    for section in page.sections:
        for view in section.answers:
            name = view.part.question.id
            was = request.form.get(f"{name}.was")
            if was is None:
                continue
            verdict = request.form.get(f"{name}.verdict", "")
            comment = request.form.get(f"{name}.comment", "").strip()
            if section.score.section.id == good and not verdict and not comment and view.shown:
                verdict = Verdict.OK
            elif comment and not verdict:
                verdict = Verdict.COMMENT
            typed |= {f"{name}.verdict": verdict, f"{name}.comment": comment}
            known = verdict if verdict in list(Verdict) else ""
            if was != f"{known}|{comment if known == Verdict.COMMENT else ''}":
                said[name] = Remark(Verdict(known) if known else None, comment)
    return said, web.Form(typed=typed)


def _draw_new(number: str, form: web.Form) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        contents = operations.files_in_force(session)
    choices = [(each.name, str(each.title)) for each in contents]
    if not form.typed:
        only = choices[0][0] if len(choices) == 1 else ""
        due = operations.default_due(clock.now(), web.settings().timezone)
        form = web.filled({"name": only, "due": due.isoformat()})
    return web.render(
        "pages/questionnaires/new.html", status=200 if form.is_good else 422, form=form, supplier=supplier,
        choices=choices, contents=contents,
    )  # fmt: skip


def _read(
    session: Session, questionnaire: Questionnaire, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    page = read_questionnaire_page(session, questionnaire, number=request.args.get("round", type=int))
    supplier_path = f"/suppliers/{page.supplier.number}"
    typed: dict[str, Any] = {}
    for section in page.sections:
        for view in section.answers:
            name, remark = view.part.question.id, view.remark
            typed |= {
                f"{name}.verdict": remark.verdict if remark else "",
                f"{name}.comment": (remark.comment or "") if remark else "",
            }
    return read_parts(session, questionnaire, actor=actor, at=at, shown=shown), {
        "page": page,
        "questionnaire": questionnaire,
        "may_review": may_review(actor),
        "review_form": web.Form(typed=typed),
        "mends": {"contacts": f"{supplier_path}?tab=contacts", "review": "#answers", "due": "#next-title"},
    }


DOOR = RecordDoor(
    find=queries.get_questionnaire,
    move=operations.move_questionnaire,
    read=_read,
    template="pages/questionnaires/questionnaire.html",
)

add_page_views(blueprint, DOOR, "/questionnaires/<number>")
add_file_views(blueprint, DOOR, "/questionnaires/<number>")
