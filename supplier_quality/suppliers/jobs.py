"""What suppliers do by themselves: looking for duplicates among those that are new or changed, letting old imports go."""

from datetime import time, timedelta

import structlog

from supplier_quality.outbox import Job, JobRun, daily, every
from supplier_quality.suppliers.importing.runs import expire_imports
from supplier_quality.suppliers.likeness.finding import compare_waiting

log = structlog.get_logger("suppliers")

COMPARE_EVERY = timedelta(minutes=2)


def compare(run: JobRun) -> None:
    """Compare what an import, the command line or an older version of the product left uncompared."""
    done = compare_waiting(run.database, at=run.at)
    if done:
        log.info("suppliers_compared", count=done)


def forget_imports(run: JobRun) -> None:
    """End imports nobody went on with, and drop rows of old reports."""
    with run.database.write() as session:
        ended = expire_imports(session, at=run.at)
    if ended:
        log.info("imports_expired", count=ended)


JOBS = (
    Job("suppliers.compare", every(COMPARE_EVERY), compare),
    Job("suppliers.forget_imports", daily(time(3, 50)), forget_imports),
)
