"""What documents do by themselves."""

from datetime import time

import structlog

from supplier_quality.documents.cleanup import clean_up_documents
from supplier_quality.documents.prints import forget_prints
from supplier_quality.documents.viewing import forget_views
from supplier_quality.outbox import Job, JobRun, daily

log = structlog.get_logger("documents")


def clean_up(run: JobRun) -> None:
    """Remove files that nothing holds, and say loudly when a file is missing."""
    forgotten = forget_prints(run.database, at=run.at)
    done = clean_up_documents(run.database, at=run.at)
    if done.missing:
        log.error("files_missing", count=len(done.missing), first=done.missing[0])
    views = forget_views(run.database.info["settings"])
    log.info(
        "documents_cleaned_up",
        half_written=done.half_written,
        files=done.files,
        rows=done.rows,
        views=views,
        prints=forgotten,
    )


JOBS = (Job("documents.clean_up", daily(time(3, 30)), clean_up),)
