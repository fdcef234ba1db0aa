"""Errors as people and programs meet them: a page with what to do next, a notice in place, or problem+json.

An unexpected error is logged once with its traceback; the reader gets its id and nothing of the inside.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, current_app, jsonify, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from supplier_quality import clock
from supplier_quality.errors import NotSignedIn, Problem, ProductError
from supplier_quality.identity import sessions
from supplier_quality.language import Words, _
from supplier_quality.web import cookies, kept_forms, observing, visitors
from supplier_quality.web.forms import Form
from supplier_quality.web.guard import Audience, guard_of
from supplier_quality.web.installation import database
from supplier_quality.web.kept_forms import KeptForm

log = structlog.get_logger("supplier_quality.web")

SIGN_IN_PATH = "/sign-in"
FORM_EXPIRED = "form_expired"
_FOR_PROGRAMS = ("/api/", "/metrics", "/healthz", "/drafts")

_TITLES: dict[int, tuple[Words, Words]] = {
    400: (_("This could not be read"), _("Go back, reload the page and try again.")),
    401: (_("You are not signed in"), _("Sign in and try again.")),
    403: (_("This is not open to you"), _("Ask an administrator for access if you need it.")),
    404: (
        _("There is nothing here"),
        _("It may have moved, or it is not open to you. Search for it or go to My work."),
    ),
    405: (_("This address does not take that"), _("Use the buttons of the page.")),
    409: (_("Somebody else was faster"), _("Reload the page, look at what changed and decide again.")),
    413: (_("This file is too large"), _("Send a smaller one, or several.")),
    415: (_("This kind of content is not read here"), _("Send the form of the page, or JSON to the API.")),
    422: (_("Something is missing or not right"), _("Correct what is named and send again.")),
    429: (_("Too many tries"), _("Wait a little and try again.")),
    500: (
        _("Something went wrong on our side"),
        _("Nothing was changed. Try again; if it repeats, give the number below to an administrator."),
    ),
    503: (_("The product is busy or a part does not answer"), _("Nothing was changed. Try again in a moment.")),
}
_CSRF_HINT = _("The page was open too long, or somebody signed in or out in another window. Nothing was changed.")
_CSRF_TITLE = _("This form is out of date")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error ready to be shown."""

    status: int
    code: str
    title: str
    message: str
    remedy: str
    details: tuple[Problem, ...] = ()
    unmet: tuple[object, ...] = ()
    reference: str = ""

    @property
    def is_ours(self) -> bool:
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def wants_json() -> bool:
    return request.path.startswith(_FOR_PROGRAMS) or request.accept_mimetypes.best == "application/json"


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def show(failure: Failure, *, retry_after: int | None = None) -> Response:
    """The answer that fits who asked: a program, a part of a page, or a page."""
    if wants_json():
        response = jsonify(problem_document(failure))
        response.mimetype = "application/problem+json"
    elif is_htmx():
        response = make_response(render_template("pages/shared/failure_part.html", failure=failure))
        response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Reselect": ".failure"})
    else:
        response = make_response(render_template("pages/shared/failure.html", failure=failure, **_typed_again(failure)))
    response.status_code = failure.status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if failure.status == HTTPStatus.UNAUTHORIZED and wants_json():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_document(failure: Failure) -> dict[str, object]:
    """RFC 9457 with our code, the details and what stands in the way."""
    document: dict[str, object] = {
        "type": f"urn:supplier-quality:{failure.code}",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.message,
        "code": failure.code,
        "instance": f"urn:request:{failure.reference}",
    }
    if failure.details:
        document["details"] = [problem.as_json() for problem in failure.details]
    if failure.unmet:
        document["refused"] = [
            {"id": unmet.id, "message": str(unmet.message), "values": unmet.values, "mend": unmet.mend}  # type: ignore[attr-defined]
            for unmet in failure.unmet
        ]
    return document


def failure_of(error: ProductError) -> Failure:
    status = int(error.status)
    title, remedy = _TITLES.get(status, _TITLES[400])
    return Failure(
        status=status,
        code=error.code,
        title=str(title),
        message=str(error.message),
        remedy=str(remedy),
        details=tuple(error.details),
        unmet=tuple(getattr(error, "unmet", ())),
        reference=observing.request_id(),
    )


def install(app: Flask) -> None:
    app.register_error_handler(ProductError, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RecursionError, _nested_too_deeply)
    app.register_error_handler(OverflowError, _unheard_of_number)
    app.register_error_handler(DataError, _unfit_value)
    app.register_error_handler(OperationalError, _database_failed)
    app.register_error_handler(PoolTimeout, _database_failed)
    app.register_error_handler(DBAPIError, _unexpected)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: ProductError) -> Response:
    if error.code == NotSignedIn.code and not wants_json():
        return _to_sign_in()
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("failed", code=error.code, detail=str(error))
    retry = getattr(error, "retry_after", None)
    return show(failure_of(error), retry_after=max(1, int(retry.total_seconds())) if retry is not None else None)


def _to_sign_in() -> Response:
    """Send the reader to the sign-in page and back here afterwards; a form is kept for whoever typed it."""
    if request.method == "POST" and not is_htmx():
        return _signing_in(kept_forms.sent_form())
    target = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else "/"
    address = SIGN_IN_PATH if target == "/" else f"{SIGN_IN_PATH}?{urlencode({'next': target})}"
    if is_htmx():
        response = Response(status=HTTPStatus.UNAUTHORIZED)
        response.headers["HX-Redirect"] = SIGN_IN_PATH
        return response
    return make_response(redirect(address, HTTPStatus.SEE_OTHER))


def _form_expired(_error: CSRFError) -> Response:
    if not wants_json() and not is_htmx() and _is_for_staff() and visitors.signed_in_staff() is None:
        # The token went with the cookies: what is missing is the sign-in. Whose form it was, nobody can tell any more.
        return _signing_in(None)
    failure = _plain_failure(400, FORM_EXPIRED, message=_CSRF_HINT)
    return show(replace(failure, title=str(_CSRF_TITLE)))


def _is_for_staff() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    guard = guard_of(view) if view else None
    return guard is not None and guard.audience == Audience.STAFF


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and wants_json():
        return _invalid_json(error)
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    response = show(_plain_failure(status, code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _invalid_json(error: HTTPException) -> Response:
    """What the schema of an API call found, one detail per field."""
    messages = getattr(error, "data", {}).get("messages", {})
    failure = _plain_failure(422, "bad_input", details=tuple(_problems(messages)))
    return show(failure)


def _problems(messages: object, path: str = "") -> list[Problem]:
    if isinstance(messages, dict):
        parts = ((name, f"{path}.{name}" if path else str(name)) for name in messages)
        return [problem for name, place in parts for problem in _problems(messages[name], place)]
    texts = messages if isinstance(messages, list) else [messages]
    # The first part names where webargs looked ("json", "query"), which is not a field.
    return [Problem(problem=_("%(text)s", text=text), column=path.split(".", 1)[-1]) for text in texts]


def _database_failed(error: Exception) -> Response:
    log.error("database does not answer", exc_info=error)
    return show(_plain_failure(503, "unavailable"), retry_after=5)


def _nested_too_deeply(error: RecursionError) -> Response:
    """JSON of thousands of brackets exhausts the reader of the language; only that is the sender's fault."""
    return show(_plain_failure(400, "bad_request")) if request.is_json else _unexpected(error)


def _unfit_value(error: DataError) -> Response:
    """PostgreSQL takes no NUL in texts and no number beyond its columns; whoever sends one gets no page of ours."""
    log.error("value the database does not take", exc_info=error, method=request.method, path=request.path)
    return show(_plain_failure(400, "bad_request"))


def _unheard_of_number(error: OverflowError) -> Response:
    """SQLite's driver refuses a number that no column holds: nothing is stored under it."""
    log.warning("number too large", method=request.method, path=request.path, detail=str(error))
    return show(_plain_failure(404, "not_found"))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error, method=request.method, path=request.path)
    return show(_plain_failure(500, "unexpected"))


def _plain_failure(
    status: int, code: str, *, message: Words | None = None, details: tuple[Problem, ...] = ()
) -> Failure:
    title, remedy = _TITLES.get(status, _TITLES[500 if status >= 500 else 400])
    return Failure(
        status=status,
        code=code,
        title=str(title),
        message=str(message or remedy),
        remedy=str(remedy) if message is None else "",
        details=details,
        reference=observing.request_id(),
    )


def _typed_again(failure: Failure) -> dict[str, object]:
    """What the reader had typed, to be sent again. While something of ours is broken, the database is not asked for words."""
    form = kept_forms.sent_form()
    told = kept_forms.tell(form, in_words=not failure.is_ours) if form else []
    # A button without a field is worth pressing again only when nothing but its page was out of date.
    return {"kept": form if told or failure.code == FORM_EXPIRED else None, "told": told}


def _signing_in(form: KeptForm | None) -> Response:
    """The sign-in page in place of the answer to a form that came too late, with what was typed sealed inside."""
    secret = cookies.read(cookies.STAFF)
    person = sessions.person_of_ended(database(), secret) if secret else None
    kept = kept_forms.seal(form, person_id=person, at=clock.now()) if form and person is not None else None
    why = (
        _("Your session has ended, and nothing was stored. Sign in again: what you typed comes back, ready to be sent.")
        if kept
        else _(
            "You are not signed in any more, and nothing was stored. Sign in, open the page again and send the form."
        )
    )
    context = {"form": Form(), "next": kept_forms.form_page(), "kept": kept, "why": why}
    response = make_response(render_template("pages/identity/sign_in.html", **context))
    response.status_code = HTTPStatus.UNAUTHORIZED
    return response
