"""The web application without any feature: everything that holds for every page."""

from typing import Any

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, ValidationError

from supplier_quality import resources
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from supplier_quality.web import (
    api,
    cookies,
    fact_words,
    failures,
    formatting,
    guard,
    headers,
    installation,
    observing,
    origin,
    pages,
    print_routes,
    rail,
    shell_routes,
    speech,
    view_routes,
)

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# More fields than any of our forms has; a bound for what is parsed before anybody is known.
_MOST_FORM_PARTS = 5_000
_LARGEST_FORM_TEXT = 4 * 1024 * 1024


class Csrf(CSRFProtect):  # type: ignore[misc]
    """Tokens on every form. Views that no foreign page can misuse say so in their guard."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if apply_exemptions:
            view = current_app.view_functions.get(request.endpoint or "")
            if view is None or guard.needs_no_csrf_token(view):
                return
            if request.method in _WRITING:
                origin.refuse_foreign(request)
        super().protect(apply_exemptions=apply_exemptions)


_LARGEST_ID = 2**63 - 1


class RecordId(IntegerConverter):
    """A number in a path that the database can hold; a larger one names nothing."""

    regex = r"\d{1,19}"

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": _LARGEST_ID, **options})

    def to_python(self, value: str) -> int:
        if not value.isascii():
            raise ValidationError
        return int(super().to_python(value))


def create_app_base(settings: Settings, database: Database) -> Flask:
    """An application with settings, guards, errors, language and frame; ``app.create_app`` adds the features."""
    app = Flask("supplier_quality", static_folder=None, template_folder=str(resources.templates()))
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = RecordId
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _configure(app, settings)
    installation.install(app, settings, database)

    observing.install(app)
    headers.install(app)
    speech.install(app)
    app.before_request(_bound_plain_forms)
    Csrf(app)
    formatting.install(app)
    rail.install(app)
    pages.install(app)
    fact_words.install(app)
    failures.install(app)
    app.register_blueprint(shell_routes.blueprint)
    app.register_blueprint(view_routes.blueprint)
    app.register_blueprint(print_routes.blueprint)
    api.install(app)
    if settings.proxies:
        # Without a number in the settings, what a client claims about itself is not believed.
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_prefix=0)  # type: ignore[method-assign]
    return app


def _bound_plain_forms() -> None:
    """A form without files is read into memory at once, so it may be far smaller than an upload."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = _LARGEST_FORM_TEXT


def _configure(app: Flask, settings: Settings) -> None:
    cookies.configure(app, settings)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + _LARGEST_FORM_TEXT,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM_TEXT,
        MAX_FORM_PARTS=_MOST_FORM_PARTS,
        TIMEZONE=settings.timezone,
        TEMPLATES_AUTO_RELOAD=False,
        # The token lives as long as the session cookie: a form that was open over lunch must not be lost.
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages send no Referer, so the library's check of it would refuse every form; ``origin`` does that work.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.autoescape = True
