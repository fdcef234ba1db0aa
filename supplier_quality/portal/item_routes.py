"""The contact's items: the list, one item step by step, its files, handing it on."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS, Attached, FileRefused, get_attachment
from supplier_quality.documents.store import ContentMissing, NotStored, file_store
from supplier_quality.errors import BadInput, NotFound, TooOften
from supplier_quality.identity import ContactRef
from supplier_quality.identity.contact_sessions import revoke_contact_session
from supplier_quality.identity.contacts import mask_email
from supplier_quality.identity.links import LinkUnknown
from supplier_quality.language import Words, _
from supplier_quality.portal import invitation, operations
from supplier_quality.portal.items import Item, devices_of, files_of, load_item, load_items, slot_of
from supplier_quality.portal.schemas import HandOnForm
from supplier_quality.portal.steps import Step, faults_of
from supplier_quality.portal.submission import load_judged
from supplier_quality.web import cookies, failures, visitors
from supplier_quality.web.downloads import send_upload
from supplier_quality.web.formatting import bytes_size, clock_time
from supplier_quality.web.viewing import send_page, show_file

blueprint = Blueprint("portal", __name__, url_prefix="/portal")


def on_no_session(error: visitors.NoContactSession) -> Response:
    """Back to the code, and from there to this page. A form that was sent stays on the page to be sent again."""
    if failures.wants_json():
        return failures.show(failures.failure_of(error))
    if request.method in ("GET", "HEAD"):
        path = f"/s/code?next={request.path}" if invitation.remembered() else "/s"
        return web.go_to(path)
    typed = [(name, value) for name, value in request.form.items() if name not in ("csrf_token", "code")]
    return web.render("pages/portal/session_over.html", 401, typed=typed, here="/s/code")


def on_missing(error: NotFound) -> Response:
    """One page for what is not there and for what belongs to others."""
    if failures.wants_json():
        return failures.show(failures.failure_of(error))
    return web.render("pages/portal/not_here.html", 404, here="/portal")


blueprint.register_error_handler(visitors.NoContactSession, on_no_session)
blueprint.register_error_handler(NotFound, on_missing)


@blueprint.get("")
@web.contact_session
def list_items() -> Response:
    with web.reading() as session:
        items = load_items(session, web.current_contact(), at=clock.now())
    return web.render("pages/portal/items.html", items=items, at=clock.now(), **_frame())


@blueprint.get("/items/<int:link_id>")
@web.contact_session
def show_item(link_id: int) -> Response:
    with web.reading() as session:
        item = load_judged(session, web.current_contact(), link_id, at=clock.now())
    return web.render("pages/portal/item.html", item=item, at=clock.now(), **_frame())


@blueprint.get("/items/<int:link_id>/steps/<int:number>")
@web.contact_session
def show_step(link_id: int, number: int) -> Response:
    return _step_page(link_id, number)


@blueprint.post("/items/<int:link_id>/steps/<int:number>")
@web.contact_session
def keep_step(link_id: int, number: int) -> Response:
    """Keep the answers of a step, also wrong ones, and go on; what is wrong stays on the page."""
    at = clock.now()
    with web.writing() as session:
        item = load_item(session, web.current_contact(), link_id, at=at)
        step = _step(item, number)
        typed = _typed(step)
        operations.keep_answers(session, item, typed, at=at)
    faults = faults_of(step.fields, typed, only_typed=True)
    if faults:
        return _step_page(link_id, number, errors=faults, status=422)
    last = number == len(item.steps)
    wanted = request.form.get("go", "")
    if wanted == "later":
        web.notify(_("Saved. You can go on at any time, also on another device."))
        return web.go_to(item.path)
    return web.go_to(f"{item.path}/review" if last else f"{item.path}/steps/{number + 1}")


@blueprint.post("/items/<int:link_id>/draft")
@web.contact_session
def keep_draft(link_id: int) -> Response:
    """Called by the page while somebody types; answers with the words to show."""
    at = clock.now()
    with web.writing() as session:
        item = load_item(session, web.current_contact(), link_id, at=at)
        operations.keep_answers(session, item, request.form.to_dict(), at=at)
    return jsonify(words=str(_("Saved %(time)s", time=clock_time(at))))


@blueprint.get("/token")
@web.contact_session
def form_token() -> Response:
    """A fresh token for a form that was open while its session ended and another was opened."""
    return jsonify(token=generate_csrf())


@blueprint.post("/items/<int:link_id>/files/<field_id>")
@web.contact_session
def add_file(link_id: int, field_id: str) -> Response:
    """Put a file into a field. The page's script sends it alone and shows how far it is; without it, the form does."""
    sent = request.files.get("file")
    number = request.form.get("step", default=1, type=int)
    if sent is None or not sent.filename:
        return _file_refused(link_id, field_id, number, _("Choose a file first."))
    try:
        file = operations.add_file(
            web.database(),
            web.current_contact(),
            link_id,
            field_id,
            sent.stream,
            name=sent.filename,
            at=clock.now(),
        )
    except FileRefused as error:
        return _file_refused(link_id, field_id, number, _("%(why)s %(how)s", why=error.message, how=error.remedy))
    except (NotStored, TooOften) as error:
        return _file_refused(link_id, field_id, number, error.message, status=int(error.status))
    if failures.wants_json():
        return jsonify(id=file.id, name=file.name, size=bytes_size(file.size), sha256=file.sha256)
    return web.go_to(f"/portal/items/{link_id}/steps/{number}#f-{field_id}")


@blueprint.post("/items/<int:link_id>/files/<field_id>/remove")
@web.contact_session
def remove_file(link_id: int, field_id: str) -> Response:
    at = clock.now()
    number = request.form.get("step", default=1, type=int)
    with web.writing() as session:
        item = load_item(session, web.current_contact(), link_id, at=at)
        operations.remove_file(session, item, field_id, at=at)
    return web.go_to(f"{item.path}/steps/{number}#f-{field_id}")


@blueprint.get("/items/<int:link_id>/files/<int:file_id>")
@web.contact_session
def download_file(link_id: int, file_id: int) -> Response:
    file = _file_of(link_id, file_id)
    path = file_store(web.settings()).path_of(file.sha256)
    if not path.is_file():
        raise ContentMissing
    return send_upload(path, name=file.name, media_type=file.media_type)


@blueprint.get("/items/<int:link_id>/files/<int:file_id>/view")
@web.contact_session
def view_file(link_id: int, file_id: int) -> Response:
    at = f"/portal/items/{link_id}"
    layout = "pages/portal/layout.html"
    return show_file(_file_of(link_id, file_id), at=f"{at}/files/{file_id}", back=at, layout=layout, **_frame())


@blueprint.get("/items/<int:link_id>/files/<int:file_id>/pages/<int:page>")
@web.contact_session
def file_page(link_id: int, file_id: int, page: int) -> Response:
    return send_page(_file_of(link_id, file_id), page)


def _file_of(link_id: int, file_id: int) -> Attached:
    """A file the contact may have. Until it is submitted, it is for whoever is about to send it; afterwards for all who
    may see the receipt. Raises LinkUnknown, AttachmentNotFound.
    """
    with web.reading() as session:
        link = load_item(session, web.current_contact(), link_id, at=clock.now()).link
        file = get_attachment(session, file_id, record_kind=link.record_kind, record_id=link.record_id)
    mine = file.slot.startswith(slot_of(link, ""))
    if not mine and not (file.submitted_at and file.slot.startswith(f"{link.purpose}/")):
        raise LinkUnknown
    return file


@blueprint.get("/items/<int:link_id>/hand-on")
@web.contact_session
def choose_colleague(link_id: int) -> Response:
    return _hand_on_page(link_id, web.Form())


@blueprint.post("/items/<int:link_id>/hand-on")
@web.contact_session
def hand_on(link_id: int) -> Response:
    form = web.parse(HandOnForm, request.form)
    who, at = web.current_contact(), clock.now()
    if not form.is_good:
        return _hand_on_page(link_id, form, status=422)
    values = {name: form.values.get(name) or "" for name in ("colleague", "name", "email")}
    try:
        with web.writing() as session:
            item = load_item(session, who, link_id, at=at)
            if values["colleague"]:
                to = _colleague(session, item, values["colleague"])
                operations.hand_on(session, item, to=to, actor=who.actor, at=at)
            else:
                operations.hand_on_to_new(
                    session, item, name=values["name"], email=values["email"], actor=who.actor, at=at
                )
    except BadInput as error:
        moved = form.with_problems(error)
        errors = {("_form" if name == "to" else name): texts for name, texts in moved.errors.items()}
        return _hand_on_page(link_id, web.Form(typed=form.typed, errors=errors), status=422)
    web.notify(_("Your colleague gets a mail with a link of their own. You can still answer yourself."))
    return web.go_to(item.path)


@blueprint.get("/devices")
@web.contact_session
def list_devices() -> Response:
    who = web.current_contact()
    with web.reading() as session:
        devices = devices_of(session, who, at=clock.now())
    return web.render("pages/portal/devices.html", devices=devices, this_device=who.session_id, **_frame())


@blueprint.post("/devices/<int:session_id>/end")
@web.contact_session
def end_device(session_id: int) -> Response:
    who = web.current_contact()
    with web.writing() as session:
        revoke_contact_session(session, session_id, actor=who.actor, at=clock.now())
    if session_id == who.session_id:
        return _left()
    web.notify(_("That device is signed out."))
    return web.go_to("/portal/devices")


@blueprint.post("/sign-out")
@web.contact_session
def sign_out() -> Response:
    who = web.current_contact()
    with web.writing() as session:
        revoke_contact_session(session, who.session_id, actor=who.actor, at=clock.now())
    return _left()


def _left() -> Response:
    response = web.render("pages/portal/signed_out.html", here="/s")
    cookies.remove(response, cookies.CONTACT)
    cookies.renew_forms()
    # The next person at this device must not find pages of the last one with the back button.
    response.headers["Clear-Site-Data"] = '"cache"'
    return invitation.forget(response)


def _frame() -> dict[str, Any]:
    """What the top of every page of the portal shows."""
    return {"who": web.current_contact()}


def _step(item: Item, number: int) -> Step:
    if not 1 <= number <= len(item.steps):
        raise LinkUnknown
    return item.steps[number - 1]


def _typed(step: Step) -> dict[str, str]:
    """The texts of a step as they were sent; a field that was not sent stays as it is."""
    return {field.id: request.form[field.id] for field in step.fields if field.id in request.form}


def _step_page(link_id: int, number: int, *, errors: dict[str, Words] | None = None, status: int = 200) -> Response:
    with web.reading() as session:
        item = load_judged(session, web.current_contact(), link_id, at=clock.now())
        step = _step(item, number)
        files = files_of(session, item.link)
    if not item.is_open:
        return web.go_to(item.path)
    said = item.progress[number - 1].faults if errors is None else {name: (text,) for name, text in errors.items()}
    form = web.Form(typed=item.typed, errors={name: tuple(map(str, texts)) for name, texts in said.items()})
    return web.render(
        "pages/portal/step.html",
        status,
        item=item,
        step=step,
        form=form,
        files={name: file for name, file in files.items() if item.typed.get(name) == file.reference},
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS),
        limit=web.settings().upload_limit_bytes,
        here=f"{item.path}/steps/{number}",
        at=clock.now(),
        **_frame(),
    )


def _file_refused(link_id: int, field_id: str, number: int, why: Words, *, status: int = 422) -> Response:
    if failures.wants_json():
        response = jsonify(message=str(why))
        response.status_code = status
        return response
    return _step_page(link_id, number, errors={field_id: why}, status=status)


def _hand_on_page(link_id: int, form: web.Form, *, status: int = 200) -> Response:
    who = web.current_contact()
    with web.reading() as session:
        item = load_item(session, who, link_id, at=clock.now())
        colleagues = item.task.colleagues(session, who.contact) if item.task.colleagues else ()
    choices = [(str(each.ref.id), f"{each.card.name} ({mask_email(each.card.email)})") for each in colleagues]
    return web.render(
        "pages/portal/hand_on.html", status, item=item, colleagues=colleagues, choices=choices, form=form, **_frame()
    )


def _colleague(session: Any, item: Item, given: str) -> ContactRef:
    """The chosen colleague, only from the list that was shown."""
    shown = item.task.colleagues(session, item.link.contact) if item.task.colleagues else ()
    found = next((each.ref for each in shown if str(each.ref.id) == given), None)
    if found is None:
        raise BadInput(_("Choose one of the colleagues shown."))
    return found
