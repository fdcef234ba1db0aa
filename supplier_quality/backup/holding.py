"""After a restore: nothing that was already delivered goes out again.

A backup remembers mails as waiting that were delivered after it was made, and deadlines as open whose reminders went
out since. So what is overdue is caught up at once, inside the restore: what stays in the database happens, and what
would leave the house becomes an incident that a person releases or dismisses. What the ledger of deliveries still knows
is closed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from supplier_quality import outbox
from supplier_quality.language import _
from supplier_quality.outbox import Ledger
from supplier_quality.outbox.models import WAITING, OutboxRow, OutboxState
from supplier_quality.persistence import Database

MOST_ROUNDS = 10_000


def close_delivered(database: Database, ledger: Ledger, *, at: datetime) -> int:
    """Mark what the ledger knows as delivered; how many rows that were."""
    known = ledger.ids()
    with database.write() as session:
        waiting = session.scalars(select(OutboxRow.id).where(OutboxRow.state.in_(WAITING))).all()
        delivered = sorted(known.intersection(waiting))
        for start in range(0, len(delivered), 500):
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id.in_(delivered[start : start + 500]))
                .values(state=OutboxState.DONE.value, finished_at=at)
            )
    return len(delivered)


def hold_what_would_leave(
    database: Database,
    handlers: Mapping[str, outbox.Handler],
    *,
    at: datetime,
    fire_overdue: Callable[[], int],
) -> int:
    """Catch up on everything overdue; how many effects became incidents instead of leaving the house."""
    held: list[str] = []

    def hold(delivery: outbox.Delivery) -> None:
        held.append(delivery.row.id)
        raise outbox.Poison(_("Held after a restore: it may have been delivered before. Release it if it was not."))

    # What the workers of the backup held in that moment they may have delivered after it: it is held like the rest, and
    # not left to the end of its lease.
    with database.write() as session:
        outbox.end_leases(session, at=at)
        outbox.end_job_leases(session, at=at)
    careful = {
        kind: handler if handler.transactional else replace(handler, run=hold, run_many=None)
        for kind, handler in handlers.items()
    }
    for _round in range(MOST_ROUNDS):
        fired = fire_overdue()
        taken = outbox.deliver_due(database, careful, worker="restore", now=lambda: at, limit=500)
        if not fired and not taken:
            break
    return len(held)
