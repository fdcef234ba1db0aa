"""What mail does by itself, at set times."""

from datetime import timedelta

from supplier_quality.mail.digests import send_digests
from supplier_quality.mail.intake import read_bounces
from supplier_quality.mail.silence import check_silence
from supplier_quality.outbox.jobs import Job, JobRun, every


def _send_digests(run: JobRun) -> None:
    send_digests(run.database, at=run.at)


def _check_silence(run: JobRun) -> None:
    check_silence(run.database, at=run.at)


def _read_bounces(run: JobRun) -> None:
    read_bounces(run.database, run.settings, at=run.at)


# Digests are due at 08:00 of zones that are up to a quarter of an hour apart, so the job looks often and finds little.
JOBS = (
    Job("mail.digests", every(timedelta(minutes=5)), _send_digests),
    Job("mail.silence", every(timedelta(minutes=15)), _check_silence),
    Job("mail.bounces", every(timedelta(minutes=5)), _read_bounces),
)
