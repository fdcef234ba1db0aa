"""Is this process able to serve? For load balancers and monitors; says nothing secret."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from supplier_quality import clock
from supplier_quality.language import Words, _
from supplier_quality.outbox.heartbeat import last_beat, workers_alive
from supplier_quality.web.installation import Installation

LEAST_FREE_BYTES = 200 * 1024 * 1024


class Verdict(StrEnum):
    """How a part does."""

    GOOD = "good"
    POOR = "poor"  # works, but somebody should look
    BAD = "bad"  # cannot serve


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    verdict: Verdict
    detail: Words | str = ""


Check = Callable[[Installation], Finding]
_checks: list[Check] = []


def register_check(check: Check) -> Check:
    """Add a part to what ``/healthz`` asks; may be used as a decorator."""
    if check not in _checks:
        _checks.append(check)
    return check


def examine(installation: Installation) -> list[Finding]:
    """Ask every part."""
    return [check(installation) for check in _checks]


@register_check
def check_database(installation: Installation) -> Finding:
    try:
        with installation.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Finding("database", Verdict.BAD, type(error).__name__)
    return Finding("database", Verdict.GOOD)


@register_check
def check_disk(installation: Installation) -> Finding:
    try:
        free = shutil.disk_usage(installation.settings.home).free
    except OSError as error:
        return Finding("disk", Verdict.BAD, error.strerror or type(error).__name__)
    verdict = Verdict.GOOD if free >= LEAST_FREE_BYTES else Verdict.POOR
    return Finding("disk", verdict, _("%(count)s MB free", count=free // 1_000_000))


@register_check
def check_worker(installation: Installation) -> Finding:
    """Pages work without a worker, but nothing is mailed and no deadline fires."""
    try:
        with installation.database.read() as session:
            alive, last = workers_alive(session, at=clock.now()), last_beat(session)
    except SQLAlchemyError as error:
        return Finding("worker", Verdict.BAD, type(error).__name__)
    if alive:
        return Finding("worker", Verdict.GOOD, _("%(count)s running", count=alive))
    heard = _("last heard of at %(time)s UTC", time=f"{last:%Y-%m-%d %H:%M}") if last else _("never heard of")
    return Finding("worker", Verdict.POOR, heard)
