"""Proving the trail, and saying what could not be proven.

Every chain is recomputed from its first entry, every link of the chain of heads too, and both are held against each other and
against heads that were published outside the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session

from supplier_quality.language import Words, _
from supplier_quality.trail.append import keys_of
from supplier_quality.trail.chain import SIGNED, Keys, Position, UnknownKey, entry_hash, signed_values
from supplier_quality.trail.models import TrailEntry, TrailHead, TrailPosition, guards, protection
from supplier_quality.trail.seal import head_hash
from supplier_quality.trail.stored import as_stored, is_number, reading_anything

# Damage in one row makes a thousand others suspicious; a report that names the first of each chain can be read.
MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class TrailProblem:
    """One thing that does not fit: a stable ``code``, the record and entry it was found at, a sentence."""

    code: str
    message: Words
    record_kind: str | None = None
    record_id: int | None = None
    seq: int | None = None

    def as_json(self) -> dict[str, Any]:
        record = f"{self.record_kind}:{self.record_id}" if self.record_kind else None
        return {"code": self.code, "record": record, "seq": self.seq, "message": str(self.message)}


@dataclass
class Report:
    """What was checked, what does not fit and what could not be proven."""

    entries: int = 0
    records: int = 0
    heads: int = 0
    problems: list[TrailProblem] = field(default_factory=list)
    unproven: list[Words] = field(default_factory=list)
    more_problems: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    def add(self, problem: TrailProblem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more_problems += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "entries": self.entries,
            "records": self.records,
            "heads": self.heads,
            "problems": [problem.as_json() for problem in self.problems],
            "more_problems": self.more_problems,
            "unproven": [str(sentence) for sentence in self.unproven],
        }


def verify(
    session: Session,
    *,
    record: tuple[str, int] | None = None,
    published: Sequence[dict[str, Any]] = (),
    positions: Iterable[tuple[str, int, Position]] = (),
) -> Report:
    """Recompute the whole trail, or one record's part of it.

    ``published`` are heads from files or mails; ``positions`` are what live records say of their own chains.
    """
    report = Report()
    keys = keys_of(session)
    with reading_anything(session):
        found = _verify_chains(session, keys, record, report)
        sealed = _verify_heads(session, keys, record, found, report)
        _verify_published(session, published, report)
        _verify_positions(session, record, found, positions, report)
        _name_unproven(session, record, found, sealed, published, report)
    return report


_ENTRY_COLUMNS = [as_stored(getattr(TrailEntry, name)) for name in (*SIGNED, "key_id", "hash", "id")]
_HEAD_NUMBERS = ("seq", "record_id", "entry_seq", "entry_id")
_HEAD_COLUMNS = [
    as_stored(getattr(TrailHead, name))
    for name in (*_HEAD_NUMBERS, "at", "record_kind", "entry_hash", "key_id", "hash")
]
# Of each chain, by the number of the entry: its hash and its id.
_Found = dict[tuple[str, int], dict[int, tuple[str, int]]]


def _verify_chains(session: Session, keys: Keys, record: tuple[str, int] | None, report: Report) -> _Found:
    """Check every entry; the sealed comparison needs the hash of each entry by record and number."""
    query = select(*_ENTRY_COLUMNS).order_by(TrailEntry.record_kind, TrailEntry.record_id, TrailEntry.seq)
    if record is not None:
        query = query.where(TrailEntry.record_kind == record[0], TrailEntry.record_id == record[1])
    found: _Found = {}
    chain: tuple[str, int] | None = None
    previous, expected, newest, broken = "", 1, 0, False
    for row in session.execute(query.execution_options(yield_per=5_000)).mappings():
        report.entries += 1
        here = (row["record_kind"], row["record_id"])
        if here != chain:
            chain, previous, expected, newest, broken = here, "", 1, 0, False
        if not broken:
            problem = _check_entry(keys, row, previous, expected, newest)
            if problem is not None:
                report.add(problem)
                broken = True
        numbered = is_number(row["seq"]) and is_number(row["id"])
        found.setdefault(here, {})
        if numbered:
            found[here][row["seq"]] = (row["hash"], row["id"])
        previous, expected, newest = row["hash"], row["seq"] + 1 if numbered else expected + 1, row["id"]
    report.records = len(found)
    return found


def _check_entry(keys: Keys, row: Any, previous: str, expected: int, newest: int) -> TrailProblem | None:
    """What is wrong with the entry that should have the number ``expected`` and an id above ``newest``."""
    if not is_number(row["seq"]) or not is_number(row["id"]):
        return _changed(row, expected)
    if row["seq"] != expected:
        sentence = _(
            "Entry %(seq)s stands where entry %(expected)s should: entries are missing or numbers were changed.",
            seq=row["seq"],
            expected=expected,
        )
        return TrailProblem("missing_entry", sentence, row["record_kind"], row["record_id"], expected)
    try:
        good = entry_hash(keys, row["key_id"], previous, signed_values(row)) == row["hash"]
    except UnknownKey:
        sentence = _("The key %(key)s is not in the settings.", key=row["key_id"])
        return TrailProblem("unknown_key", sentence, row["record_kind"], row["record_id"], row["seq"])
    except (TypeError, ValueError):
        # Something that no entry of ours can hold, such as bytes instead of a text.
        good = False
    if not good:
        return _changed(row, expected)
    if row["id"] <= newest:
        # Entries are shown over all records in the order of their ids, which no hash covers.
        sentence = _("Entry %(seq)s has an id below that of the entry before it: ids were changed.", seq=expected)
        return TrailProblem("reordered_entry", sentence, row["record_kind"], row["record_id"], expected)
    return None


def _changed(row: Any, expected: int) -> TrailProblem:
    sentence = _(
        "Entry %(seq)s does not fit its hash: it, or the entry before it, was changed, swapped or inserted.",
        seq=expected,
    )
    return TrailProblem("changed_entry", sentence, row["record_kind"], row["record_id"], expected)


def _verify_heads(
    session: Session, keys: Keys, record: tuple[str, int] | None, found: _Found, report: Report
) -> dict[tuple[str, int], int]:
    """Check the chain of heads and that what it sealed is still there; the last sealed number by record."""
    sealed: dict[tuple[str, int], int] = {}
    previous, expected = "", 1
    reported: set[tuple[str, int]] = set()
    query = select(*_HEAD_COLUMNS).order_by(TrailHead.seq)
    for row in session.execute(query.execution_options(yield_per=5_000)).mappings():
        report.heads += 1
        numbered = all(is_number(row[name]) for name in _HEAD_NUMBERS)
        if row["seq"] != expected or not numbered or not _head_fits(keys, row, previous):
            report.add(
                TrailProblem("changed_head", _("Link %(seq)s of the chain of heads does not fit.", seq=row["seq"]))
            )
        previous, expected = row["hash"], row["seq"] + 1 if numbered else expected + 1
        here = (row["record_kind"], row["record_id"])
        if not numbered or (record is not None and here != record):
            continue
        sealed[here] = max(sealed.get(here, 0), row["entry_seq"])
        if here not in reported and found.get(here, {}).get(row["entry_seq"]) != (row["entry_hash"], row["entry_id"]):
            reported.add(here)
            report.add(_lost(here, row["entry_seq"], found))
    return sealed


def _head_fits(keys: Keys, row: Any, previous: str) -> bool:
    try:
        return bool(head_hash(keys, row["key_id"], previous, dict(row)) == row["hash"])
    except (UnknownKey, TypeError, ValueError):
        return False


def _lost(here: tuple[str, int], seq: int, found: _Found) -> TrailProblem:
    if here not in found:
        sentence = _("The record was dropped with all its entries; %(count)s of them had been sealed.", count=seq)
        return TrailProblem("dropped_record", sentence, *here, 1)
    last = max(found[here], default=0)
    if last < seq:
        sentence = _(
            "The chain ends at entry %(last)s, but entry %(seq)s had been sealed: its tail was cut.", last=last, seq=seq
        )
        return TrailProblem("cut_tail", sentence, *here, last + 1)
    return TrailProblem("changed_entry", _("Entry %(seq)s is not the one that was sealed.", seq=seq), *here, seq)


def _verify_published(session: Session, published: Sequence[dict[str, Any]], report: Report) -> None:
    query = select(as_stored(TrailHead.hash))
    for head in published:
        kept = session.scalar(query.where(TrailHead.seq == head["seq"]))
        if kept is None:
            report.add(
                TrailProblem(
                    "cut_heads",
                    _("The published link %(seq)s of the chain of heads is gone: the chain was cut.", seq=head["seq"]),
                )
            )
        elif kept != head["hash"]:
            report.add(
                TrailProblem(
                    "changed_head", _("Link %(seq)s of the chain of heads is not the published one.", seq=head["seq"])
                )
            )


def _verify_positions(
    session: Session,
    record: tuple[str, int] | None,
    found: _Found,
    positions: Iterable[tuple[str, int, Position]],
    report: Report,
) -> None:
    columns = (TrailPosition.record_kind, TrailPosition.record_id, TrailPosition.seq, TrailPosition.head)
    own = session.execute(select(*map(as_stored, columns)))
    kept = [(kind, id_, Position(seq, head)) for kind, id_, seq, head in own]
    for kind, id_, position in (*kept, *positions):
        if record is not None and (kind, id_) != record:
            continue
        chain = found.get((kind, id_), {})
        last = max(chain, default=0)
        if (position.seq, position.head) != (last, chain[last][0] if last else ""):
            sentence = _(
                "The record says its chain has %(told)s entries, the trail has %(last)s, or they differ.",
                told=position.seq,
                last=last,
            )
            first = min(last, position.seq) + 1 if is_number(position.seq) else last + 1
            report.add(TrailProblem("position_differs", sentence, kind, id_, first))


def _name_unproven(
    session: Session,
    record: tuple[str, int] | None,
    found: _Found,
    sealed: dict[tuple[str, int], int],
    published: Sequence[dict[str, Any]],
    report: Report,
) -> None:
    loose = sum(1 for here, chain in found.items() if max(chain, default=0) > sealed.get(here, 0))
    if loose:
        report.unproven.append(
            _(
                "%(count)s records have entries newer than their last seal; that nothing was cut after those entries is not proven.",
                count=loose,
            )
        )
    newest = max((head["seq"] for head in published), default=0)
    last = session.scalar(select(func.max(TrailHead.seq))) or 0
    if not published:
        report.unproven.append(
            _(
                "No published head was given (--heads), so nothing proves that whole records or seals were not removed together."
            )
        )
    elif newest < last:
        report.unproven.append(
            _(
                "The newest published head is link %(newest)s of %(last)s; what was sealed after it rests on the database alone.",
                newest=newest,
                last=last,
            )
        )
    if record is not None and record not in found:
        report.unproven.append(_("The trail has no entry of this record."))
    if missing := missing_guards(session):
        report.unproven.append(
            _(
                "The database lacks triggers that refuse changes of the trail (%(names)s): what was changed and put back, or changed while they were missing, shows only in the chain.",
                names=", ".join(missing),
            )
        )


def missing_guards(session: Session) -> tuple[str, ...]:
    """The triggers by which the database refuses changes of the trail, as far as they are not there or are switched off."""
    dialect = session.get_bind().dialect.name
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if dialect != "sqlite":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid::regclass::text IN ('trail_entry', 'trail_heads')"
    there = set(session.scalars(text(query)))
    return tuple(name for name in guards(dialect) if name not in there)


def put_back_guards(session: Session) -> tuple[str, ...]:
    """Make the triggers that are missing; their names."""
    missing = missing_guards(session)
    dialect = session.get_bind().dialect.name
    for table in {guards(dialect)[name]: None for name in missing}:
        for name in (name for name, stands_on in guards(dialect).items() if stands_on == table):
            session.execute(text(f"DROP TRIGGER IF EXISTS {name}" + ("" if dialect == "sqlite" else f" ON {table}")))
        for statement in protection(table, dialect):
            session.execute(text(statement))
    return missing


def sealed_at(session: Session, kind: str, id_: int) -> datetime | None:
    """When the record's chain was last sealed."""
    query = select(func.max(TrailHead.at)).where(and_(TrailHead.record_kind == kind, TrailHead.record_id == id_))
    return session.scalar(query)
