"""The approved supplier list as a page and as files, and what changed in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from supplier_quality import clock, web
from supplier_quality.documents.prints import ask_print
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.store import active_process
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import Message, Words, _, joined
from supplier_quality.parts.models import name_of
from supplier_quality.parts.wording import CRITICALITY_WORDS
from supplier_quality.persistence.paging import Page
from supplier_quality.suppliers import exporting
from supplier_quality.suppliers.approved import queries
from supplier_quality.suppliers.approved.documents import PRINT, TITLE
from supplier_quality.suppliers.approved.matrix import Mark, arrange
from supplier_quality.suppliers.approved.queries import ListedLine, ListFilters
from supplier_quality.suppliers.approved.rules import day_of, end_of, start_of
from supplier_quality.suppliers.directed.queries import directing_customers
from supplier_quality.suppliers.scope.enums import ScopeState
from supplier_quality.suppliers.scope.mails import why_words
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.wording import TONES
from supplier_quality.trail import Entry
from supplier_quality.web.formatting import day
from supplier_quality.web.wording import say_actor, speak

blueprint = Blueprint("approved_suppliers", __name__, url_prefix="/approved-suppliers")

VIEWS = ("matrix", "table")
LIST = "approved"
SUPPLIERS_SHOWN = 25
MOST_EXPORTED = 200_000
MOST_CHANGES = 500
WEEK = 7
_HEADER = (
    _("Supplier number"), _("Supplier"), _("Site"), _("Commodity"), _("Name of the commodity"), _("Criticality"), _("Part"),
    _("State"), _("Since (UTC)"), _("Conditions"), _("Conditions are met by"), _("Valid to"), _("Scope"),
    _("Directed by"),
)  # fmt: skip

web.register_list(LIST, _("Approved suppliers"), "/approved-suppliers")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for. A day that cannot be used is not asked for; ``problem`` then says why."""

    view: str
    search: str
    state: str | None
    commodity: Any
    cursor: str | None
    on: date | None
    problem: Words | None
    saved: str | None = None

    @classmethod
    def read(
        cls, process: Process, commodities: Sequence[Any], today: date, args: MultiDict[str, str] | None = None
    ) -> "_Asked":
        """What cannot be used is left out, as an old link must still open."""
        args = request.args if args is None else args
        on, problem = _day("on", today, args)
        return cls(
            view=next((view for view in VIEWS if view == args.get("view")), VIEWS[0]),
            search=args.get("q", "").strip()[:200],
            state=args.get("state") if args.get("state") in process.states else None,
            commodity=next((row for row in commodities if row.number == args.get("commodity")), None),
            cursor=args.get("at") or None,
            on=on,
            problem=problem,
            saved=args.get(web.VIEW_PARAMETER),
        )

    def filters(self, zone: str) -> ListFilters:
        return ListFilters(
            search=self.search,
            state=self.state,
            commodity_id=self.commodity.id if self.commodity else None,
            before=end_of(self.on, zone) if self.on else None,
        )

    def query(self, **changes: str | None) -> str:
        """The address's parameters with changes, without those that are as they start."""
        asked = {
            "view": self.view if self.view != VIEWS[0] else None,
            "q": self.search or None,
            "state": self.state,
            "commodity": self.commodity.number if self.commodity else None,
            "on": self.on.isoformat() if self.on else None,
            web.VIEW_PARAMETER: self.saved,
            **changes,
        }
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"?{told}" if told else ""


@blueprint.get("")
@web.staff()
def show() -> Response:
    actor, at, zone = web.current_actor(), clock.now(), web.settings().timezone
    with web.reading() as session:
        first = web.first_path(session, LIST, actor=actor) if not request.args else None
        if first is not None:
            return web.go_to(first)
        _row, process = active_process(session, ScopeLine.workflow)
        commodities = queries.commodity_choices(session)
        asked = _Asked.read(process, commodities, day_of(at, zone))
        page = queries.list_approved(
            session, actor=actor, filters=asked.filters(zone), cursor=asked.cursor, size=SUPPLIERS_SHOWN
        )
        marks = _marks(session, process, page.rows)
        views = web.read_views(session, LIST, asked=asked.saved, query=asked.query(), actor=actor)
        directed = directing_customers(session, [line.view.supplier_id for line in page.rows])
    return web.render(
        "pages/approved/list.html", asked=asked, page=page, marks=marks, directed=directed, criticalities=CRITICALITY_WORDS,
        matrix=arrange(page.rows, marks, approved=ScopeState.APPROVED), states=process.states,
        commodities=[(row.number, name_of(row.name_en, row.name_zh)) for row in commodities],
        today=day_of(at, zone), views=views,
    )  # fmt: skip


@blueprint.get("/export.<any('csv','xlsx'):kind>")
@web.staff()
def export(kind: str) -> Response:
    """All lines that fit, as they stood on the day asked for; at most MOST_EXPORTED."""
    actor, zone = web.current_actor(), web.settings().timezone
    with web.reading() as session:
        _row, process = active_process(session, ScopeLine.workflow)
        asked = _Asked.read(process, queries.commodity_choices(session), day_of(clock.now(), zone))
        rows = _rows(session, process, asked.filters(zone), actor)
        if kind == "csv":
            content: str | bytes = "".join(exporting.csv_lines(_HEADER, rows))
        else:
            content = exporting.workbook(str(_("Approved suppliers")), _HEADER, rows)
    named = f"-{asked.on.isoformat()}" if asked.on else ""
    response = Response(content, content_type=exporting.CSV if kind == "csv" else exporting.XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=approved-suppliers{named}.{kind}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/print")
@web.staff()
def print_list() -> Response:
    """Let a worker print what the page shows; it is found under the printed documents."""
    actor, at, settings = web.current_actor(), clock.now(), web.settings()
    zone = settings.timezone
    with web.reading() as session:
        _row, process = active_process(session, ScopeLine.workflow)
        sent = MultiDict(parse_qsl(request.form.get("query", ""), max_num_fields=100))
        asked = _Asked.read(process, queries.commodity_choices(session), day_of(at, zone), sent)
        user = session.get(User, actor.person_id) if actor.person_id else None
    filters = asked.filters(zone)
    parameters = {
        "search": filters.search, "state": filters.state, "commodity_id": filters.commodity_id,
        "commodity": asked.commodity.number if asked.commodity else None,
        "on": asked.on.isoformat() if asked.on else None,
        "before": filters.before.isoformat() if filters.before else None,
        "address": web.absolute_url("/approved-suppliers"),
    }  # fmt: skip
    with web.writing() as session:
        run = ask_print(
            session, PRINT, title=TITLE, file_name=f"approved-suppliers-{(asked.on or day_of(at, zone)).isoformat()}.pdf",
            parameters=parameters, zone=user.time_zone if user else zone, actor=actor, at=at,
        )  # fmt: skip
        number = run.id
    return web.go_to(f"/prints/{number}")


@blueprint.get("/changes")
@web.staff()
def changes() -> Response:
    actor, at, zone = web.current_actor(), clock.now(), web.settings().timezone
    today = day_of(at, zone)
    since, problem = _day("since", today, request.args)
    since = since or today - timedelta(days=WEEK)
    with web.reading() as session:
        found = queries.changes_since(session, start_of(since, zone), actor=actor, limit=MOST_CHANGES + 1)
        _row, process = active_process(session, ScopeLine.workflow)
        told = speak(session, [change.entry for change in found[:MOST_CHANGES]])
        lines = [
            {"view": change.view, "spoken": spoken, "reason": _reason(process, change.entry)}
            for change, spoken in zip(found, told, strict=False)
        ]
    return web.render(
        "pages/approved/changes.html", lines=lines, since=since, problem=problem, today=today,
        more=len(found) > MOST_CHANGES, most=MOST_CHANGES,
    )  # fmt: skip


def _marks(session: Session, process: Process, lines: Sequence[ListedLine]) -> dict[int, Mark]:
    entries = queries.reasons_of(session, lines)
    return {line.view.id: _mark(process, line, entries.get(line.view.id)) for line in lines}


def _mark(process: Process, line: ListedLine, entry: Entry | None) -> Mark:
    state = process.states.get(line.view.state)
    label: Words = state.label if state else Message(line.view.state)
    said = [day(line.since), _reason(process, entry) if entry else "", line.view.conditions or ""]
    if entry is not None:
        said.append(str(say_actor(entry.actor)))
    return Mark(line.view, label, TONES.get(state.tone, "open") if state else "open", " · ".join(filter(None, said)))


def _reason(process: Process, entry: Entry) -> str:
    """Why a line came to stand as it does: what the product saw, and what people wrote."""
    form: Mapping[str, Any] = entry.data.get("form") or {}
    cause = str(why_words(process, form["cause"])) if form.get("cause") else ""
    words = str(form.get("reason") or form.get("comment") or "")
    return joined(text for text in (cause, words) if text)


def _rows(session: Session, process: Process, filters: ListFilters, actor: Actor) -> Iterator[Sequence[Any]]:
    cursor: str | None = None
    written = 0
    while written < MOST_EXPORTED:
        page: Page[ListedLine] = queries.list_approved(session, actor=actor, filters=filters, cursor=cursor, size=200)
        directed = directing_customers(session, [line.view.supplier_id for line in page.rows])
        for line in page.rows:
            view, state = line.view, process.states.get(line.view.state)
            yield (
                view.supplier_number, view.supplier_name, view.site, view.commodity, view.commodity_name,
                CRITICALITY_WORDS[view.criticality], view.part_number, state.label if state else view.state, line.since,
                view.conditions, view.due, view.valid_to, view.number, ", ".join(directed.get(view.supplier_id, ())),
            )  # fmt: skip
        written += len(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return


def _day(name: str, today: date, args: MultiDict[str, str]) -> tuple[date | None, Words | None]:
    """A past day of the address, or why it cannot be used. Today needs no looking back and is none."""
    given = args.get(name, "").strip()
    if not given:
        return None, None
    try:
        asked = date.fromisoformat(given)
    except ValueError:
        return None, _("Write a date as year-month-day, such as 2026-11-20.")
    if asked > today:
        return None, _("This day is still to come; choose today or a day before it.")
    return (asked if asked < today or name == "since" else None), None
