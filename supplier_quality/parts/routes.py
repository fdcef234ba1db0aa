"""Pages of commodities: the list, the record with its history, and its form; and what the search finds of them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, trail, web
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.parts import operations, queries
from supplier_quality.parts.details import CommodityDetails, read_number
from supplier_quality.parts.models import Commodity
from supplier_quality.parts.permissions import EDITORS, may_edit_commodities
from supplier_quality.parts.queries import CommodityFilters
from supplier_quality.parts.special_processes import process_words, special_processes
from supplier_quality.parts.wording import CRITICALITY_WORDS
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.wording import speak

blueprint = Blueprint("commodities", __name__, url_prefix="/commodities")

COLUMNS = (
    web.Column("number", _("Number"), sortable=True),
    web.Column("name", _("Name"), fixed=True),
    web.Column("criticality", _("Criticality")),
    web.Column("special_processes", _("Special processes")),
    web.Column("changed", _("Changed")),
)
IN_USE, OUT_OF_USE = "in_use", "out_of_use"
_FIELDS = ("name_en", "name_zh", "criticality", "special_processes")
_MOST_TOLD = 200


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    actor = web.current_actor()
    table = web.read_table(
        request.args, id="commodities", path="/commodities", columns=COLUMNS, first_sort="number",
        filters=(
            web.Filter("criticality", _("Criticality"), tuple(CRITICALITY_WORDS.items())),
            web.Filter("use", _("Use"), ((IN_USE, _("In use")), (OUT_OF_USE, _("Out of use")))),
        ),
    )  # fmt: skip
    use = table.chosen.get("use")
    filters = CommodityFilters(table.search, table.chosen.get("criticality"), use == IN_USE if use else None)
    with web.reading() as session:
        page = queries.list_commodities(
            session, actor=actor, filters=filters, descending=table.descending, cursor=table.cursor, size=table.size
        )
        processes = process_words(session)
    return web.render(
        "pages/parts/commodities.html", table=table, page=page, may_edit=may_edit_commodities(actor),
        criticalities=CRITICALITY_WORDS, processes=processes,
    )  # fmt: skip


@blueprint.get("/new")
@web.staff(*EDITORS)
def new() -> Response:
    return _draw_form(web.Form())


@blueprint.post("/new")
@web.staff(*EDITORS)
def add() -> Response:
    form = _sent_form("number")

    def save(session: Session, details: CommodityDetails) -> str:
        number = read_number(form.typed["number"])
        operations.add_commodity(session, number, details, actor=web.current_actor(), at=clock.now())
        return number

    return _save(form, save, _draw_form)


@blueprint.get("/<number>")
@web.staff()
def show(number: str) -> Response:
    return _draw_record(number)


@blueprint.get("/<number>/edit")
@web.staff(*EDITORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        commodity = queries.get_commodity(session, number, actor=web.current_actor())
    form = web.filled({name: getattr(commodity, name) or "" for name in _FIELDS})
    return _draw_form(form, commodity=commodity, version=commodity.revision)


@blueprint.post("/<number>/edit")
@web.staff(*EDITORS)
def change(number: str) -> Response:
    seen = seen_version()

    def save(session: Session, details: CommodityDetails) -> str:
        commodity = queries.get_commodity(session, number, actor=web.current_actor(), lock=True)
        operations.edit_commodity(
            session, commodity, details, actor=web.current_actor(), at=clock.now(), expected_revision=seen
        )
        return commodity.number

    def draw(form: web.Form, **more: Any) -> Response:
        with web.reading() as session:
            commodity = queries.get_commodity(session, number, actor=web.current_actor())
        return _draw_form(form, commodity=commodity, **{"version": seen, **more})

    return _save(_sent_form(), save, draw)


@blueprint.post("/<number>/active")
@web.staff(*EDITORS)
def set_active(number: str) -> Response:
    seen, active = seen_version(), request.form.get("active") == "true"
    try:
        with web.writing() as session:
            commodity = queries.get_commodity(session, number, actor=web.current_actor(), lock=True)
            operations.set_commodity_active(
                session, commodity, active, actor=web.current_actor(), at=clock.now(), expected_revision=seen
            )
    except Stale as stale:
        return _draw_record(number, status=409, stale=stale)
    web.notify(_("Saved."))
    return web.go_to(f"/commodities/{number}")


def _draw_record(number: str, *, status: int = 200, stale: Stale | None = None) -> Response:
    actor = web.current_actor()
    with web.reading() as session:
        commodity = queries.get_commodity(session, number, actor=actor)
        entries = trail.entries(session, commodity.record_kind, commodity.id, limit=_MOST_TOLD)
        moments = speak(session, list(reversed(entries)))
        processes = process_words(session)
    return web.render(
        "pages/parts/commodity.html", status=status, commodity=commodity, moments=moments, stale=stale,
        may_edit=may_edit_commodities(actor), criticalities=CRITICALITY_WORDS, processes=processes,
    )  # fmt: skip


def _draw_form(
    form: web.Form, *, commodity: Commodity | None = None, status: int | None = None, **more: Any
) -> Response:
    with web.reading() as session:
        processes = process_words(session)
    return web.render(
        "pages/parts/edit_commodity.html", status=status or (200 if form.is_good else 422), form=form,
        commodity=commodity, criticalities=CRITICALITY_WORDS.items(), processes=processes.items(), **more,
    )  # fmt: skip


def _sent_form(*more: str) -> web.Form:
    """What was typed, by field."""
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in (*more, *_FIELDS)}
    typed["special_processes"] = request.form.getlist("special_processes")
    return with_unknown_refused(web.filled(typed), typed)


def _save(form: web.Form, save: Callable[[Session, CommodityDetails], str], draw: Callable[..., Response]) -> Response:
    """Save what was typed and go to the record; or draw the form again with what is wrong beside its fields."""
    if not form.is_good:
        return draw(form)
    try:
        with web.writing() as session:
            number = save(session, CommodityDetails.read(form.typed, processes=special_processes(session)))
    except BadInput as error:
        return draw(form.with_problems(error))
    except operations.NumberTaken as error:
        return draw(form.with_error("number", error.message))
    except Stale as stale:
        return _draw_stale(form, stale, draw)
    web.notify(_("Saved."))
    return web.go_to(f"/commodities/{number}")


def _draw_stale(form: web.Form, stale: Stale, draw: Callable[..., Response]) -> Response:
    """The form with what was typed, and what somebody else changed; sent again it counts as made after that change."""
    with web.reading() as session:
        told = speak(session, stale.changes)
    newest = max((entry.data.get("version", 0) for entry in stale.changes), default=0)
    merged = web.filled(_merged(form.typed, stale))
    return draw(merged, status=409, told=told, version=newest)


def _merged(typed: Mapping[str, Any], stale: Stale) -> dict[str, Any]:
    """What was typed, where the typist left a field alone with what somebody else put there since."""
    merged = dict(typed)
    before: dict[str, Any] = {}
    for entry in stale.changes:
        for name, (old, new) in (entry.data.get("changes") or {}).items():
            if (typed.get(name) or None) == (before.setdefault(name, old) or None):
                merged[name] = new or ""
    return merged


def _find_commodities(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    found = queries.list_commodities(session, actor=actor, filters=CommodityFilters(text.strip()), size=limit)
    return [web.Hit(str(line.name), f"/commodities/{line.number}", "", line.number) for line in found.rows]


web.register_provider(web.Provider("commodities", _("Commodities"), _find_commodities))
