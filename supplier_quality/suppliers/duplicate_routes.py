"""Pages of suppliers that may be the same company: the list, and the decision that two are not."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.engine.store import active_process
from supplier_quality.language import _
from supplier_quality.suppliers import places, queries
from supplier_quality.suppliers.likeness import pairs
from supplier_quality.suppliers.merge_routes import MERGERS, draw_comparison
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import TONES, say_reason, say_strength
from supplier_quality.web.sent import with_unknown_refused

blueprint = Blueprint("supplier_duplicates", __name__, url_prefix="/suppliers")


@blueprint.get("/duplicates")
@web.staff()
def list_all() -> Response:
    actor = web.current_actor()
    dismissed = request.args.get("show") == "dismissed"
    with web.reading() as session:
        _row, process = active_process(session, Supplier.workflow)
        page = pairs.list_pairs(session, actor=actor, dismissed=dismissed, cursor=request.args.get("at"))
    return web.render(
        "pages/suppliers/duplicates.html", page=page, dismissed=dismissed, say_reason=say_reason,
        say_strength=say_strength, states=process.states, tones=TONES, country_name=places.country_name,
        may_decide=actor.has_role(*EDITORS), may_merge=actor.has_role(*MERGERS),
    )  # fmt: skip


@blueprint.get("/duplicates/compare")
@web.staff(*EDITORS)
def compare() -> Response:
    """Two records that somebody names by their numbers, side by side."""
    with web.reading() as session:
        numbers = [
            queries.get_supplier(session, request.args.get(name, ""), actor=web.current_actor()).number
            for name in ("stays", "goes")
        ]
    return web.go_to(f"/suppliers/{numbers[0]}/merge/{numbers[1]}")


@blueprint.post("/<number>/duplicates/<other>/<any('dismiss','reopen'):decision>")
@web.staff(*EDITORS)
def decide(number: str, other: str, decision: str) -> Response:
    """Keep that the two are not the same company, or take that back."""
    form = with_unknown_refused(web.filled({"why": request.form.get("why", "")}), ("why",))
    actor = web.current_actor()
    if form.is_good:
        act = pairs.dismiss_pair if decision == "dismiss" else pairs.reopen_pair
        try:
            with web.writing() as session:
                one = queries.get_supplier(session, number, actor=actor)
                two = queries.get_supplier(session, other, actor=actor)
                act(session, one, two, reason=form.typed["why"], actor=actor, at=clock.now())
        except pairs.ReasonMissing as error:
            for problem in error.details:
                form = form.with_error("why", problem.problem)
    if not form.is_good:
        return draw_comparison(number, other, decision=form, status=422)
    if decision == "dismiss":
        web.notify(_("Kept: %(one)s and %(other)s are not the same company.", one=number, other=other))
        return web.go_to("/suppliers/duplicates")
    web.notify(_("The pair is open again."))
    return web.go_to(f"/suppliers/{number}/merge/{other}")
