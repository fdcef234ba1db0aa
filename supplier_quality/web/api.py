"""The JSON API: OpenAPI 3.1, bearer tokens, problem+json errors, ETags, keyset paging and idempotency keys.

A feature's ``api`` module makes its blueprint with :func:`api_blueprint` and guards every function with
``@bearer(scope)``.
"""

from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from marshmallow import RAISE, Schema, fields

import supplier_quality
from supplier_quality.errors import BadInput, Problem, ProductError
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page
from supplier_quality.web import visitors
from supplier_quality.web.guard import bearer, public
from supplier_quality.web.pages import render

PREFIX = "/api/v1"
_KEY = "supplier_quality.api"
LONGEST_KEY = 128


class ProductApi(Api):  # type: ignore[misc]
    """flask-smorest's Api without its error pages and document routes: ours answer problem+json and carry guards.

    The document is written when somebody first reads it, not at every start.
    """

    def __init__(self, app: Flask) -> None:
        self._unwritten: list[Blueprint] = []
        self._writing = Lock()
        super().__init__(app)

    def register_blueprint(self, blp: Blueprint) -> None:
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._unwritten.append(blp)

    def document(self) -> dict[str, Any]:
        """The API as an OpenAPI document."""
        with self._writing:
            while self._unwritten:
                blp = self._unwritten.pop(0)
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
            described: dict[str, Any] = self.spec.to_dict()
            return described

    def _register_error_handlers(self) -> None:
        """Errors of pages and API are answered in one place, ``web.failures``."""

    def _register_doc_blueprint(self) -> None:
        """The document is served by :data:`blueprint`."""


class ApiSchema(Schema):
    """The base of all schemas of the API: what it does not know it refuses."""

    class Meta:
        unknown = RAISE


class PageQuery(ApiSchema):
    """How a list is paged."""

    cursor = fields.String(metadata={"description": "Where the page begins, from `next` of the page before"})
    size = fields.Integer(
        load_default=50, metadata={"description": "Rows per page, 1 to 500", "minimum": 1, "maximum": 500}
    )


class PageDocument(ApiSchema):
    """One page of a list and the cursors of its neighbours; a kind of record adds ``items``."""

    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)


class ProblemDocument(Schema):
    """RFC 9457, with our code and what stands in the way."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    instance = fields.String()
    details = fields.List(fields.Dict())
    refused = fields.List(fields.Dict())


class PersonView(ApiSchema):
    """Whom the token acts for, and what it may touch."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    scopes = fields.List(fields.String(), allow_none=True)
    deputy_for = fields.List(fields.String())


def api_blueprint(name: str, path: str, *, description: str) -> Blueprint:
    """A blueprint of the API below ``/api/v1`` + ``path``."""
    return Blueprint(f"api_{name}", __name__, url_prefix=PREFIX + path, description=description)


class PreconditionMissing(ProductError):
    """A change must say which version of the record it is about."""

    status = 428  # type: ignore[assignment]
    code = "precondition_required"


def etag_of(version: int) -> str:
    return f'"{version}"'


def expected_version() -> int:
    """The version in ``If-Match``, which every change of a record must name.

    Raises PreconditionMissing, BadInput. A version that is not the present one is refused by ``engine.fire``.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionMissing(_("Send the ETag of the record you have read as If-Match."))
    number = given.removeprefix("W/").strip('"')
    if not number.isdecimal():
        raise BadInput(_("If-Match must hold one ETag as the API gave it."))
    return int(number)


def idempotency_key() -> str | None:
    """The ``Idempotency-Key`` of the request: the same key sent again gets the first answer. Raises BadInput."""
    key = request.headers.get("Idempotency-Key", "").strip() or None
    if key is not None and (len(key) > LONGEST_KEY or not key.isprintable()):
        raise BadInput(_("An Idempotency-Key has at most %(count)s printable characters.", count=LONGEST_KEY))
    return key


def checked_sort(sort: str, sorts: Collection[str]) -> str:
    """The sort that was asked for, one of ``sorts`` with or without ``-`` before it. Raises BadInput."""
    if sort.removeprefix("-") not in sorts:
        remedy = _("Choose one of: %(names)s.", names=", ".join(sorts))
        problem = Problem(_("There is no such sort."), remedy, None, "sort", sort[:40])
        raise BadInput(_("The list cannot be sorted like this."), (problem,))
    return sort


def page_document(page: Page[Any], items: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A page of a list as JSON: its items and the cursors of its neighbours."""
    return {"items": items, "next": page.next_cursor, "previous": page.previous_cursor, "total": page.total}


blueprint = api_blueprint("base", "", description="Who am I, and this document")


@blueprint.get("/me")
@bearer()
@blueprint.response(200, PersonView)
def me() -> Mapping[str, Any]:
    """Whom this token acts for"""
    return _person(visitors.current_actor())


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    return jsonify(_api().document())


def install(app: Flask) -> None:
    app.config.update(
        API_TITLE="Supplier Quality",
        API_VERSION=supplier_quality.__version__,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "security": [{"token": []}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        },
    )
    api = ProductApi(app)
    api.ERROR_SCHEMA = ProblemDocument
    app.extensions[_KEY] = api
    api.register_blueprint(blueprint)
    app.add_url_rule("/api/docs", "api_docs", _docs)


def register(app: Flask, feature_blueprint: Blueprint) -> None:
    """Add the API of a feature."""
    app.extensions[_KEY].register_blueprint(feature_blueprint)


@public
def _docs() -> Response:
    """The document as a page to read and click."""
    return render("pages/shared/api_docs.html")


def _api() -> ProductApi:
    api: ProductApi = current_app.extensions[_KEY]
    return api


def _person(actor: Actor) -> Mapping[str, Any]:
    return {
        "id": actor.id,
        "name": actor.label,
        "language": actor.language,
        "roles": sorted(actor.roles),
        "scopes": sorted(actor.scopes) if actor.scopes is not None else None,
        "deputy_for": list(actor.deputy_for),
    }
