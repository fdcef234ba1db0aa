"""My work: the page people land on, and what is done from its rows."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.desk.forms import ActForm
from supplier_quality.desk.subjects import find_subject
from supplier_quality.desk.work import finish_own_task, my_work
from supplier_quality.errors import BadInput
from supplier_quality.language import _
from supplier_quality.web.forms import refuse
from supplier_quality.web.records import record_kind

blueprint = Blueprint("my_work", __name__, url_prefix="/my-work")


@blueprint.get("")
@web.staff()
def show() -> Response:
    with web.reading() as session:
        work = my_work(session, actor=web.current_actor(), at=clock.now(), zone=web.settings().timezone)
    return web.render("pages/desk/my_work.html", work=work)


@blueprint.post("/act")
@web.staff()
def act() -> Response:
    form = web.parse(ActForm, request.form)
    refuse(form)
    asked, version = form.values, request.form.get("expected_version", type=int)
    if version is None:
        raise BadInput(_("This form does not say which version of the record you saw. Reload the page."))
    with web.writing() as session:
        subject = find_subject(session, asked["kind"], asked["number"])
        record_kind(subject.subject_kind).act(
            session,
            subject,
            asked["action"],
            actor=web.current_actor(),
            at=clock.now(),
            form={},
            expected_version=version,
            # The same button pressed twice is the same wish: the second press gets the first answer.
            idempotency_key=f"my-work:{asked['action']}:{version}",
        )
        number = subject.number
    web.notify(_("Done for %(number)s.", number=number))
    return web.go_to("/my-work")


@blueprint.post("/tasks/<int:task_id>/finish")
@web.staff()
def finish(task_id: int) -> Response:
    with web.writing() as session:
        finish_own_task(session, task_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("The task is done."))
    return web.go_to("/my-work")
