"""The eight invariants of the product, checked on the rows, the files and the mail server after every experiment.

1. No accepted answer or upload is lost. 2. No mail is lost: every transition that owes one has exactly one outbox row and at
least one delivery. 3. Repeats are at most as many as crashes, with the same Message-ID. 4. No transition is applied twice or
out of order. 5. The trail verifies and every change of state has its entry. 6. Files on disk, rows and hashes agree.
7. Nothing is stuck: all that is due is done. 8. What was merged says so, and nothing is left behind with it.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.desk.jobs import KEEP_EFFECTS
from supplier_quality.documents.models import Document
from supplier_quality.documents.store import FileStore
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.migrate import MIGRATED
from supplier_quality.engine.models import Definition, IdempotencyKey, Join, Timer
from supplier_quality.engine.registry import registry
from supplier_quality.engine.start import STARTED
from supplier_quality.engine.store import content_of
from supplier_quality.engine.timers import TIMER
from supplier_quality.mail import MailMessage, MailState, correspondence_of
from supplier_quality.mail.drafts import SETTLED
from supplier_quality.mail.minting import is_live
from supplier_quality.mail.models import DigestItem, OwnerTask
from supplier_quality.mail.payloads import KINDS
from supplier_quality.mail.queue import DIGEST, SEND
from supplier_quality.outbox import OutboxRow, OutboxState
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.outbox.models import WAITING
from supplier_quality.persistence import Database, canonical_json
from supplier_quality.suppliers.merging.moving import PARTS
from supplier_quality.suppliers.models import Contact, SelfAssessment, Supplier, SupplierMerge
from supplier_quality.trail import RecordRef, TrailEntry
from tests.faults.owed_mails import Owed, Place, place_of, suppliers_of

SUBMIT = "submit_assessment"
HEADS = "heads"
ESCALATE = "escalate"


@dataclass(frozen=True)
class Step:
    """One entry of a record's trail."""

    seq: int
    at: datetime
    action: str
    from_state: str | None
    to_state: str | None
    definition: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Allowed:
    """What an experiment may leave behind: ``crashes`` repeats of mails, ``incidents``, work that waits for time."""

    crashes: int = 0
    copies: int = 2
    incidents: int = 0
    waiting: bool = False


def check_invariants(
    database: Database,
    settings: Settings,
    *,
    at: datetime,
    inbox: Sequence[str] | None = None,
    crashes: int = 0,
    copies: int = 2,
    incidents: int = 0,
    waiting: bool = False,
) -> None:
    """Fail with every violation found.

    ``inbox`` holds the Message-IDs the mail server took, in any order; without it nothing is said of deliveries. ``at`` is
    the moment up to which all that is due must be done, unless ``waiting``. ``crashes`` bounds how many mails may have come
    twice, ``copies`` how often one mail may have come.
    """
    allowed = Allowed(crashes, copies, incidents, waiting)
    found = [*_whole(database), *_files(database, settings)]
    # What was done longer ago may have been cleaned up; the trail alone tells of it.
    kept = at - KEEP_EFFECTS
    with database.read() as session:
        histories = _histories(session)
        found += _answers(session, histories)
        found += _owed_effects(session, histories, kept)
        found += _owed_mails(session, histories, kept)
        found += _repeats(session, inbox, allowed)
        found += _order(session, histories)
        found += _keys(session, histories)
        found += _trail(session, settings)
        found += _timers(session, kept)
        found += _joins(session)
        found += _merges(session)
        found += _stuck(session, at, allowed)
    assert not found, f"{len(found)} violations:\n" + "\n".join(found[:40])


def _histories(session: Session) -> dict[tuple[str, int], list[Step]]:
    columns = (
        TrailEntry.record_kind,
        TrailEntry.record_id,
        TrailEntry.seq,
        TrailEntry.at,
        TrailEntry.action,
        TrailEntry.from_state,
        TrailEntry.to_state,
        TrailEntry.definition,
        TrailEntry.data,
    )
    query = select(*columns).where(TrailEntry.record_kind.in_(registry.subjects)).order_by(*columns[:3])
    found: dict[tuple[str, int], list[Step]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0], row[1]].append(Step(row[2], row[3], row[4], row[5], row[6], row[7], json.loads(row[8])))
    return found


def _processes(session: Session) -> dict[str, Process]:
    rows = session.execute(select(Definition.hash, Definition.id).where(Definition.kind == "workflow"))
    return {row.hash: content_of(session, row.id) for row in rows}


def _whole(database: Database) -> Iterator[str]:
    """The database file itself is sound. PostgreSQL has no such question."""
    if not database.is_sqlite:
        return
    with database.read() as session:
        answer = session.execute(text("PRAGMA integrity_check")).scalars().all()
        if answer != ["ok"]:
            yield f"6: the database file is damaged: {answer}"
        for row in session.execute(text("PRAGMA foreign_key_check")):
            yield f"6: a row points to nothing: {row}"


def _answers(session: Session, histories: Mapping[tuple[str, int], list[Step]]) -> Iterator[str]:
    kept: dict[int, list[SelfAssessment]] = defaultdict(list)
    came_from = _origins(session, "assessments")
    rounds: dict[int, list[int]] = defaultdict(list)
    for row in session.scalars(select(SelfAssessment).order_by(SelfAssessment.supplier_id, SelfAssessment.round)):
        rounds[row.supplier_id].append(row.round)
        kept[came_from.get(row.id, row.supplier_id)].append(row)
    for id_, counted in rounds.items():
        if counted != list(range(1, len(counted) + 1)):
            yield f"1: the self-assessments of supplier {id_} are counted {counted}"
    for (kind, id_), steps in histories.items():
        if kind != Supplier.subject_kind:
            continue
        submitted = [step for step in steps if step.action == SUBMIT]
        rows = kept.pop(id_, [])
        if len(rows) != len(submitted):
            yield f"1: supplier {id_} submitted {len(submitted)} times, kept are rounds {[row.round for row in rows]}"
            continue
        for step, row in zip(submitted, rows, strict=True):
            if row.answers_hash != hashlib.sha256(canonical_json(row.answers).encode()).hexdigest():
                yield f"1: the answers of supplier {id_}, round {row.round}, do not fit their hash"
            told = {name: value for name, value in row.answers.items() if value not in (None, "")}
            if told != {name: step.data.get("form", {}).get(name) for name in told}:
                yield f"1: the answers of supplier {id_}, round {row.round}, are not those of the trail"
    for id_ in kept:
        yield f"1: answers of supplier {id_} that no entry of the trail explains"


def _origins(session: Session, part: str) -> dict[int, int]:
    """The supplier from which rows of a part came over by merges that stand, the first of several in a row."""
    found: dict[int, int] = {}
    standing = select(SupplierMerge).where(SupplierMerge.undone_at.is_(None)).order_by(SupplierMerge.id)
    for merge in session.scalars(standing):
        for id_ in merge.moved[part]:
            found.setdefault(id_, merge.merged_id)
    return found


def _merges(session: Session) -> Iterator[str]:
    """A merged record says into which, nothing belongs to it but who was held back, and no other says so."""
    standing = {
        merge.merged_id: merge
        for merge in session.scalars(select(SupplierMerge).where(SupplierMerge.undone_at.is_(None)))
    }
    numbers = {row.id: row.number for row in session.execute(select(Supplier.id, Supplier.number))}
    for row in session.execute(select(Supplier.id, Supplier.state, Supplier.merged_into)):
        merge = standing.get(row.id)
        into = numbers[merge.survivor_id] if merge else None
        if row.merged_into != into or (row.state == "merged") != (merge is not None):
            yield f"8: supplier {row.id} is {row.state} and merged into {row.merged_into}, the merge says {into}"
        for part in PARTS if merge else ():
            left = session.scalars(select(part.model).where(*part.of(row.id))).all()
            held = [
                one
                for one in left
                if (one.id if part.model is Contact else getattr(one, "contact_id", 0)) in merge.moved["held_contacts"]
            ]
            if len(held) != len(left):
                yield f"8: {len(left) - len(held)} {part.name} still belong to supplier {row.id}, which was merged"


def _owed_effects(session: Session, histories: Mapping[tuple[str, int], list[Step]], kept: datetime) -> Iterator[str]:
    """Every transition and every timer that owes an effect has exactly one row for it, and no row was made up."""
    processes = _processes(session)
    rows: Counter[tuple[Any, ...]] = Counter()
    query = select(OutboxRow.kind, OutboxRow.record_kind, OutboxRow.record_id, OutboxRow.payload)
    for row in session.execute(query):
        if "effect" in row.payload and "trail_seq" in row.payload:
            rows[row.record_kind, row.record_id, row.payload["trail_seq"], row.kind] += 1
    owed: Counter[tuple[Any, ...]] = Counter()
    for (kind, id_), steps in histories.items():
        for step in steps:
            if step.at <= kept:
                # Its rows may or may not be there any more.
                for place in [place for place in rows if place[:3] == (kind, id_, step.seq)]:
                    del rows[place]
                continue
            process = processes.get(step.definition or "")
            action = process.actions.get(step.action) if process else None
            for effect in action.effects if action else ():
                owed[kind, id_, step.seq, effect.name] += 1
            if step.action.startswith("timer.") and step.data.get("effect"):
                owed[kind, id_, step.seq, step.data["effect"]] += 1
    for place in owed | rows:
        if owed[place] != rows[place]:
            yield f"2: {place} owes {owed[place]} effects and has {rows[place]} outbox rows"


def _owed_mails(session: Session, histories: Mapping[tuple[str, int], list[Step]], kept: datetime) -> Iterator[str]:
    """Every effect done has led to its mails, or lines of a digest; every mail done was sent, kept or found needless."""
    owed, suppliers = Owed(session, at=kept), suppliers_of(session)
    written: Counter[Place] = Counter()
    query = select(OutboxRow.id, OutboxRow.kind, OutboxRow.record_kind, OutboxRow.record_id, OutboxRow.state,
                   OutboxRow.payload)  # fmt: skip
    states = {row.uid: row.state for row in session.execute(select(MailMessage.uid, MailMessage.state))}
    for row in session.execute(query):
        if row.kind == SEND and row.payload["template"] != DIGEST and row.record_kind in registry.subjects:
            written[place_of(row.record_kind, row.record_id, suppliers)] += 1
        if row.kind in KINDS and row.state == OutboxState.DONE and states.get(row.id) not in {None, *SETTLED}:
            yield f"2: mail {row.id} is done but stands at {states.get(row.id)}"
        if row.kind == SEND and row.state == OutboxState.DONE and row.id not in states and _is_wanted(session, row):
            yield f"2: mail {row.id} is done and nothing says what became of it"
    items = select(DigestItem.record_kind, DigestItem.record_id, func.count()).where(DigestItem.record_id.is_not(None))
    for kind, record_id, count in session.execute(items.group_by(DigestItem.record_kind, DigestItem.record_id)):
        written[place_of(kind, record_id, suppliers)] += count
    # A line that waited for a digest when its record was merged was written for that record.
    came_from = _origins(session, "notices")
    for item_id, record_id in session.execute(
        select(DigestItem.id, DigestItem.record_id).where(DigestItem.id.in_(came_from))
    ):
        written[Supplier.subject_kind, record_id] -= 1
        written[Supplier.subject_kind, came_from[item_id]] += 1
    # What a bounce or silence passes on to the next contact, and escalations to staff, come on top.
    more = {place_of(*record, suppliers) for record in session.execute(_with_more())}
    older = {
        place_of(*record, suppliers) for record, steps in histories.items() if any(step.at <= kept for step in steps)
    }
    for place in owed.most.keys() - older:
        most = written[place] if place in more else owed.most[place]
        if not owed.least[place] <= written[place] <= most:
            least = owed.least[place]
            yield f"2: {place} is owed {least} to {owed.most[place]} mails, written are {written[place]}"


def _with_more() -> Any:
    tasks = select(OwnerTask.record_kind, OwnerTask.record_id)
    escalated = select(OutboxRow.record_kind, OutboxRow.record_id).where(OutboxRow.kind == ESCALATE)
    return tasks.union(escalated)


def _is_wanted(session: Session, row: Any) -> bool:
    """Whether a mail that left no message should have left one.

    A digest need not whose things were done meanwhile, or whose links had run out when it was to leave.
    """
    if row.payload["template"] != DIGEST:
        return True
    left = session.get_one(OutboxRow, row.id).finished_at
    assert left is not None
    items = session.scalars(select(DigestItem).where(DigestItem.digest_uid == row.id)).all()
    live = [item for item in items if item.link_id is None or is_live(session, item.link_id, at=left)]
    records = [RecordRef(item.record_kind, item.record_id or 0) for item in live if item.record_kind]
    return any(correspondence_of(record).is_open(session, record.id) for record in records)


def _repeats(session: Session, inbox: Sequence[str] | None, allowed: Allowed) -> Iterator[str]:
    if inbox is None:
        return
    came = Counter(inbox)
    known = {row.message_id: row.state for row in session.execute(select(MailMessage.message_id, MailMessage.state))}
    for message_id, state in known.items():
        if state == MailState.SENT and not came[message_id]:
            yield f"2: {message_id} counts as sent and never came"
    for message_id, times in came.items():
        if message_id not in known:
            yield f"3: {message_id} came and nothing explains it"
        if times > allowed.copies:
            yield f"3: {message_id} came {times} times"
    repeats = sum(times - 1 for times in came.values())
    if repeats > allowed.crashes:
        yield f"3: {repeats} repeats after {allowed.crashes} crashes"


def _order(session: Session, histories: Mapping[tuple[str, int], list[Step]]) -> Iterator[str]:
    processes = _processes(session)
    for kind, model in registry.subjects.items():
        table: Any = model.__table__  # type: ignore[attr-defined]
        columns = (table.c.id, table.c.state, table.c.version, table.c.trail_seq)
        for row in session.execute(select(*columns)):
            steps = histories.get((kind, row.id), [])
            for problem in _order_of(steps, processes):
                yield f"4: {kind} {row.id}: {problem}"
            if not steps:
                yield f"5: {kind} {row.id} has no trail"
            elif (row.version, row.trail_seq) != (steps[-1].data["version"], steps[-1].seq):
                yield f"4: {kind} {row.id} is at version {row.version}, its trail at {steps[-1].data['version']}"


def _order_of(steps: Sequence[Step], processes: Mapping[str, Process]) -> Iterator[str]:
    state, version = None, 0
    for number, step in enumerate(steps, start=1):
        if step.seq != number:
            yield f"entry {number} has number {step.seq}"
        moved = step.to_state is not None
        rise = step.data["version"] - version
        if rise != 1 and (moved or rise != 0):
            yield f"entry {number} ({step.action}) takes version {version} to {step.data['version']}"
        version = step.data["version"]
        if not moved:
            continue
        if step.from_state != state:
            yield f"entry {number} ({step.action}) leaves {step.from_state} while the record is in {state}"
        if step.action not in (STARTED, MIGRATED):
            process = processes[step.definition or ""]
            action = process.actions[step.action]
            if step.from_state not in action.from_states or step.to_state != (action.to or step.from_state):
                yield f"entry {number}: {step.action} does not lead from {step.from_state} to {step.to_state}"
        state = step.to_state


def _keys(session: Session, histories: Mapping[tuple[str, int], list[Step]]) -> Iterator[str]:
    """Each idempotency key stands for exactly one transition, and no two keys for the same one."""
    seen: set[tuple[str, int, int]] = set()
    for key in session.scalars(select(IdempotencyKey)):
        version = key.answer["version"]
        steps = [step for step in histories[key.subject_kind, key.subject_id] if step.to_state is not None]
        fitting = [step for step in steps if (step.data["version"], step.action) == (version, key.answer["action"])]
        if len(fitting) != 1:
            yield f"4: key {key.key} of {key.subject_kind} {key.subject_id} stands for {len(fitting)} transitions"
        place = (key.subject_kind, key.subject_id, version)
        if place in seen:
            yield f"4: two keys stand for version {version} of {key.subject_kind} {key.subject_id}"
        seen.add(place)


def _trail(session: Session, settings: Settings) -> Iterator[str]:
    published = [
        json.loads(line)
        for file in sorted((settings.home / HEADS).glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    report = verify_trail(session, published=published)
    for problem in report.problems:
        yield f"5: {problem.code} at {problem.record_kind} {problem.record_id}, entry {problem.seq}: {problem.message}"


def _timers(session: Session, kept: datetime) -> Iterator[str]:
    """Kept is what the state asks for: no timer of another state, none missing, and spent only what has been taken."""
    armed: dict[tuple[str, int], set[str]] = defaultdict(set)
    taken: set[tuple[str, int, str]] = set()
    for payload in session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == TIMER)):
        subject = payload["subject"]
        taken.add((subject["kind"], subject["id"], payload["rule"]))
    for timer in session.scalars(select(Timer)):
        armed[timer.subject_kind, timer.subject_id].add(timer.rule)
        named = f"timer {timer.rule} of {timer.subject_kind} {timer.subject_id}"
        if timer.fired and timer.entered_at > kept and (timer.subject_kind, timer.subject_id, timer.rule) not in taken:
            yield f"7: {named} counts as fired and was never taken"
        if timer.due_at is None and not timer.fired:
            yield f"7: {named} is spent and never fired"
    for kind, model in registry.subjects.items():
        table: Any = model.__table__  # type: ignore[attr-defined]
        for row in session.execute(select(table.c.id, table.c.state, table.c.definition_id, table.c.entered_at)):
            process: Process = content_of(session, row.definition_id)
            rules = {rule.id: rule for rule in process.timers_in.get(row.state, ())}
            for rule in armed[kind, row.id] - rules.keys():
                yield f"4: {kind} {row.id} in {row.state} has timer {rule} of another state"
            for name, rule_ in rules.items():
                if rule_.after is not None and name not in armed[kind, row.id]:
                    yield f"7: {kind} {row.id} in {row.state} has lost its timer {name}"


def _joins(session: Session) -> Iterator[str]:
    for join in session.scalars(select(Join)):
        parent = session.get(registry.model(join.parent_kind), join.parent_id)
        if parent is None:
            continue
        process: Process = content_of(session, parent.definition_id)
        rule = next((s.children[join.name] for s in process.states.values() if join.name in s.children), None)
        total = done = 0
        for model in registry.subjects.values():
            link = getattr(model, "parent", None)
            if link is not None and (link.kind, link.join) == (join.parent_kind, join.name):
                table: Any = model.__table__  # type: ignore[attr-defined]
                states = session.scalars(select(table.c.state).where(table.c[link.column] == join.parent_id)).all()
                total += len(states)
                done += sum(rule is not None and state in rule.done for state in states)
        if (join.total, join.done) != (total, done):
            yield f"4: {join.parent_kind} {join.parent_id} counts {join.done} of {join.total}, there are {done} of {total}"


def _stuck(session: Session, at: datetime, allowed: Allowed) -> Iterator[str]:
    failed = session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.INCIDENT.value)).all()
    if len(failed) != allowed.incidents:
        yield f"7: {len(failed)} incidents: {[(row.kind, row.last_error) for row in failed[:5]]}"
    if allowed.waiting:
        return
    for timer in session.scalars(select(Timer).where(Timer.due_at <= at)):
        yield f"7: timer {timer.rule} of {timer.subject_kind} {timer.subject_id} was due {timer.due_at}"
    waiting = select(OutboxRow).where(OutboxRow.state.in_(WAITING), OutboxRow.due_at <= at)
    for row in session.scalars(waiting):
        yield f"7: {row.kind} {row.id} was due {row.due_at}, is {row.state}: {row.last_error}"
    # A newer slot does the work of one that failed before; only the newest of each job counts.
    newest = select(JobSlot.job, func.max(JobSlot.slot).label("slot")).group_by(JobSlot.job).subquery()
    undone = select(JobSlot).join(newest, (JobSlot.job == newest.c.job) & (JobSlot.slot == newest.c.slot))
    for slot in session.scalars(undone.where(JobSlot.done_at.is_(None), JobSlot.lease_until <= at)):
        yield f"7: job {slot.job} of {slot.slot} was begun and never done: {slot.last_error}"


def _files(database: Database, settings: Settings) -> Iterator[str]:
    """Documents lie under the hash of their content, every row has its file, and nothing half-written is left."""
    store = FileStore(settings.files)
    with database.read() as session:
        rows = {row.sha256: row.size for row in session.execute(select(Document.sha256, Document.size))}
    for file in store.kept():
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != file.name:
            yield f"6: the content of {file.name} is not what its name says"
        if file.name not in rows:
            yield f"6: no row knows the file {file.name}"
        elif rows[file.name] != len(content):
            yield f"6: {file.name} has {len(content)} bytes, its row says {rows[file.name]}"
    for sha256 in rows:
        if not store.has(sha256):
            yield f"1: the file {sha256} is lost"
    for file in store.half_written():
        yield f"6: a half-written file is left: {file.name}"
    yield from _half_written(settings.home)


def _half_written(home: Path) -> Iterator[str]:
    for pattern in (".restore-*", ".backup-*", ".*.partial", ".*.restored"):
        for left in home.glob(pattern):
            yield f"6: {left.name} was left behind"
