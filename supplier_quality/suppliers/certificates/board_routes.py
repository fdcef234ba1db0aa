"""Certificates of all suppliers: the board by the day they end, and the month as a calendar."""

from datetime import date
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
from supplier_quality.suppliers.certificates import queries
from supplier_quality.suppliers.certificates.board import read_month
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import CertificateFilters
from supplier_quality.suppliers.certificates.standards import standards
from supplier_quality.suppliers.certificates.tab import show_lines
from supplier_quality.suppliers.wording import TONES

blueprint = Blueprint("certificate_board", __name__, url_prefix="/certificates")

COLUMNS = (
    web.Column("valid_to", _("Valid to"), sortable=True),
    web.Column("left", _("Days left"), numeric=True),
    web.Column("supplier", _("Supplier"), fixed=True),
    web.Column("site", _("Site")),
    web.Column("standard", _("Standard")),
    web.Column("state", _("State")),
    web.Column("number", _("Number"), shown=False),
    web.Column("certificate_no", _("Certificate number"), shown=False),
    web.Column("body", _("Certification body"), shown=False),
    web.Column("owner", _("Owner")),
)
LIST = "certificates"
ME = "me"
ENDED = "0"
WITHIN: tuple[tuple[str, Words], ...] = (
    (ENDED, _("has ended")),
    ("7", _("within 7 days")),
    ("30", _("within 30 days")),
    ("60", _("within 60 days")),
    ("90", _("within 90 days")),
    ("180", _("within 180 days")),
)
FIRST_YEAR, LAST_YEAR = 2000, 2099

web.register_list(LIST, _("Certificates"), "/certificates")


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        first = web.first_path(session, LIST, actor=actor) if not request.args else None
        if first is not None:
            return web.go_to(first)
        _row, process = active_process(session, Certificate.workflow)
        table = _table(session, process)
        views = web.read_table_views(session, LIST, table, actor=actor)
        today = day_in_plant(session, at)
        filters = _filters(table, today, actor)
        page = queries.list_certificates(
            session, actor=actor, filters=filters, descending=table.descending, cursor=table.cursor, size=table.size
        )
        counted = queries.count_certificates(session, actor=actor, filters=filters)
        shown = show_lines(session, page.rows, today=today)
        ends = queries.count_ends(session, tuple(map(_days_of, dict(WITHIN))), actor=actor, today=today)
    return web.render(
        "pages/certificates/board.html",
        table=table,
        page=page,
        shown=shown,
        counted=counted,
        tones=TONES,
        at=at,
        views=views,
        summary=[(value, words, ends[_days_of(value)]) for value, words in WITHIN],
    )


@blueprint.get("/calendar")
@web.staff()
def calendar() -> Response:
    """One month of ends; ``month`` is year-month, ``owner`` narrows it to the suppliers of one of our people."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        today = day_in_plant(session, at)
        owners = supplier_queries.possible_owners(session)
        owner = request.args.get("owner", "")
        owner_id = next((id_ for id_, _name in owners if str(id_) == owner), None)
        month = read_month(session, _month(today), actor=actor, owner_id=owner_id, today=today)
    return web.render(
        "pages/certificates/calendar.html", month=month, today=today, owners=owners, owner_id=owner_id, tones=TONES
    )


def _month(today: date) -> date:
    """The first day of the month asked for, of this one when none can be read."""
    year, _dash, number = request.args.get("month", "").partition("-")
    good = year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) <= 2
    if good and FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(number) <= 12:
        return date(int(year), int(number), 1)
    return today.replace(day=1)


def _table(session: Session, process: Process) -> web.Table:
    owners = supplier_queries.possible_owners(session)
    return web.read_table(
        request.args, id="certificates", path="/certificates", columns=COLUMNS, first_sort="valid_to", orderable=True,
        keep=(web.VIEW_PARAMETER,),
        filters=(
            web.Filter("within", _("Ends"), WITHIN),
            web.Filter("standard", _("Standard"), tuple((name, name) for name in standards())),
            web.Filter("state", _("State"), tuple((name, state.label) for name, state in process.states.items())),
            web.Filter("owner", _("Owner"), ((ME, _("me")), *((str(id_), name) for id_, name in owners))),
            web.Filter("site", _("Site")),
        ),
    )  # fmt: skip


def _filters(table: web.Table, today: date, actor: Actor) -> CertificateFilters:
    chosen: dict[str, Any] = dict(table.chosen)
    within = chosen.get("within")
    owner = str(actor.person_id or 0) if chosen.get("owner") == ME else chosen.get("owner")
    return CertificateFilters(
        search=table.search,
        states=(chosen["state"],) if chosen.get("state") else (),
        standard=chosen.get("standard"),
        site=chosen.get("site", ""),
        owner_id=int(owner) if owner else None,
        ends_by=queries.ends_within(_days_of(within), today=today) if within else None,
    )


def _days_of(within: str) -> int:
    """The days of a choice of the filter; what has ended did so yesterday at the latest."""
    return -1 if within == ENDED else int(within)
