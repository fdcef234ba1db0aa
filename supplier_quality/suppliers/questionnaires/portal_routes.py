"""The pages by link on which colleagues of a supplier answer a questionnaire: one section at a time."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS, Attached, FileRefused, get_attachment
from supplier_quality.documents.attachments import AttachmentNotFound
from supplier_quality.documents.store import ContentMissing, NotStored, file_store
from supplier_quality.errors import Conflict, NotFound, TooOften
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.links import LinkUnknown
from supplier_quality.language import Words, _
from supplier_quality.portal.item_routes import on_missing, on_no_session
from supplier_quality.portal.items import Item, load_item
from supplier_quality.portal.operations import MOST_UPLOADS_AN_HOUR
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.questionnaires import answering, queries
from supplier_quality.suppliers.questionnaires.answering import Kept, Typed, content_for, token_of
from supplier_quality.suppliers.questionnaires.answers import LONGEST, typed_of
from supplier_quality.suppliers.questionnaires.definition import Answer, Content, Question, Section, asked
from supplier_quality.suppliers.questionnaires.enums import QuestionType, Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.portal import part_path
from supplier_quality.suppliers.questionnaires.showing import show_answer
from supplier_quality.web import failures, visitors
from supplier_quality.web.downloads import send_upload
from supplier_quality.web.formatting import bytes_size, clock_time
from supplier_quality.web.viewing import send_page, show_file

blueprint = Blueprint("questionnaire_by_link", __name__, url_prefix="/portal/items/<int:link_id>")
blueprint.register_error_handler(visitors.NoContactSession, on_no_session)
blueprint.register_error_handler(NotFound, on_missing)
blueprints = (blueprint,)

LATER = "later"


@blueprint.get("/sections/<section_id>")
@web.contact_session
def show_section(link_id: int, section_id: str) -> Response:
    return _section_page(link_id, section_id)


@blueprint.post("/sections/<section_id>")
@web.contact_session
def keep_section(link_id: int, section_id: str) -> Response:
    """Keep the answers of a section and go on; what is wrong, and what a colleague changed meanwhile, stays on the page."""
    at = clock.now()
    try:
        with web.writing() as session:
            item, questionnaire = _item(session, link_id)
            content, section = _section(session, questionnaire, section_id)
            before = asked(content, answering.answers_of(session, questionnaire))
            kept = _keep(session, item, section)
            item, _same = _item(session, link_id)
            after = asked(content, answering.answers_of(session, questionnaire))
    except answering.NotAnswering as error:
        return _closed(link_id, error)
    if not kept.is_good:
        return _section_page(link_id, section_id, kept=kept, status=409 if kept.conflicts else 422)
    if request.form.get("go") == LATER:
        web.notify(_("Saved. You can go on at any time, also on another device."))
        return web.go_to(item.path)
    if any(one.id in after - before for one in section.questions):
        web.notify(_("Saved %(time)s. Your answer leads to another question.", time=clock_time(at)))
        return web.go_to(part_path(item.link, section))
    paths = [part.path for part in item.parts]
    here = paths.index(part_path(item.link, section)) if part_path(item.link, section) in paths else -1
    return web.go_to(paths[here + 1] if here + 1 < len(paths) else f"{item.path}/review")


@blueprint.post("/sections/<section_id>/draft")
@web.contact_session
def keep_typing(link_id: int, section_id: str) -> Response:
    """Called by the page while somebody types; answers with the words to show and the questions that are asked now."""
    with web.writing() as session:
        item, questionnaire = _item(session, link_id)
        content, section = _section(session, questionnaire, section_id)
        kept = _keep(session, item, section)
        wanted = asked(content, answering.answers_of(session, questionnaire))
    words = _("Saved %(time)s", time=clock_time(clock.now()))
    if kept.conflicts:
        words = _("A colleague changed the same answer. Save to see both.")
    return jsonify(words=str(words), asked=[one.id for one in section.questions if one.id in wanted])


@blueprint.post("/questions/<question_id>/file")
@web.contact_session
def add_file(link_id: int, question_id: str) -> Response:
    """Answer a question with a file. The page's script sends it alone; without it, the form does."""
    sent = request.files.get("file")
    section_id = request.form.get("section", "")
    if sent is None or not sent.filename:
        return _file_refused(link_id, section_id, question_id, _("Choose a file first."))
    who, settings = web.current_contact(), web.settings()
    try:
        check_not_too_often(
            web.database(), scope="portal.upload", key=who.contact.actor_id, at=clock.now(),
            window=timedelta(hours=1), limit=MOST_UPLOADS_AN_HOUR,
        )  # fmt: skip
        with web.reading() as session:
            _item_now, questionnaire = _item(session, link_id)
            answering.file_question(session, questionnaire, question_id)
        stored = file_store(settings).put(sent.stream, name=sent.filename, limit=settings.upload_limit_bytes)
        with web.writing() as session:
            _item_now, questionnaire = _item(session, link_id)
            file = answering.keep_file(session, questionnaire, question_id, stored, actor=who.actor, at=clock.now())
    except FileRefused as error:
        why = _("%(why)s %(how)s", why=error.message, how=error.remedy)
        return _file_refused(link_id, section_id, question_id, why)
    except (NotStored, TooOften, Conflict) as error:
        return _file_refused(link_id, section_id, question_id, error.message, status=int(error.status))
    if failures.wants_json():
        return jsonify(id=file.id, name=file.name, size=bytes_size(file.size), sha256=file.sha256)
    return web.go_to(f"/portal/items/{link_id}/sections/{section_id}#q-{question_id}")


@blueprint.post("/questions/<question_id>/file/remove")
@web.contact_session
def remove_file(link_id: int, question_id: str) -> Response:
    section_id = request.form.get("section", "")
    with web.writing() as session:
        _item_now, questionnaire = _item(session, link_id)
        answering.drop_file(session, questionnaire, question_id, actor=web.current_contact().actor, at=clock.now())
    return web.go_to(f"/portal/items/{link_id}/sections/{section_id}#q-{question_id}")


@blueprint.get("/answer-files/<int:file_id>")
@web.contact_session
def download_file(link_id: int, file_id: int) -> Response:
    file = _file_of(link_id, file_id)
    path = file_store(web.settings()).path_of(file.sha256)
    if not path.is_file():
        raise ContentMissing
    return send_upload(path, name=file.name, media_type=file.media_type)


@blueprint.get("/answer-files/<int:file_id>/view")
@web.contact_session
def view_file(link_id: int, file_id: int) -> Response:
    at = f"/portal/items/{link_id}"
    layout, who = "pages/portal/layout.html", web.current_contact()
    return show_file(_file_of(link_id, file_id), at=f"{at}/answer-files/{file_id}", back=at, layout=layout, who=who)


@blueprint.get("/answer-files/<int:file_id>/pages/<int:page>")
@web.contact_session
def file_page(link_id: int, file_id: int, page: int) -> Response:
    return send_page(_file_of(link_id, file_id), page)


def _file_of(link_id: int, file_id: int) -> Attached:
    """A file given as an answer; all who answer this questionnaire may read it. Raises LinkUnknown, AttachmentNotFound."""
    with web.reading() as session:
        _item_now, questionnaire = _item(session, link_id)
        file = get_attachment(session, file_id, record_kind=questionnaire.subject_kind, record_id=questionnaire.id)
    if not file.slot.startswith(f"{answering.SLOT}/"):
        raise AttachmentNotFound
    return file


def _item(session: Session, link_id: int) -> tuple[Item, Questionnaire]:
    """The questionnaire behind the contact's own live link. Raises LinkUnknown, also for a link to something else."""
    item = load_item(session, web.current_contact(), link_id, at=clock.now())
    if item.link.purpose != LinkPurpose.QUESTIONNAIRE or not isinstance(item.subject, Questionnaire):
        raise LinkUnknown
    return item, item.subject


def _section(session: Session, questionnaire: Questionnaire, section_id: str) -> tuple[Content, Section]:
    content = content_for(session, questionnaire)
    found = next((each for each in content.sections if each.id == section_id), None)
    if found is None:
        raise LinkUnknown
    return content, found


def _keep(session: Session, item: Item, section: Section) -> Kept:
    assert isinstance(item.subject, Questionnaire)
    return answering.keep_answers(
        session, item.subject, section.questions, _typed(section.questions), page=request.form.get("page", "")[:40],
        actor=web.current_contact().actor, at=clock.now(),
    )  # fmt: skip


def _typed(questions: Sequence[Question]) -> dict[str, Typed]:
    """What the form sent. A question whose base is missing was not on the page and stays as it is."""
    typed: dict[str, Typed] = {}
    for question in questions:
        base = request.form.get(f"{question.id}.base")
        if base is None:
            continue
        several = question.type is QuestionType.CHOICES
        value = request.form.getlist(question.id) if several else request.form.get(question.id, "")
        applies = request.form.get(f"{question.id}.na") is None
        reason = None if applies else request.form.get(f"{question.id}.reason", "")
        typed[question.id] = Typed(value, reason, base[:16])
    return typed


def _closed(link_id: int, error: Conflict) -> Response:
    web.notify(error.message, tone="soon")
    return web.go_to(f"/portal/items/{link_id}")


def _section_page(
    link_id: int,
    section_id: str,
    *,
    kept: Kept | None = None,
    errors: Mapping[str, Words] | None = None,
    status: int = 200,
) -> Response:
    """``kept`` is what became of the form that is shown again with everything that was typed."""
    at, who = clock.now(), web.current_contact()
    with web.reading() as session:
        item, questionnaire = _item(session, link_id)
        content, section = _section(session, questionnaire, section_id)
        rows = queries.answer_rows(session, questionnaire.id)
        remarks = queries.remarks_of(session, questionnaire.id, questionnaire.round)
        files = answering.files_by_reference(session, questionnaire)
    if not item.is_open:
        return web.go_to(item.path)
    answers = {name: Answer(row.value, row.reason) for name, row in rows.items()}
    paths = [part.path for part in item.parts]
    here = part_path(item.link, section)
    return web.render(
        "pages/portal/section.html", status, item=item, section=section, here=here, at=at, who=who,
        number=paths.index(here) + 1 if here in paths else 0, is_last=not paths or paths[-1] == here,
        form=_form(section, answers, kept, errors or {}), asked=asked(content, answers), rows=rows,
        bases={one.id: token_of(answers.get(one.id)) for one in section.questions}, page=secrets.token_hex(8),
        conflicts=_conflicts(section, kept), files=_current_files(section, answers, files),
        remarks={name: row for name, row in remarks.items() if row.verdict == Verdict.COMMENT},
        good={name for name, row in remarks.items() if row.verdict == Verdict.OK}, longest=LONGEST,
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS),
        limit=web.settings().upload_limit_bytes,
    )  # fmt: skip


def _form(section: Section, answers: Mapping[str, Answer], kept: Kept | None, errors: Mapping[str, Words]) -> web.Form:
    """What is stored, under what was sent and not kept."""
    typed: dict[str, Any] = {}
    for question in section.questions:
        answer = answers.get(question.id)
        typed[question.id] = typed_of(answer)
        typed[f"{question.id}.na"] = "1" if answer is not None and answer.reason is not None else ""
        typed[f"{question.id}.reason"] = (answer.reason or "") if answer is not None else ""
    if kept is not None:
        for name, given in _typed(section.questions).items():
            if name in kept.faults or name in kept.conflicts:
                typed[name] = given.value
                typed[f"{name}.na"] = "1" if given.reason is not None else ""
                typed[f"{name}.reason"] = given.reason or ""
    told = {**errors, **(kept.faults if kept is not None else {})}
    return web.Form(typed=typed, errors={name: (str(text),) for name, text in told.items()})


def _conflicts(section: Section, kept: Kept | None) -> dict[str, tuple[str, str]]:
    """By question what a colleague answered meanwhile, and who."""
    by_id = {one.id: one for one in section.questions}
    return {
        name: (show_answer(by_id[name], Answer(row.value, row.reason)) or str(_("not answered")), row.answered_by_name)
        for name, row in (kept.conflicts if kept is not None else {}).items()
    }


def _current_files(section: Section, answers: Mapping[str, Answer], files: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for question in section.questions:
        answer = answers.get(question.id)
        if question.type is QuestionType.FILE and answer is not None and str(answer.value) in files:
            found[question.id] = files[str(answer.value)]
    return found


def _file_refused(link_id: int, section_id: str, question_id: str, why: Words, *, status: int = 422) -> Response:
    if failures.wants_json():
        response = jsonify(message=str(why))
        response.status_code = status
        return response
    return _section_page(link_id, section_id, errors={question_id: why}, status=status)
