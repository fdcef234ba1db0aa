"""Calling workers of other processes through Procrastinate, so that an effect is delivered at once instead of at the next tick.

A job carries ids of outbox rows and nothing else. It has no retry of its own and may be lost: the rows are the truth and the
sweeper of every worker takes whatever is due. Only with PostgreSQL; imported only there.
"""

from collections.abc import Callable

import procrastinate
import structlog
from procrastinate.exceptions import ProcrastinateException
from sqlalchemy import make_url

from supplier_quality.persistence import Database

log = structlog.get_logger("outbox")

TASK = "supplier_quality.deliver"
QUEUE = "supplier_quality"
# Procrastinate keeps its tables beside ours; migrations and their checks leave everything with this prefix alone.
PREFIX = "procrastinate_"


def conninfo(database: Database) -> str:
    """The address of the database as libpq reads it."""
    return make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)


def caller(database: Database) -> Callable[[list[str]], None]:
    """A function that tells a worker of rows just committed. Never raises: an unheard call costs a tick, not a mail."""
    connector = procrastinate.SyncPsycopgConnector(conninfo=conninfo(database), min_size=1, max_size=2, timeout=2)
    app = procrastinate.App(connector=connector)
    opened = False

    def call(ids: list[str]) -> None:
        nonlocal opened
        try:
            if not opened:
                app.open()
                opened = True
            app.configure_task(TASK, queue=QUEUE).defer(ids=[*ids])
        except (ProcrastinateException, OSError) as error:
            log.warning("call_unheard", rows=len(ids), error=str(error))

    return call


def listening_app(database: Database, deliver: Callable[[list[str]], None]) -> procrastinate.App:
    """The application a worker process runs: one task that delivers the rows it is told of."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(database)))

    @app.task(name=TASK, queue=QUEUE)
    def deliver_rows(ids: list[str]) -> None:
        deliver(ids)

    return app


def prepare_schema(database: Database) -> None:
    """Create Procrastinate's tables when they are not there."""
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo(database))).open() as app:
        if not app.check_connection():
            app.schema_manager.apply_schema()
