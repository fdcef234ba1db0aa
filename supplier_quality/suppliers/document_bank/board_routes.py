"""Documents of all suppliers by the day they end."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import active_process
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.document_bank import queries
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.queries import DocumentFilters
from supplier_quality.suppliers.document_bank.tab import show_lines
from supplier_quality.suppliers.document_bank.types import document_types

blueprint = Blueprint("document_board", __name__, url_prefix="/documents")

COLUMNS = (
    web.Column("valid_to", _("Valid to"), sortable=True),
    web.Column("left", _("Days left"), numeric=True),
    web.Column("supplier", _("Supplier"), fixed=True),
    web.Column("document", _("Document")),
    web.Column("state", _("State")),
    web.Column("site", _("Site"), shown=False),
    web.Column("reference", _("Number or title"), shown=False),
    web.Column("year", _("Reporting year"), numeric=True, shown=False),
    web.Column("number", _("Number"), shown=False),
    web.Column("owner", _("Owner")),
)
ENDED = "0"
WITHIN: tuple[tuple[str, Words], ...] = (
    (ENDED, _("has ended")),
    ("7", _("within 7 days")),
    ("30", _("within 30 days")),
    ("60", _("within 60 days")),
    ("90", _("within 90 days")),
    ("180", _("within 180 days")),
)


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        _row, process = active_process(session, SupplierDocument.workflow)
        table = _table(session, process, actor)
        today = day_in_plant(session, at)
        chosen: dict[str, Any] = dict(table.chosen)
        within = chosen.get("within")
        filters = DocumentFilters(
            search=table.search,
            states=(chosen["state"],) if chosen.get("state") else (),
            type=chosen.get("type"),
            owner_id=int(chosen["owner"]) if chosen.get("owner") else None,
            ends_by=today + timedelta(days=_days_of(within)) if within else None,
        )
        page = queries.list_documents(
            session, actor=actor, filters=filters, descending=table.descending, cursor=table.cursor, size=table.size
        )
        counted = queries.count_documents(session, actor=actor, filters=filters)
        shown = show_lines(session, page.rows, today=today)
        ends = queries.count_ends(session, tuple(_days_of(value) for value, _word in WITHIN), actor=actor, today=today)
    return web.render(
        "pages/documents/board.html", table=table, page=page, shown=shown, counted=counted,
        summary=[(value, words, ends[_days_of(value)]) for value, words in WITHIN],
    )  # fmt: skip


def _table(session: Session, process: Process, actor: Actor) -> web.Table:
    owners = supplier_queries.possible_owners(session)
    types = [each for each in document_types(session).values() if each.may_be_seen_by(actor)]
    return web.read_table(
        request.args, id="documents", path="/documents", columns=COLUMNS, first_sort="valid_to",
        filters=(
            web.Filter("within", _("Ends"), WITHIN),
            web.Filter("type", _("Document"), tuple((each.id, each.name) for each in types)),
            web.Filter("state", _("State"), tuple((name, state.label) for name, state in process.states.items())),
            web.Filter("owner", _("Owner"), tuple((str(id_), name) for id_, name in owners)),
        ),
    )  # fmt: skip


def _days_of(within: str) -> int:
    """The days of a choice of the filter; what has ended did so yesterday at the latest."""
    return -1 if within == ENDED else int(within)
