"""What the frame cleans up by itself."""

from datetime import time

from supplier_quality.outbox import Job, JobRun, daily
from supplier_quality.web.drafts import drop_old_drafts


def forget_drafts(run: JobRun) -> None:
    """Forget drafts nobody came back to."""
    with run.database.write() as session:
        drop_old_drafts(session, at=run.at)


JOBS = (Job("web.forget_drafts", slot=daily(time(3, 20)), run=forget_drafts),)
