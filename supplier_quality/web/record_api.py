"""The actions of a record in the JSON API, the same for every kind of record: what is possible now, and taking one.

A kind makes one :class:`RecordApi` and adds its two views to its blueprint, and so to the OpenAPI document::

    add_action_views(blueprint, RecordApi(find=queries.get_scope, move=operations.move_scope), "/scope/<number>")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import fields

from supplier_quality import clock
from supplier_quality.engine.explain import explain
from supplier_quality.engine.fire import Fired
from supplier_quality.engine.store import process_of
from supplier_quality.errors import NotAllowed
from supplier_quality.language import _
from supplier_quality.web.api import ApiSchema, expected_version, idempotency_key
from supplier_quality.web.guard import bearer
from supplier_quality.web.installation import reading, writing
from supplier_quality.web.records import Act
from supplier_quality.web.visitors import current_actor


class ActionGiven(ApiSchema):
    """The fields of an action's form, by name, as its process file says."""

    form = fields.Dict(keys=fields.String(), load_default=dict)


class FiredView(ApiSchema):
    """What an action did."""

    action = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(format="iso")
    replayed = fields.Boolean()


class FileView(ApiSchema):
    """A file on a record; people look at it and download it on the record's page."""

    name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    added_by = fields.String(required=True, attribute="added_by_name")
    added_at = fields.AwareDateTime(format="iso", required=True)


class SignedInPerson(NotAllowed):
    """An electronic signature is a person proving who they are in that moment; a token proves only where it was kept."""

    code = "signed_in_person"

    def __init__(self) -> None:
        super().__init__(_("This action is signed. A person takes it on the record's page; an API token cannot sign."))


@dataclass(frozen=True, slots=True)
class RecordApi:
    """``find(session, number, actor=...)`` raises NotFound for what the program may not see; ``move`` takes an action."""

    find: Callable[..., Any]
    move: Act

    def actions(self, number: str) -> Response:
        """What is possible now, and what blocks the rest."""
        with reading() as session:
            record = self.find(session, number, actor=current_actor())
            views = explain(session, record, actor=current_actor(), at=clock.now())
        return jsonify(
            [
                {
                    "id": view.id, "label": str(view.label), "to": view.to, "allowed": view.allowed,
                    "refused": [unmet.as_json() for unmet in view.refused],
                }
                for view in views
            ]
        )  # fmt: skip

    def act(self, number: str, action: str, given: Mapping[str, Any]) -> Fired:
        """Take an action. Raises PreconditionMissing without If-Match, SignedInPerson, Refused, Stale, KeyReused."""
        version, key, actor = expected_version(), idempotency_key(), current_actor()
        with reading() as session:
            record = self.find(session, number, actor=actor)
            step = process_of(session, record.definition_id).actions.get(action)
        if step is not None and step.sign is not None:
            raise SignedInPerson
        with writing() as session:
            return self.move(
                session, self.find(session, number, actor=actor), action, actor=actor, at=clock.now(),
                form=given["form"], expected_version=version, idempotency_key=key,
            )  # fmt: skip


def add_action_views(
    blueprint: Blueprint, api: RecordApi, rule: str, *, read: str = "suppliers:read", write: str = "suppliers:write"
) -> None:
    """``/actions`` and ``/actions/<action>`` below ``rule``, whose one variable is ``number``, for tokens of these scopes."""
    kind = rule.partition("<")[0].strip("/").replace("-", "_")

    @blueprint.get(f"{rule}/actions", endpoint=f"{kind}_actions")
    @bearer(read)
    def actions(number: str) -> Response:
        """What is possible now, and what blocks the rest"""
        return api.actions(number)

    @blueprint.post(f"{rule}/actions/<action>", endpoint=f"{kind}_act")
    @bearer(write)
    @blueprint.arguments(ActionGiven)
    @blueprint.response(200, FiredView)
    def act(given: dict[str, Any], number: str, action: str) -> Any:
        """Take an action; needs If-Match. Actions that are signed are refused: a person takes them on the page"""
        return api.act(number, action, given)
