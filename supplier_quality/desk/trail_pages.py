"""The trail: what happened to every record, in words, and its proof."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request, send_from_directory, stream_with_context

from supplier_quality import clock, trail, web
from supplier_quality.desk import background, heads
from supplier_quality.desk.exports import csv_lines
from supplier_quality.desk.forms import RecordForm
from supplier_quality.desk.trail_queries import TrailFilters, all_entries, page_of_trail, sealing
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.errors import NotFound
from supplier_quality.identity.enums import TRAIL_READERS
from supplier_quality.language import _
from supplier_quality.mail.values import thaw
from supplier_quality.web.forms import refuse
from supplier_quality.web.records import path_of, record_kind, registered_kinds
from supplier_quality.web.wording import speak

blueprint = Blueprint("trail", __name__, url_prefix="/trail")

READERS = TRAIL_READERS
SIZE = 50
MOST_EXPORTED = 100_000


@blueprint.get("")
@web.staff(*READERS)
def show() -> Response:
    filters, sent = read_filters()
    cursor, zone = request.args.get("at") or None, web.settings().timezone
    with web.reading() as session:
        page = page_of_trail(session, filters, zone=zone, cursor=cursor, size=SIZE)
        spoken = speak(session, page.rows)
        state = sealing(session)
    return web.render(
        "pages/desk/trail.html",
        entries=spoken,
        page=page,
        filters=filters,
        sent=sent,
        address=lambda **changes: _address(sent, **changes),
        kinds=registered_kinds(),
        sealing=state,
        noun=lambda kind: record_kind(kind).noun,
        path_of=path_of,
    )


def read_filters() -> tuple[TrailFilters, dict[str, str]]:
    """The filters in the address, and how they stand in its fields; what cannot be read is left out."""
    names = ("record", "person", "action", "kind", "record_id", "since", "until")
    sent = {name: text for name in names if (text := request.args.get(name, "").strip()[:100])}
    filters = TrailFilters(
        record=sent.get("record", ""),
        person=sent.get("person", ""),
        action=sent.get("action", ""),
        kind=sent.get("kind", ""),
        record_id=request.args.get("record_id", type=int),
        since=_day(sent.get("since")),
        until=_day(sent.get("until")),
    )
    return filters, sent


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _address(sent: dict[str, str], **changes: Any) -> str:
    query = {name: value for name, value in {**sent, **changes}.items() if value}
    return f"/trail?{urlencode(query)}" if query else "/trail"


@blueprint.get("/export")
@web.staff(*READERS)
def export() -> Response:
    """The filtered entries as CSV, newest first."""
    filters, _sent = read_filters()
    header = (
        "at",
        "record_kind",
        "record",
        "seq",
        "who",
        "via",
        "action",
        "sentence",
        "from",
        "to",
        "definition",
        "hash",
    )
    response = Response(stream_with_context(csv_lines(header, _rows(filters))), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="trail-{clock.now():%Y-%m-%d}.csv"'
    return response


def _rows(filters: TrailFilters) -> Iterator[tuple[object, ...]]:
    with web.reading() as session:
        for chunk in all_entries(session, filters, zone=web.settings().timezone, limit=MOST_EXPORTED):
            for told in speak(session, chunk):
                entry = told.entry
                yield (
                    entry.at.isoformat(timespec="seconds"),
                    entry.record.kind,
                    entry.record.label or entry.record.id,
                    entry.seq,
                    entry.actor.label,
                    entry.actor.via,
                    entry.action,
                    told.sentence,
                    entry.from_state,
                    entry.to_state,
                    entry.definition,
                    entry.hash,
                )


@blueprint.get("/proof")
@web.staff(*READERS)
def proof() -> Response:
    """What was sealed, published and proven."""
    with web.reading() as session:
        state = sealing(session)
        runs = background.list_runs(session, background.VERIFY_TRAIL)
    return web.render(
        "pages/desk/proof.html",
        sealing=state,
        files=heads.list_files(web.settings()),
        folder=heads.folder_of(web.settings()),
        runs=runs,
        waiting=any(run.finished_at is None for run in runs),
        thaw=thaw,
        noun=lambda kind: record_kind(kind).noun,
        crumbs=[("/trail", _("Trail"))],
    )


@blueprint.post("/proof")
@web.staff(*READERS)
def prove_everything() -> Response:
    with web.writing() as session:
        background.ask_to_verify_trail(session, actor=web.current_actor(), at=clock.now())
    web.notify(_("A worker checks every entry now. The result will stand on this page."))
    return web.go_to("/trail/proof")


@blueprint.get("/proof/<int:run_id>")
@web.staff(*READERS)
def show_proof(run_id: int) -> Response:
    """The whole report of one check."""
    with web.reading() as session:
        run = background.get_run(session, run_id, kind=background.VERIFY_TRAIL)
    return web.render(
        "pages/desk/proof_report.html",
        run=run,
        result=run.result,
        thaw=thaw,
        noun=lambda kind: record_kind(kind).noun,
        crumbs=[("/trail", _("Trail")), ("/trail/proof", _("Proof"))],
    )


@blueprint.get("/record")
@web.staff(*READERS)
def prove_record() -> Response:
    """One record's chain, checked now: its entries, its seals, and what the record says of itself."""
    form = web.parse(RecordForm, request.args)
    refuse(form)
    record = (form.values["kind"], form.values["id"])
    with web.reading() as session:
        report = verify_trail(session, record=record, published=heads.read_heads(web.settings()))
        entries = trail.entries(session, *record, limit=1)
    label = entries[0].record.label if entries else f"{record[0]} {record[1]}"
    return web.render(
        "pages/desk/record_proof.html",
        checked=report,
        record=record,
        label=label,
        path=path_of(*record, label) if entries else None,
        noun=record_kind(record[0]).noun,
        entries_path=f"/trail?kind={record[0]}&record_id={record[1]}",
        crumbs=[("/trail", _("Trail"))],
    )


@blueprint.get("/heads/<name>")
@web.staff(*READERS)
def download_heads(name: str) -> Response:
    """One file of published heads, to be kept in another place."""
    if name not in {file.name for file in heads.list_files(web.settings())}:
        raise NotFound(_("There is no such file of published heads."))
    return send_from_directory(
        heads.folder_of(web.settings()), name, as_attachment=True, mimetype="application/jsonl", max_age=0
    )
