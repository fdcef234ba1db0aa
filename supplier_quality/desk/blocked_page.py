"""The page of what blocks whom."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.desk.blocked import MOST, kind_choices, read_map
from supplier_quality.suppliers.queries import possible_owners

blueprint = Blueprint("blocked", __name__)

ME = "me"
SHOWN = 8
"""Rows of a cause that are shown at once; the others open below."""


@blueprint.get("/blocked")
@web.staff()
def show() -> Response:
    actor, at = web.current_actor(), clock.now()
    kinds = kind_choices()
    kind = next((name for name, _noun in kinds if name == request.args.get("kind")), None)
    asked = request.args.get("owner", "")
    with web.reading() as session:
        owners = possible_owners(session)
        known = {str(id_): id_ for id_, _name in owners}
        owner = (actor.person_id or 0) if asked == ME else known.get(asked)
        found = read_map(session, actor=actor, at=at, kind=kind, owner_id=owner)
    return web.render(
        "pages/desk/blocked.html", found=found, kinds=kinds, kind=kind, owners=owners, owner=asked, most=MOST, shown=SHOWN,
        nouns=dict(kinds),
    )  # fmt: skip
