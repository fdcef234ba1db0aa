"""The list of suppliers, on a page and as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from supplier_quality import clock, language, web
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.store import active_process
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page
from supplier_quality.suppliers import exporting, places, queries
from supplier_quality.suppliers.certificates.queries import missing_certificates
from supplier_quality.suppliers.directed.queries import directing_customers
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import may_edit_suppliers
from supplier_quality.suppliers.queries import SupplierFilters, SupplierLine
from supplier_quality.suppliers.wording import TONES

blueprint = Blueprint("suppliers", __name__, url_prefix="/suppliers")

COLUMNS = (
    web.Column("number", _("Number"), sortable=True),
    web.Column("name", _("Name"), sortable=True, fixed=True),
    web.Column("state", _("State")),
    web.Column("deadline", _("Deadline"), sortable=True),
    web.Column("country", _("Country")),
    web.Column("owner", _("Owner")),
    web.Column("key", _("Key"), shown=False),
    web.Column("changed", _("Changed"), sortable=True),
    web.Column("duns", _("DUNS number"), shown=False),
    web.Column("licence", _("Business licence number"), shown=False),
    web.Column("valid_until", _("Approval ends on"), shown=False),
)
LIST = "suppliers"
ME = "me"
"""As owner whoever looks, so that one view serves everybody."""

LATE = "overdue"
MOST_EXPORTED = 100_000
_HEADER = {column.name: column.label for column in COLUMNS} | {
    "deadline": _("Deadline (UTC)"), "changed": _("Changed (UTC)"),
}  # fmt: skip
_EXPORTED = ("number", "name", "state", "deadline", "country", "owner", "key", "changed")
"""The columns of a file as long as nobody chose others."""

web.register_list(LIST, _("Suppliers"), "/suppliers")


def read_list(session: Session, process: Process, args: MultiDict[str, str]) -> web.Table:
    """The list as the parameters of its address say."""
    return web.read_table(
        args, id="suppliers", path="/suppliers", columns=COLUMNS, first_sort="name", orderable=True,
        keep=(web.VIEW_PARAMETER,),
        filters=(
            web.Filter("state", _("State"), tuple((name, state.label) for name, state in process.states.items())),
            web.Filter("country", _("Country"), places.country_choices()),
            web.Filter(
                "owner", _("Owner"),
                ((ME, _("me")), *((str(id_), name) for id_, name in queries.possible_owners(session))),
            ),
            web.Filter("due", _("Deadline"), ((LATE, _("Overdue")),)),
        ),
    )  # fmt: skip


def filters_of(table: web.Table, actor: Actor) -> SupplierFilters:
    """What the list is narrowed to for this person."""
    chosen = table.chosen
    owner = str(actor.person_id or 0) if chosen.get("owner") == ME else chosen.get("owner")
    return SupplierFilters(
        search=table.search,
        states=(chosen["state"],) if chosen.get("state") else (),
        countries=(chosen["country"],) if chosen.get("country") else (),
        owner_id=int(owner) if owner else None,
        overdue_at=clock.now() if chosen.get("due") == LATE else None,
    )


def sort_of(table: web.Table) -> str:
    """The sort as queries take it."""
    return ("-" if table.descending else "") + table.sort


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    actor = web.current_actor()
    with web.reading() as session:
        first = web.first_path(session, LIST, actor=actor) if not request.args else None
        if first is not None:
            return web.go_to(first)
        _row, process = active_process(session, Supplier.workflow)
        table = read_list(session, process, request.args)
        filters = filters_of(table, actor)
        page = queries.list_suppliers(
            session, actor=actor, filters=filters, sort=sort_of(table), cursor=table.cursor, size=table.size
        )
        counted = queries.count_suppliers(session, actor=actor, filters=filters)
        missing = missing_certificates(session, [line.id for line in page.rows])
        directed = directing_customers(session, [line.id for line in page.rows])
        views = web.read_table_views(session, LIST, table, actor=actor)
    return web.render(
        "pages/suppliers/list.html", table=table, page=page, counted=counted, chips=_chips(page, process),
        may_edit=may_edit_suppliers(actor), countries=dict(places.country_choices()), at=clock.now(),
        export=_export_path(table), missing=missing, views=views, directed=directed,
    )  # fmt: skip


def _chips(page: Page[SupplierLine], process: Process) -> dict[str, Markup]:
    """How the states on this page are shown; a state that the process in force does not have, by its bare name."""
    states = {name: process.states.get(name) for name in {line.state for line in page.rows}}
    return {
        name: web.status_chip(state.label, TONES.get(state.tone, "open")) if state else web.status_chip(name)
        for name, state in states.items()
    }


def _export_path(table: web.Table) -> str:
    return table.address().replace("/suppliers", "/suppliers/export.{}", 1)


@blueprint.get("/export.<any('csv','xlsx'):kind>")
@web.staff()
def export(kind: str) -> Response:
    """All rows that fit the filters, in the order of the page and with the columns chosen there; at most MOST_EXPORTED."""
    actor = web.current_actor()
    with web.reading() as session:
        _row, process = active_process(session, Supplier.workflow)
        table = read_list(session, process, request.args)
        columns = table.picked or _EXPORTED
        header = [_HEADER[name] for name in columns]
        rows = _rows(session, process, table, columns, actor)
        if kind == "csv":
            content: str | bytes = "".join(exporting.csv_lines(header, rows))
        else:
            content = exporting.workbook(str(_("Suppliers")), header, rows)
    response = Response(content, content_type=exporting.CSV if kind == "csv" else exporting.XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=suppliers.{kind}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _rows(
    session: Session, process: Process, table: web.Table, columns: Sequence[str], actor: Actor
) -> Iterator[Sequence[Any]]:
    spoken, filters, sort = language.current(), filters_of(table, actor), sort_of(table)
    cursor: str | None = None
    for _page in range(MOST_EXPORTED // 500):
        page = queries.list_suppliers(session, actor=actor, filters=filters, sort=sort, cursor=cursor, size=500)
        for line in page.rows:
            state = process.states.get(line.state)
            cells = {
                "number": line.number, "name": line.name, "state": state.label if state else line.state,
                "deadline": line.deadline, "country": places.country_name(line.country or "", spoken),
                "owner": line.owner, "key": line.source_key, "changed": line.changed_at, "duns": line.duns,
                "licence": line.business_licence, "valid_until": line.valid_until,
            }  # fmt: skip
            yield [cells[name] for name in columns]
        cursor = page.next_cursor
        if cursor is None:
            return
