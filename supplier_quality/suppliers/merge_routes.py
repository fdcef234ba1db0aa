"""Pages on which two records of one company are merged, and a merge is undone."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, request

from supplier_quality import clock, language, web
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.errors import BadInput, Problem
from supplier_quality.identity import Role
from supplier_quality.language import _
from supplier_quality.suppliers import places, queries
from supplier_quality.suppliers.merging import operations
from supplier_quality.suppliers.merging.fields import FIELDS
from supplier_quality.suppliers.merging.reading import read_comparison, read_undoing
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import FIELD_NAMES, PART_WORDS, TONES, say_reason, say_strength
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.speech import OWN_NAMES
from supplier_quality.web.wording import speak

blueprint = Blueprint("supplier_merges", __name__, url_prefix="/suppliers")

MERGERS = (Role.QUALITY_MANAGER, Role.ADMIN)
LONGEST_REASON = 4_000
_CHOICES = tuple(f"take-{name}" for name in FIELDS)
GOES = "goes"


@blueprint.get("/<number>/merge/<other>")
@web.staff(*EDITORS)
def show(number: str, other: str) -> Response:
    return draw_comparison(number, other)


@blueprint.post("/<number>/merge/<other>")
@web.staff(*MERGERS)
def merge(number: str, other: str) -> Response:
    """First shows what the merge would do; with ``sure`` it is done."""
    form = with_unknown_refused(
        web.filled({name: value[:LONGEST_REASON] for name, value in request.form.items()}),
        ("reason", "other_version", "sure", *_CHOICES),
    )
    if not request.form.get("reason", "").strip():
        form = form.with_error("reason", _("Say in a few words how you know that they are the same company."))
    version, other_version = seen_version(), _other_version()
    take = {name for name in FIELDS if request.form.get(f"take-{name}") == GOES}
    if not form.is_good or request.form.get("sure") != "true":
        status = 200 if form.is_good else 422
        return draw_comparison(number, other, form=form, take=take, preview=form.is_good, status=status)
    actor = web.current_actor()
    try:
        with web.writing() as session:
            stays = queries.get_supplier(session, number, actor=actor)
            goes = queries.get_supplier(session, other, actor=actor)
            operations.merge_supplier(
                session, goes, into=stays, number=number, reason=request.form["reason"].strip()[:LONGEST_REASON],
                take=take, actor=actor, at=clock.now(), expected_version=other_version, survivor_version=version,
            )  # fmt: skip
    except Refused as refused:
        return draw_comparison(number, other, form=form.with_refusal(refused), take=take, status=409)
    except Stale as stale:
        return draw_comparison(number, other, form=form, take=take, stale=stale, status=409)
    web.notify(_("%(other)s was merged into this record.", other=goes.number), undo=None)
    return web.go_to(f"/suppliers/{stays.number}")


@blueprint.route("/<number>/unmerge", methods=["GET", "POST"])
@web.staff(*MERGERS)
def unmerge(number: str) -> Response:
    """What undoing would do; on POST it is done."""
    if request.method in ("GET", "HEAD"):
        return _draw_undoing(number)
    form = with_unknown_refused(web.filled({"reason": request.form.get("reason", "")[:LONGEST_REASON]}), ("reason",))
    if not form.typed["reason"].strip():
        form = form.with_error("reason", _("Say in a few words why the merge is undone."))
    if not form.is_good:
        return _draw_undoing(number, form=form, status=422)
    actor, version = web.current_actor(), seen_version()
    try:
        with web.writing() as session:
            merged = queries.get_supplier(session, number, actor=actor)
            done = operations.undo_merge(
                session, merged, reason=form.typed["reason"].strip(), actor=actor, at=clock.now(),
                expected_version=version,
            )  # fmt: skip
    except Refused as refused:
        return _draw_undoing(number, form=form.with_refusal(refused), status=409)
    except Stale as stale:
        return _draw_undoing(number, form=form.with_error("_form", stale.message), status=409)
    stayed = [str(FIELD_NAMES[name]) for name in done.kept] + done.left
    if stayed:
        web.notify(_("The merge is undone. This stays where it is: %(what)s.", what=language.listed(stayed)))
    else:
        web.notify(_("The merge is undone."))
    return web.go_to(f"/suppliers/{merged.number}")


def draw_comparison(
    number: str,
    other: str,
    *,
    form: web.Form | None = None,
    take: Collection[str] | None = None,
    preview: bool = False,
    decision: web.Form | None = None,
    stale: Stale | None = None,
    status: int = 200,
) -> Response:
    """Both records side by side. ``decision`` is the form of a dismissal that comes back; ``preview`` asks whether to go on."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        page = read_comparison(session, number, other, actor=actor, at=at, take=take)
        told = speak(session, stale.changes) if stale else ()
    numbers = {"stays": page.stays.supplier.number, "goes": page.goes.supplier.number}
    return web.render(
        "pages/suppliers/merge.html", status=status, page=page, form=form or web.Form(), preview=preview,
        decision=decision or web.Form(), told=told, fields=FIELDS, field_names=FIELD_NAMES, parts=PART_WORDS, shown=_shown,
        say_reason=say_reason, say_strength=say_strength, tones=TONES, may_merge=actor.has_role(*MERGERS), at=at,
        numbers=numbers, mends={"merged": f"/suppliers/{numbers['goes']}", "workflow": "/workflows"},
    )  # fmt: skip


def _draw_undoing(number: str, *, form: web.Form | None = None, status: int = 200) -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        page = read_undoing(session, number, actor=actor, at=at)
        if page is None:
            supplier = queries.get_supplier(session, number, actor=actor)
            raise operations.NotMerged(_("%(number)s is not merged into another record.", number=supplier.number))
        since = speak(session, page.since)
    return web.render(
        "pages/suppliers/unmerge.html", status=status, page=page, form=form or web.Form(), since=since,
        field_names=FIELD_NAMES, parts=PART_WORDS, shown=_shown, tones=TONES,
    )  # fmt: skip


def _shown(name: str, value: Any, owner: str | None = None) -> str:
    """A field's value as people read it."""
    if value in (None, ""):
        return "–"
    if name == "country":
        return places.country_name(str(value), language.current())
    if name == "language":
        return str(OWN_NAMES.get(value, value))
    if name == "owner_id":
        return owner or f"#{value}"
    return str(value)


def _other_version() -> int:
    """The version of the record that goes. Raises BadInput."""
    given = request.form.get("other_version", "")
    if not given.isdecimal() or len(given) > 9:
        problem = Problem(_("The version is missing."), _("Reload the page."), column="other_version", value=given[:20])
        raise BadInput(_("The form does not say which version of the record you saw. Reload the page."), (problem,))
    return int(given)
