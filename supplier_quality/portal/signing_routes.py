"""The last page of an item: all answers, the statement, a fresh code, and the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import BadInput, Conflict, NotFound, ProductError, TooOften
from supplier_quality.identity.codes import WrongCode, request_signing_code
from supplier_quality.identity.enums import CodePurpose
from supplier_quality.language import Words, _
from supplier_quality.portal.codes import live_code
from supplier_quality.portal.item_routes import on_missing, on_no_session
from supplier_quality.portal.items import Item, files_of, get_receipt, load_item, process_of_receipt
from supplier_quality.portal.schemas import SignForm
from supplier_quality.portal.showing import show_answer
from supplier_quality.portal.steps import Step, hidden_fields, steps_of
from supplier_quality.portal.submission import (
    Judgement,
    NotOpen,
    Signing,
    judge,
    judgement_of,
    submit_item,
    what_to_sign,
)
from supplier_quality.portal.tasks import Shown
from supplier_quality.web import visitors

blueprint = Blueprint("portal_signing", __name__, url_prefix="/portal")
blueprint.register_error_handler(visitors.NoContactSession, on_no_session)
blueprint.register_error_handler(NotFound, on_missing)


@blueprint.get("/items/<int:link_id>/review")
@web.contact_session
def review(link_id: int) -> Response:
    return _review_page(link_id, web.Form())


@blueprint.post("/items/<int:link_id>/code")
@web.contact_session
def send_signing_code(link_id: int) -> Response:
    who, at = web.current_contact(), clock.now()
    with web.reading() as session:
        item = load_item(session, who, link_id, at=at)
    try:
        asked = request_signing_code(web.database(), who.contact, record=item.link.record, at=at)
    except TooOften as error:
        return _review_page(link_id, web.Form().with_error("code", error.message), status=429)
    if asked.reused:
        web.notify(_("The code we sent is still good; no second mail was sent."), tone="waiting")
    return web.go_to(f"{item.path}/review#sign")


@blueprint.post("/items/<int:link_id>/submit")
@web.contact_session
def submit(link_id: int) -> Response:
    form = web.parse(SignForm, request.form)
    if not form.is_good:
        return _review_page(link_id, form, status=422)
    signing = Signing(sha256=form.values["sha256"], code=form.values["code"], typed_name=form.values["typed_name"])
    try:
        receipt = submit_item(web.database(), web.current_contact(), link_id, signing=signing, at=clock.now())
    except NotOpen as error:
        web.notify(error.message, tone="soon")
        return web.go_to(f"/portal/items/{link_id}")
    except (BadInput, Conflict, Refused, TooOften) as error:
        return _not_submitted(link_id, form, error)
    return web.go_to(f"/portal/items/{link_id}/receipts/{receipt.id}")


def _not_submitted(link_id: int, form: web.Form, error: ProductError) -> Response:
    """The page again with everything typed, and why it was not submitted."""
    status = int(error.status)
    match error:
        case WrongCode():
            return _review_page(link_id, form, wrong_code=True, status=status)
        case Refused():
            return _review_page(link_id, form, refused=error, status=status)
        case TooOften():
            return _review_page(link_id, form.with_error("code", error.message), status=status)
        case BadInput():
            return _review_page(link_id, form.with_problems(error), status=status)
    return _review_page(link_id, form.with_error("_form", error.message), status=status)


@blueprint.get("/items/<int:link_id>/receipts/<int:receipt_id>")
@web.contact_session
def show_receipt(link_id: int, receipt_id: int) -> Response:
    who = web.current_contact()
    with web.reading() as session:
        item = load_item(session, who, link_id, at=clock.now())
        receipt = get_receipt(session, item, receipt_id)
        process = process_of_receipt(session, receipt)
        shown = _shown_parts(session, item, receipt.answers)
    steps = steps_of(process.actions[item.task.action].form, item.task.sections) if not shown else []
    unasked = hidden_fields(steps, {name: str(value) for name, value in receipt.answers.items()})
    return web.render(
        "pages/portal/receipt.html",
        item=item,
        receipt=receipt,
        steps=[
            (step, [(f, show_answer(f, receipt.answers.get(f.id))) for f in step.fields if f.id not in unasked])
            for step in steps
        ],
        files={file["name"]: file for file in receipt.files},
        shown=shown,
        who=who,
    )


def _review_page(
    link_id: int,
    form: web.Form,
    *,
    wrong_code: bool = False,
    refused: Refused | None = None,
    status: int = 200,
) -> Response:
    who, at = web.current_contact(), clock.now()
    with web.reading() as session:
        item = load_item(session, who, link_id, at=at)
        if not item.is_open:
            return web.go_to(item.path)
        judgement = judgement_of(item, refused.unmet) if refused else judge(session, item, who, at=at)
        signing = what_to_sign(session, item) if judgement.is_good else None
        code = live_code(session, who.contact, CodePurpose.SIGN, at=at)
        files = files_of(session, item.link)
        shown = _shown_parts(session, item, item.typed)
    if wrong_code:
        form = form.with_error("code", _wrong(code.tries_left if code else 0))
    return web.render(
        "pages/portal/review.html",
        status,
        item=replace(item, judged=judgement.by_field),
        steps=_shown_steps(item, judgement) if not shown else (),
        shown=shown,
        here=f"{item.path}/review",
        judgement=judgement,
        missing=_count(judgement),
        signing=signing,
        code=code,
        may_ask=code is None or code.again_at <= at,
        minutes=web.settings().code_minutes,
        form=form,
        files=files,
        at=at,
        who=who,
    )


def _shown_parts(session: Session, item: Item, values: Mapping[str, Any]) -> Sequence[Shown]:
    """The answers that a feature keeps itself, as these values of the form stand for them."""
    workspace = item.task.workspace
    return workspace.shown(session, item.subject, item.link, values) if workspace is not None else ()


def _shown_steps(item: Item, judgement: Judgement) -> list[tuple[Step, list[tuple[FormField, str, Any]]]]:
    """The answers by step with what is wrong with each; questions that do not apply are left out."""
    unasked = hidden_fields(item.steps, item.typed) - set(judgement.by_field)
    answers = item.answers
    return [
        (
            step,
            [
                (wanted, show_answer(wanted, answers.get(wanted.id)), judgement.by_field.get(wanted.id))
                for wanted in step.fields
                if wanted.id not in unasked
            ],
        )
        for step in item.steps
    ]


def _count(judgement: Judgement) -> int:
    return len(judgement.by_field) + len(judgement.overall)


def _wrong(tries_left: int) -> Words:
    if tries_left == 0:
        return _("This code does not work any more. Ask for a new one below; your answers are kept.")
    if tries_left == 1:
        return _("This is not the code of the newest mail. You have one more try, then ask for a new code.")
    return _("This is not the code of the newest mail. You have %(count)s more tries.", count=tries_left)
