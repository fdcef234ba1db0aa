"""Questionnaires of all suppliers: where each stands, by when we need the answers, what they gave."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import active_process, process_of
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.questionnaires import queries
from supplier_quality.suppliers.questionnaires.enums import OPEN, WITH_SUPPLIER
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.queries import SOON_DAYS, QuestionnaireFilters

blueprint = Blueprint("questionnaire_list", __name__, url_prefix="/questionnaires")

COLUMNS = (
    web.Column("due", _("Answer by"), sortable=True),
    web.Column("supplier", _("Supplier"), sortable=True, fixed=True),
    web.Column("title", _("Questionnaire")),
    web.Column("state", _("State")),
    web.Column("score", _("Score (%)"), sortable=True, numeric=True),
    web.Column("knock_outs", _("Knock-outs"), numeric=True),
    web.Column("round", _("Rounds"), numeric=True, shown=False),
    web.Column("accepted", _("Accepted"), sortable=True, shown=False),
    web.Column("number", _("Number"), sortable=True, shown=False),
    web.Column("owner", _("Owner")),
)
LIST = "questionnaires"
ME = "me"
SEVERAL: tuple[tuple[str, Words, tuple[str, ...]], ...] = (
    ("open", _("still open"), OPEN),
    ("supplier", _("with the supplier or sent back"), WITH_SUPPLIER),
)
"""Choices of the filter that stand for several states."""

LATE = "late"
DUE: tuple[tuple[str, Words], ...] = (
    (LATE, _("Overdue")),
    (str(SOON_DAYS), _("within 7 days")),
    ("30", _("within 30 days")),
)
KNOCKED_OUT = "knock-out"
RESULTS: tuple[tuple[str, Words], ...] = (
    (KNOCKED_OUT, _("with a knock-out answer")),
    ("60", _("below 60 %")),
    ("80", _("below 80 %")),
)

web.register_list(LIST, _("Questionnaires"), "/questionnaires")


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        first = web.first_path(session, LIST, actor=actor) if not request.args else None
        if first is not None:
            return web.go_to(first)
        _row, process = active_process(session, Questionnaire.workflow)
        table = _table(session, process)
        views = web.read_table_views(session, LIST, table, actor=actor)
        today = day_in_plant(session, at)
        filters = _filters(table, today, actor)
        page = queries.list_questionnaires(
            session, actor=actor, filters=filters, sort=("-" if table.descending else "") + table.sort,
            cursor=table.cursor, size=table.size,
        )  # fmt: skip
        counted = queries.count_questionnaires(session, actor=actor, filters=filters)
        states = {line.id: process_of(session, line.definition_id).states[line.state] for line in page.rows}
        waiting = queries.count_waiting(session, actor=actor, today=today)
    return web.render(
        "pages/questionnaires/list.html", table=table, page=page, counted=counted, states=states, waiting=waiting,
        views=views, today=today, soon=today + timedelta(days=SOON_DAYS),
    )  # fmt: skip


def _table(session: Session, process: Process) -> web.Table:
    owners = supplier_queries.possible_owners(session)
    states = tuple((name, state.label) for name, state in process.states.items())
    return web.read_table(
        request.args, id="questionnaires", path="/questionnaires", columns=COLUMNS, first_sort="due", orderable=True,
        keep=(web.VIEW_PARAMETER,),
        filters=(
            web.Filter("state", _("State"), (*((name, words) for name, words, _all in SEVERAL), *states)),
            web.Filter("due", _("Answer by"), DUE),
            web.Filter("name", _("Questionnaire"), queries.asked_so_far(session)),
            web.Filter("result", _("Result"), RESULTS),
            web.Filter("owner", _("Owner"), ((ME, _("me")), *((str(id_), name) for id_, name in owners))),
        ),
    )  # fmt: skip


def _filters(table: web.Table, today: date, actor: Actor) -> QuestionnaireFilters:
    chosen: dict[str, Any] = dict(table.chosen)
    state, result = chosen.get("state"), chosen.get("result")
    several = {name: states for name, _words, states in SEVERAL}
    owner = str(actor.person_id or 0) if chosen.get("owner") == ME else chosen.get("owner")
    return QuestionnaireFilters(
        search=table.search,
        states=several.get(state, (state,)) if state else (),
        name=chosen.get("name"),
        owner_id=int(owner) if owner else None,
        due_by=today + timedelta(days=_days_of(chosen["due"])) if chosen.get("due") else None,
        knocked_out=result == KNOCKED_OUT,
        below=int(result) if result and result != KNOCKED_OUT else None,
    )


def _days_of(due: str) -> int:
    """The days of a choice of the filter; what is overdue was due yesterday at the latest."""
    return -1 if due == LATE else int(due)
