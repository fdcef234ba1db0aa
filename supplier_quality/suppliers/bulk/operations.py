"""Picking suppliers and doing one thing to each: every supplier in its own transaction, through the door of single acts.

What is refused for one supplier says so in the report and keeps nothing from the others. The outcome of a supplier is written
in the transaction of the act, so a worker that dies goes on where it was and does nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.engine.store import process_of
from supplier_quality.errors import BadInput, Conflict, NotAllowed, ProductError
from supplier_quality.identity import Actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.enums import Via
from supplier_quality.language import LANGUAGES, Text, Words, _, speaking
from supplier_quality.mail.values import freeze
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.bulk.enums import BulkStage, Outcome
from supplier_quality.suppliers.bulk.models import BulkItem, BulkRun
from supplier_quality.suppliers.bulk.queries import CHANGE_OWNER, has_waiting
from supplier_quality.suppliers.details import SupplierDetails
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import edit_supplier, move_supplier
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.queries import SupplierFilters
from supplier_quality.trail import RecordRef

EFFECT = "suppliers.bulk"
RECORD_KIND = "supplier_bulk"
MOST = 500
"""So many suppliers are acted on at once."""


class BulkMovedOn(Conflict):
    """What is done was chosen already."""

    code = "bulk_moved_on"

    def __init__(self) -> None:
        super().__init__(_("This was asked for already. Look at the page again."))


class NeedsSignature(NotAllowed):
    """Each signature is bound to what one record says, so nobody signs many at once."""

    code = "needs_signature"

    def __init__(self) -> None:
        super().__init__(
            _("This action is signed, and a signature is about one record. Take it on the page of each supplier.")
        )


def pick_suppliers(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> BulkRun:
    """Keep these suppliers with the versions they have now, to choose what is done to them.

    What the person picked before and did nothing with is forgotten. Raises MayNotEditSuppliers, BadInput when there are none or
    too many.
    """
    check_may_edit_suppliers(actor)
    if actor.person_id is None:
        raise NotAllowed(_("Only people act on several suppliers at once."))
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST:
        raise BadInput(_("At most %(count)s suppliers are acted on at once. Narrow the list.", count=MOST))
    versions = select(Supplier.id, Supplier.version).where(Supplier.id.in_(ids), supplier_queries.readable(actor))
    found = {row.id: row.version for row in session.execute(versions)}
    if not found:
        raise BadInput(_("Pick at least one supplier."))

    _forget_unasked(session, actor.person_id)
    run = BulkRun(
        stage=BulkStage.PICKED, person_id=actor.person_id, started_by_name=actor.label[:200], picked_at=at
    )  # fmt: skip
    session.add(run)
    session.flush()
    picked = [id_ for id_ in ids if id_ in found]
    rows = [
        {"run_id": run.id, "place": place, "supplier_id": id_, "version": found[id_]}
        for place, id_ in enumerate(picked)
    ]
    session.execute(insert(BulkItem), rows)
    return run


def pick_found(session: Session, filters: SupplierFilters, *, sort: str, actor: Actor, at: datetime) -> BulkRun:
    """:func:`pick_suppliers` with all that a list finds, in its order."""
    page = supplier_queries.list_suppliers(session, actor=actor, filters=filters, sort=sort, size=MOST)
    if page.next_cursor is not None:
        raise BadInput(_("More than %(count)s suppliers are found. Narrow the list.", count=MOST))
    return pick_suppliers(session, [line.id for line in page.rows], actor=actor, at=at)


def ask_to_run(
    session: Session, run: BulkRun, action: str, *, label: Words, form: Mapping[str, Any], actor: Actor, at: datetime
) -> BulkRun:
    """Let a worker do this to every supplier of the run.

    The caller checked the form. Raises BulkMovedOn, NeedsSignature, NotAllowed for somebody else's run.
    """
    check_may_edit_suppliers(actor)
    session.refresh(run, with_for_update=True)
    if run.person_id != actor.person_id:
        raise NotAllowed(_("%(name)s picked these suppliers. Pick them yourself.", name=run.started_by_name))
    if run.stage != BulkStage.PICKED:
        raise BulkMovedOn
    if _is_signed(session, run, action):
        raise NeedsSignature

    run.stage, run.action, run.label, run.asked_at = BulkStage.RUNNING, action, _frozen(label), at
    run.form = {name: freeze(value) for name, value in form.items()}
    outbox.queue(session, kind=EFFECT, payload={"run": run.id}, at=at, record=record_of(run))
    return run


def mark_read(session: Session, run: BulkRun, *, actor: Actor, at: datetime) -> None:
    """The person read the report; it leaves their My work."""
    if run.seen_at is None and run.person_id == actor.person_id and run.stage == BulkStage.DONE:
        run.seen_at = at


def record_of(run: BulkRun) -> RecordRef:
    return RecordRef(RECORD_KIND, run.id, run.started_by_name)


def run_bulk(delivery: Delivery) -> None:
    """Take one supplier after the other. One that fails with a fault of ours is tried again later; the others go on."""
    run_id: int = delivery.row.payload["run"]
    failed: Exception | None = None
    for place in _waiting_places(delivery, run_id):
        try:
            _take(delivery, run_id, place)
        except outbox.LeaseLost:
            raise
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed
    with delivery.fenced_write() as session:
        run = session.get(BulkRun, run_id, with_for_update=True)
        if run is not None and run.stage == BulkStage.RUNNING and not has_waiting(session, run):
            run.stage, run.ended_at = BulkStage.DONE, delivery.at


def _waiting_places(delivery: Delivery, run_id: int) -> Sequence[int]:
    waiting = select(BulkItem.place).where(BulkItem.run_id == run_id, BulkItem.outcome.is_(None))
    with delivery.database.read() as session:
        return session.scalars(waiting.order_by(BulkItem.place)).all()


def _take(delivery: Delivery, run_id: int, place: int) -> None:
    """Act on one supplier, or note why not; what was begun is undone before the refusal is written."""
    try:
        with delivery.fenced_write() as session:
            found = _locked(session, run_id, place)
            if found is None:
                return
            run, item = found
            actor = load_actor(session, run.person_id, via=Via.WEB, at=delivery.at)
            if actor is None:
                raise NotAllowed(_("%(name)s has no account in use any more.", name=run.started_by_name))
            said = _act(session, run, item, actor=actor, at=delivery.at)
            item.outcome, item.at = (Outcome.DONE if said is not None else Outcome.UNCHANGED), delivery.at
            item.said = [_frozen(said)] if said is not None else []
    except ProductError as refused:
        with delivery.fenced_write() as session:
            found = _locked(session, run_id, place)
            if found is not None:
                _run, item = found
                item.outcome, item.at = Outcome.REFUSED, delivery.at
                item.said = [_frozen(sentence) for sentence in _sentences(refused)]


def _locked(session: Session, run_id: int, place: int) -> tuple[BulkRun, BulkItem] | None:
    """The supplier of a run if nothing was done to it yet."""
    run = session.get(BulkRun, run_id)
    item = session.get(BulkItem, (run_id, place), with_for_update=True)
    return (run, item) if run is not None and item is not None and item.outcome is None else None


def _act(session: Session, run: BulkRun, item: BulkItem, *, actor: Actor, at: datetime) -> Words | None:
    """Do it, by the same operation as the supplier's own page; what it came to, None when nothing changed."""
    supplier = supplier_queries.get_supplier_by_id(session, item.supplier_id, actor=actor)
    if run.action == CHANGE_OWNER:
        owner = int((run.form or {})["owner"])
        if supplier.owner_id == owner:
            return None
        details = SupplierDetails(**{name: getattr(supplier, name) for name in SupplierDetails.__dataclass_fields__})
        edit_supplier(
            session, supplier, replace(details, owner_id=owner), actor=actor, at=at, expected_version=item.version
        )
        return Text(dict.fromkeys(LANGUAGES, dict(supplier_queries.possible_owners(session))[owner]))
    fired = move_supplier(
        session, supplier, run.action or "", actor=actor, at=at, form=run.form or {}, expected_version=item.version
    )
    return process_of(session, supplier.definition_id).states[fired.to_state].label


def _sentences(refused: ProductError) -> list[Words]:
    unmet = getattr(refused, "unmet", ())
    return [each.message for each in unmet] or [refused.message]


def _frozen(words: Words) -> dict[str, str]:
    """The sentence in every language, since what it was made from may be gone when it is read."""
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = str(words)
    return said


def _is_signed(session: Session, run: BulkRun, action: str) -> bool:
    definitions = (
        select(Supplier.definition_id)
        .join(BulkItem, BulkItem.supplier_id == Supplier.id)
        .where(BulkItem.run_id == run.id)
        .distinct()
    )
    steps = (process_of(session, id_).actions.get(action) for id_ in session.scalars(definitions))
    return any(step is not None and step.sign is not None for step in steps)


def _forget_unasked(session: Session, person_id: int) -> None:
    unasked = select(BulkRun.id).where(BulkRun.person_id == person_id, BulkRun.stage == BulkStage.PICKED)
    ids = session.scalars(unasked).all()
    if ids:
        session.execute(delete(BulkItem).where(BulkItem.run_id.in_(ids)))
        session.execute(delete(BulkRun).where(BulkRun.id.in_(ids)))


EFFECTS: dict[str, Handler] = {EFFECT: Handler(run_bulk, transactional=False)}
