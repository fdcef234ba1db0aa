"""The overview of development: which suppliers stand below their minimum or are behind their plan, as a page and as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.definitions import State
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import active_process, process_of
from supplier_quality.language import Words, _, listed
from supplier_quality.suppliers import exporting
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.development.enums import ALL, BEHIND, BELOW, OPEN_PLANS
from supplier_quality.suppliers.development.ladder import Ladder, Level
from supplier_quality.suppliers.development.models import DevelopmentPlan
from supplier_quality.suppliers.development.overview import (
    Overview,
    OverviewFilters,
    Row,
    read_overview,
)
from supplier_quality.suppliers.development.queries import ladder_in_force
from supplier_quality.suppliers.wording import TONES

blueprint = Blueprint("development_overview", __name__, url_prefix="/development")

COLUMNS = (
    web.Column("name", _("Supplier"), sortable=True, fixed=True),
    web.Column("level", _("Today's level"), sortable=True),
    web.Column("minimum", _("Minimum")),
    web.Column("target", _("Target")),
    web.Column("site", _("Site that counts")),
    web.Column("lacking", _("What is missing"), shown=False),
    web.Column("plan", _("Plan")),
    web.Column("next_due", _("Next milestone")),
    web.Column("owner", _("Owner")),
)
_HEADER = (
    _("Supplier number"), _("Supplier"), _("Today's level"), _("Minimum"), _("Meets the minimum level"), _("Target"),
    _("Site that counts"), _("What is missing"), _("Plan"), _("State"), _("Next milestone"), _("Overdue milestones"),
    _("Owner"),
)  # fmt: skip
NONE = "none"


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    with web.reading() as session:
        table, found = _read(session)
        page = found.page(table.cursor, table.size)
        states = {row.plan.number: _state(session, row) for row in page.rows if row.plan}
    return web.render(
        "pages/development/overview.html", table=table, page=page, found=found, states=states, tones=TONES,
        query=_query(table),
    )  # fmt: skip


@blueprint.get("/export.<any('csv','xlsx'):kind>")
@web.staff()
def export(kind: str) -> Response:
    """All suppliers that fit the same filters."""
    with web.reading() as session:
        _table, found = _read(session)
        rows = _lines(session, found)
        if kind == "csv":
            content: str | bytes = "".join(exporting.csv_lines(_HEADER, rows))
        else:
            content = exporting.workbook(str(_("Supplier development")), _HEADER, rows)
    response = Response(content, content_type=exporting.CSV if kind == "csv" else exporting.XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=supplier-development.{kind}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _read(session: Session) -> tuple[web.Table, Overview]:
    ladder = ladder_in_force(session)
    table = _table(session, ladder)
    chosen: dict[str, Any] = dict(table.chosen)
    filters = OverviewFilters(
        show=chosen.get("show"),
        search=table.search,
        level=chosen.get("level"),
        owner_id=int(chosen["owner"]) if chosen.get("owner") else None,
        plan=chosen.get("plan"),
    )
    found = read_overview(
        session, actor=web.current_actor(), filters=filters, today=day_in_plant(session, clock.now()),
        by_level=table.sort == "level", descending=table.descending,
    )  # fmt: skip
    return table, found


def _table(session: Session, ladder: Ladder) -> web.Table:
    owners = supplier_queries.possible_owners(session)
    _row, process = active_process(session, DevelopmentPlan.workflow)
    levels: list[tuple[str, Words | str]] = [(NONE, _("no level"))]
    plans: list[tuple[str, Words | str]] = [(NONE, _("without a plan"))]
    return web.read_table(
        request.args, id="development", path="/development", columns=COLUMNS, first_sort="name",
        filters=(
            web.Filter("show", _("Show"), (
                (BELOW, _("below the minimum")), (BEHIND, _("behind the plan")), (ALL, _("all suppliers")))),
            web.Filter("level", _("Level"), tuple(levels + [(level.id, level.label) for level in ladder.levels])),
            web.Filter("plan", _("Plan"), tuple(plans + [
                (name, state.label) for name, state in process.states.items() if name in OPEN_PLANS])),
            web.Filter("owner", _("Owner"), tuple((str(id_), name) for id_, name in owners)),
        ),
    )  # fmt: skip


def _query(table: web.Table) -> str:
    _path, _mark, query = table.address().partition("?")
    return f"?{query}" if query else ""


def _state(session: Session, row: Row) -> State | None:
    return process_of(session, row.plan.definition_id).states.get(row.plan.state) if row.plan else None


def _lines(session: Session, found: Overview) -> Iterator[Sequence[Any]]:
    for row in found.rows:
        standing, plan, state = row.standing, row.plan, _state(session, row)
        worst = standing.worst
        yield (
            row.number, row.name, _named(standing.level), _named(standing.minimum),
            _("yes") if standing.meets_minimum else _("no"), _named(standing.target), worst.site if worst else "",
            listed(reason.words for reason in worst.lacking) if worst else _("no site in use"),
            plan.number if plan else "", state.label if state else "", plan.next_due if plan else "",
            plan.overdue if plan else "", row.owner or "",
        )  # fmt: skip


def _named(level: Level | None) -> Words | str:
    return level.label if level else ""
