"""What the full-text search does by itself."""

from datetime import timedelta

import structlog

from supplier_quality.outbox import Job, JobRun, every
from supplier_quality.suppliers.fulltext.indexing import take_in_changes

log = structlog.get_logger("search")

EVERY = timedelta(seconds=30)
LASTING = timedelta(seconds=20)


def take_in(run: JobRun) -> None:
    """Take in what changed; a very long import is taken in over several runs."""
    count = take_in_changes(run.database, lasting=LASTING)
    if count:
        log.info("search_updated", records=count)


JOBS = (Job("search.take_in", every(EVERY), take_in),)
