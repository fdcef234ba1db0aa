"""What the supplier's pages do by themselves."""

from datetime import time

from supplier_quality.outbox import Job, JobRun, daily
from supplier_quality.portal.drafts import drop_old_drafts


def forget_old_drafts(run: JobRun) -> None:
    with run.database.write() as session:
        drop_old_drafts(session, at=run.at)


JOBS = (Job("portal.forget_old_drafts", daily(time(3, 40)), forget_old_drafts),)
