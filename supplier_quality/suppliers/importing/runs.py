"""Imports through the pages: the file is kept, its columns are confirmed, a worker checks it and then stores it.

Reading and checking take no writing session; the one in which everything is stored opens when nothing is left to refuse.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.documents import StoredFile, attach_file, attachments_of, detach_file, file_store
from supplier_quality.errors import BadInput, Conflict, NotFound, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import Message, _
from supplier_quality.mail import Recipient, queue_mail
from supplier_quality.mail.values import freeze, thaw
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.sheets.reading import Sheet
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.enums import ImportStage
from supplier_quality.suppliers.importing.comparing import compare
from supplier_quality.suppliers.importing.fields import FIELDS, NUMBER, MatchBy
from supplier_quality.suppliers.importing.files import owners_by_address, read_drafts
from supplier_quality.suppliers.importing.folding import Drafts
from supplier_quality.suppliers.importing.guessing import guess_columns
from supplier_quality.suppliers.importing.lines import lines_of
from supplier_quality.suppliers.importing.mapping import CONSTANT, EMPTY, MATCH, ColumnMap, column_names, make_map
from supplier_quality.suppliers.importing.remembering import find_mapping, header_key, remember_mapping
from supplier_quality.suppliers.importing.report import ImportReport
from supplier_quality.suppliers.importing.storing import preview_plan, store_plan
from supplier_quality.suppliers.importing.warning import warnings_of
from supplier_quality.suppliers.likeness.finding import compare_waiting
from supplier_quality.suppliers.models import ImportLine, ImportProblem, ImportRun
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.trail import RecordRef

IMPORT = "suppliers.import"
RECORD_KIND = "supplier_import"
_CHUNK = 5_000
_AT_ONCE = 100
KEEP_OPEN = timedelta(days=14)
"""How long a file waits for somebody to go on with it."""

KEEP_REPORTS = timedelta(days=400)
"""How long the report of an import can be downloaded row by row; what changed stays in the trail of each supplier."""

COMPARED_AT_ONCE = 1_000
"""So many suppliers of a file are compared with all others right after the import."""

_OPEN = (ImportStage.MAPPING, ImportStage.CHECKED, ImportStage.REFUSED, ImportStage.FAILED)


class ImportNotFound(NotFound):
    """There is no such import."""

    code = "import_not_found"


class ImportMovedOn(Conflict):
    """The import is not where the page shows it: it runs, or somebody decided already."""

    code = "import_moved_on"

    def __init__(self) -> None:
        super().__init__(_("This import has moved on meanwhile. Look at the page again."))


def begin_import(
    session: Session,
    stored: StoredFile,
    head: Sheet,
    where: Where,
    *,
    encoding: str | None = None,
    actor: Actor,
    at: datetime,
) -> ImportRun:
    """Keep an uploaded file with a proposal of what its columns are. Raises MayNotEditSuppliers."""
    check_may_edit_suppliers(actor)

    run = ImportRun(
        file_name=stored.name[:200],
        file_hash=stored.sha256,
        encoding=encoding,
        mapping={},
        stage=ImportStage.MAPPING,
        started_by=actor.id,
        started_by_name=actor.label[:200],
        person_id=actor.person_id,
        started_at=at,
        changed_at=at,
    )
    _propose(session, run, head, where, use_remembered=True)
    session.add(run)
    session.flush()
    attach_file(session, stored, record=record_of(run), slot="file", actor=actor, at=at)
    return run


def place_table(
    session: Session,
    run: ImportRun,
    head: Sheet,
    where: Where,
    *,
    encoding: str | None,
    use_remembered: bool = True,
    actor: Actor,
    at: datetime,
) -> ImportRun:
    """Say where in the file the table stands; its columns are proposed anew. Raises ImportMovedOn."""
    check_may_edit_suppliers(actor)
    _lock(session, run, _OPEN)

    run.encoding = encoding
    _propose(session, run, head, where, use_remembered=use_remembered)
    run.stage, run.changed_at = ImportStage.MAPPING, at
    run.report, run.error, run.ended_at, run.seen_at = None, None, None, None
    _forget_findings(session, run)
    return run


def _propose(session: Session, run: ImportRun, head: Sheet, where: Where, *, use_remembered: bool) -> None:
    run.place, run.header_key = where.as_json(), header_key(head.header)
    remembered = find_mapping(session, run.header_key) if use_remembered else None
    run.mapping_id = remembered.id if remembered else None
    run.mapping = dict(remembered.mapping) if remembered else propose_map(head)


def propose_map(head: Sheet) -> dict[str, Any]:
    """The map that the guesses make, as it is stored; it may lack what is required."""
    names = column_names(head.header)
    columns = {guess.field: names[place] for place, guess in guess_columns(head).items() if guess.field}
    return {**columns, **({MATCH: MatchBy.NUMBER.value} if NUMBER in columns else {})}


def ask_to_check(session: Session, run: ImportRun, mapping: ColumnMap, *, actor: Actor, at: datetime) -> ImportRun:
    """Let a worker check the file with this map and say what an import would do. Raises ImportMovedOn."""
    check_may_edit_suppliers(actor)
    _lock(session, run, _OPEN)

    run.mapping = mapping.as_json()
    _move(session, run, ImportStage.CHECKING, at=at)
    return run


def ask_to_store(session: Session, run: ImportRun, *, actor: Actor, at: datetime) -> ImportRun:
    """Let a worker store what was checked. Raises ImportMovedOn when it was not checked or does so already."""
    check_may_edit_suppliers(actor)
    _lock(session, run, (ImportStage.CHECKED,))

    # Whoever decides is whom the trail names.
    run.started_by, run.started_by_name, run.person_id = actor.id, actor.label[:200], actor.person_id
    _move(session, run, ImportStage.STORING, at=at)
    return run


def discard_import(session: Session, run: ImportRun, *, actor: Actor, at: datetime) -> ImportRun:
    """Give an import up; nothing of it was stored. Raises ImportMovedOn."""
    check_may_edit_suppliers(actor)
    _lock(session, run, _OPEN)

    _let_go(session, run, ImportStage.DISCARDED, at=at)
    run.seen_at = at
    return run


def _let_go(session: Session, run: ImportRun, stage: ImportStage, *, at: datetime) -> None:
    """End an import of which nothing was stored; its file goes, and what was found in it."""
    run.stage, run.changed_at, run.ended_at = stage, at, at
    _forget_findings(session, run)
    for file in attachments_of(session, record_kind=RECORD_KIND, record_id=run.id):
        detach_file(session, file.id, at=at)


def expire_imports(session: Session, *, at: datetime) -> int:
    """End imports that nobody went on with, and drop the rows of old reports; how many ended."""
    query = select(ImportRun).where(ImportRun.stage.in_(_OPEN), ImportRun.changed_at < at - KEEP_OPEN)
    left = session.scalars(query.limit(_AT_ONCE).with_for_update()).all()
    for run in left:
        _let_go(session, run, ImportStage.EXPIRED, at=at)
    old = select(ImportLine.run_id).join(ImportRun, ImportRun.id == ImportLine.run_id)
    old = old.where(ImportRun.ended_at < at - KEEP_REPORTS).distinct().limit(_AT_ONCE)
    ids = session.scalars(old).all()
    for model in (ImportLine, ImportProblem):
        session.execute(delete(model).where(model.run_id.in_(ids)))
    return len(left)


def mark_seen(session: Session, run: ImportRun, *, actor: Actor, at: datetime) -> None:
    """The result was read by the person it waits for; it leaves their My work. Others may look without consequence."""
    if run.seen_at is None and run.person_id == actor.person_id:
        run.seen_at = at


def get_run(session: Session, run_id: int) -> ImportRun:
    """One import. Raises ImportNotFound."""
    run = session.get(ImportRun, run_id)
    if run is None:
        raise ImportNotFound(_("There is no such import."))
    return run


def list_runs(session: Session, *, limit: int = 20) -> Sequence[ImportRun]:
    """The latest imports, newest first."""
    return session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)).all()


def unseen_runs(session: Session, person_id: int, *, limit: int = 50) -> Sequence[ImportRun]:
    """Imports of one person that wait for them, or whose result they have not read."""
    query = select(ImportRun).where(ImportRun.person_id == person_id, ImportRun.seen_at.is_(None))
    return session.scalars(query.order_by(ImportRun.id.desc()).limit(limit)).all()


def problems_of(session: Session, run: ImportRun, *, cursor: str | None = None, size: int = 100) -> Page[Problem]:
    """What is wrong with the file, in the order of its rows."""
    columns = (
        ImportProblem.problem,
        ImportProblem.remedy,
        ImportProblem.row,
        ImportProblem.column,
        ImportProblem.value,
    )
    query = select(*columns).where(ImportProblem.run_id == run.id)
    return keyset_page(session, query, keys=[SortKey(ImportProblem.place)], cursor=cursor, size=size, row=_problem)


def lines_of_run(
    session: Session, run: ImportRun, *, outcome: str | None = None, cursor: str | None = None, size: int = 50
) -> Page[ImportLine]:
    """What the import does with each row, in their order, or only with those of one outcome. Raises BadCursor."""
    query = select(ImportLine).where(ImportLine.run_id == run.id)
    if outcome:
        query = query.where(ImportLine.outcome == outcome)
    return keyset_page(session, query, keys=[SortKey(ImportLine.place)], cursor=cursor, size=size)


def count_outcomes(session: Session, run: ImportRun) -> dict[str, int]:
    """How many rows there are of each outcome."""
    query = (
        select(ImportLine.outcome, func.count().label("rows"))
        .where(ImportLine.run_id == run.id)
        .group_by(ImportLine.outcome)
    )
    return {row.outcome: row.rows for row in session.execute(query)}


def problems_by_row(session: Session, run: ImportRun, rows: Sequence[int]) -> dict[int, list[Problem]]:
    """What is wrong with these rows, by the line of the file."""
    columns = (
        ImportProblem.problem,
        ImportProblem.remedy,
        ImportProblem.row,
        ImportProblem.column,
        ImportProblem.value,
    )
    query = select(*columns).where(ImportProblem.run_id == run.id, ImportProblem.row.in_(rows))
    found: dict[int, list[Problem]] = {}
    for each in session.execute(query.order_by(ImportProblem.place)):
        problem = _problem(*each)
        found.setdefault(problem.row or 0, []).append(problem)
    return found


def _problem(problem: Any, remedy: Any, row: int | None, column: str | None, value: str | None) -> Problem:
    return Problem(thaw(problem), thaw(remedy) if remedy else None, row=row, column=column, value=value)


def record_of(run: ImportRun) -> RecordRef:
    """How files and effects name the import."""
    return RecordRef(RECORD_KIND, run.id, run.file_name)


def map_of(run: ImportRun) -> ColumnMap:
    """The map in force, also one that is only a proposal and may miss fields."""
    given = run.mapping
    columns = {name: column for name, column in given.items() if name in FIELDS}
    match = MatchBy(given.get(MATCH, MatchBy.KEY))
    return ColumnMap(columns, frozenset(given.get(EMPTY, ())), given.get(CONSTANT, {}), match)


def where_of(run: ImportRun) -> Where:
    """Where in its file the table stands."""
    return Where.from_json(run.place)


def check_open(run: ImportRun) -> None:
    """Before its file is looked into, which may be gone otherwise. Raises ImportMovedOn."""
    if run.stage not in _OPEN:
        raise ImportMovedOn


def _lock(session: Session, run: ImportRun, stages: Sequence[ImportStage]) -> None:
    session.refresh(run, with_for_update=True)
    if run.stage not in stages:
        raise ImportMovedOn


def _move(session: Session, run: ImportRun, stage: ImportStage, *, at: datetime) -> None:
    run.stage, run.changed_at, run.report, run.error, run.ended_at, run.seen_at = stage, at, None, None, None, None
    _forget_findings(session, run)
    outbox.queue(session, kind=IMPORT, payload={"run": run.id, "stage": str(stage)}, at=at, record=record_of(run))


def _forget_findings(session: Session, run: ImportRun) -> None:
    run.problems = 0
    session.execute(delete(ImportProblem).where(ImportProblem.run_id == run.id))
    session.execute(delete(ImportLine).where(ImportLine.run_id == run.id))


def run_import(delivery: Delivery) -> None:
    """Check or store the file of an import. Repeated after a crash it does nothing twice: the stage says what is left."""
    with delivery.database.read() as session:
        run = session.get(ImportRun, delivery.row.payload["run"])
        if run is None or run.stage != delivery.row.payload["stage"]:
            return
        owners = owners_by_address(session)
    try:
        drafts = read_drafts(
            file_store(delivery.settings).path_of(run.file_hash),
            make_map(run.mapping),
            owners=owners,
            name=run.file_name,
            encoding=run.encoding,
            where=where_of(run),
        )
    except BadInput as error:
        _finish(delivery, run.stage, ImportStage.FAILED, problems=error.details, error=error.message)
        return
    _note_rows(delivery, run.stage, len(drafts.checked.sheet.rows))
    with delivery.database.read() as session:
        plan = compare(session, drafts)
        report = preview_plan(plan)
        checking = run.stage == ImportStage.CHECKING
        warnings = warnings_of(session, plan) if checking and not report.is_refused else []
        lines = list(lines_of(session, plan)) if checking or report.is_refused else []
    _write_lines(delivery, run.stage, lines)
    if report.is_refused:
        _finish(delivery, run.stage, ImportStage.REFUSED, report=report, problems=report.rejected)
    elif run.stage == ImportStage.CHECKING:
        _finish(delivery, run.stage, ImportStage.CHECKED, report=report, warnings=warnings)
    else:
        _store(delivery, drafts)
        # The rest of a very long list is compared by the job of suppliers.
        compare_waiting(delivery.database, at=delivery.at, most=COMPARED_AT_ONCE)


def _store(delivery: Delivery, drafts: Drafts) -> None:
    with delivery.fenced_write() as session:
        run = _still(session, delivery, ImportStage.STORING)
        if run is None:
            return
        actor = Actor(kind="user", id=run.started_by, label=run.started_by_name, person_id=run.person_id, via="web")
        plan = compare(session, drafts)
        report, ids = store_plan(session, plan, source=run.file_name, actor=actor, at=delivery.at)
        lines = list(lines_of(session, plan, ids))
        for start in range(0, len(lines), _CHUNK):
            session.execute(insert(ImportLine), [{"run_id": run.id, **each} for each in lines[start : start + _CHUNK]])
        stage = ImportStage.REFUSED if report.is_refused else ImportStage.DONE
        if stage == ImportStage.DONE:
            header = drafts.checked.sheet.header
            row = remember_mapping(session, header, map_of(run), where_of(run), by=actor.label, at=delivery.at)
            run.mapping_id = row.id
        _write_result(session, delivery, run, stage, report=report, problems=report.rejected)


def _write_lines(delivery: Delivery, stage: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep what would become of each row, in pieces, so that nobody waits long for a large file. A repeat begins anew."""
    for start in range(0, len(lines), _CHUNK):
        with delivery.fenced_write() as session:
            run = _still(session, delivery, stage)
            if run is None:
                return
            if start == 0:
                session.execute(delete(ImportLine).where(ImportLine.run_id == run.id))
            session.execute(insert(ImportLine), [{"run_id": run.id, **each} for each in lines[start : start + _CHUNK]])


def _note_rows(delivery: Delivery, stage: str, rows: int) -> None:
    """Show whoever waits how much there is."""
    with delivery.fenced_write() as session:
        run = _still(session, delivery, stage)
        if run is not None:
            run.rows_total = rows


def _finish(
    delivery: Delivery,
    asked: str,
    stage: ImportStage,
    *,
    report: ImportReport | None = None,
    problems: Sequence[Problem] = (),
    error: Any = None,
    warnings: Sequence[Mapping[str, Any]] = (),
) -> None:
    with delivery.fenced_write() as session:
        run = _still(session, delivery, asked)
        if run is not None:
            _write_result(session, delivery, run, stage, report=report, problems=problems, error=error)
            if warnings and run.report is not None:
                run.report = {**run.report, "warnings": list(warnings)}


def _still(session: Session, delivery: Delivery, stage: str) -> ImportRun | None:
    """The import when it still waits for this delivery; another worker may have been faster."""
    run = session.get(ImportRun, delivery.row.payload["run"], with_for_update=True)
    return run if run is not None and run.stage == stage else None


def _write_result(
    session: Session,
    delivery: Delivery,
    run: ImportRun,
    stage: ImportStage,
    *,
    report: ImportReport | None,
    problems: Sequence[Problem],
    error: Any = None,
) -> None:
    wanted = run.stage
    run.stage, run.changed_at, run.ended_at, run.problems = stage, delivery.at, delivery.at, len(problems)
    run.error = freeze(error) if isinstance(error, Message) else None
    if report is not None:
        run.report = {name: value for name, value in report.as_json("en").items() if name != "rejected"}
    for start in range(0, len(problems), _CHUNK):
        rows = [_problem_row(run.id, place, problems[place]) for place in _range(start, problems)]
        session.execute(insert(ImportProblem), rows)
    if wanted == ImportStage.STORING and run.person_id is not None:
        _tell(session, delivery, run, stage)


def _range(start: int, problems: Sequence[Problem]) -> range:
    return range(start, min(start + _CHUNK, len(problems)))


def _problem_row(run_id: int, place: int, problem: Problem) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "place": place,
        "row": problem.row,
        "column": problem.column[:300] if problem.column else None,
        "value": problem.value[:400] if problem.value else problem.value,
        "problem": freeze(problem.problem),
        "remedy": freeze(problem.remedy) if problem.remedy else None,
    }


def _tell(session: Session, delivery: Delivery, run: ImportRun, stage: ImportStage) -> None:
    """Mail whoever started it: a long import may be left alone."""
    done = stage == ImportStage.DONE
    counts: Mapping[str, Any] = run.report or {}
    lead = (
        _(
            "%(file)s was imported: %(created)s suppliers are new, %(updated)s were changed.",
            file=run.file_name,
            created=counts.get("created", 0),
            updated=counts.get("updated", 0),
        )
        if done
        else _("%(file)s was not imported: %(count)s problems were found.", file=run.file_name, count=run.problems)
    )
    base = delivery.settings.base_url.rstrip("/")
    queue_mail(
        session,
        template="layout/notice",
        recipient=Recipient.user(run.person_id or 0),
        record=None,
        at=delivery.at,
        values={
            "title": _("Import finished") if done else _("Import refused"),
            "lead": lead,
            "action_label": _("Open the import"),
            "page_url": f"{base}/import/{run.id}",
            "record_label": "",
        },
    )


EFFECTS: dict[str, Handler] = {IMPORT: Handler(run_import, transactional=False)}
