"""``serve`` and ``worker``."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import click

from supplier_quality import features
from supplier_quality.commands.install import prepare
from supplier_quality.console import Console, command, option
from supplier_quality.errors import Misconfigured, Problem
from supplier_quality.language import _


@command("serve", help=_("Run the pages, the API and, with SQLite, the worker"))
@option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on"))
@option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=_("Port to listen on"))
@option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help=_("Requests answered at once"))
@option("--worker/--no-worker", default=None, help=_("Run the worker inside; the default with SQLite"))
def serve(console: Console, *, host: str, port: int, threads: int, worker: bool | None) -> None:
    """Listen until a signal ends it; requests under way are answered."""
    # Before the database is opened: its sessions carry the settings that make the links of mails.
    console.settings = settings = console.settings.reached_at(port)
    database = console.open_database()
    first = prepare(settings, database)
    if first is not None and not console.json:
        console.progress(
            _("First account: %(email)s, password: %(password)s", email=first.email, password=first.password)
        )

    from waitress.server import create_server

    from supplier_quality import worker as background
    from supplier_quality.app import create_app

    try:
        server: Any = create_server(create_app(settings, database), host=host, port=port, threads=threads, ident=None)
    except OSError as error:
        remedy = _("Choose another one with --port, or end the program that uses it")
        problem = Problem(_("The port cannot be used"), remedy, column="--port", value=str(port))
        raise Misconfigured(_("Cannot listen on %(host)s port %(port)s", host=host, port=port), (problem,)) from error
    embedded = database.is_sqlite if worker is None else worker
    stop = background.start_embedded(settings, database) if embedded else _nothing
    try:
        console.progress(_("Listening on %(url)s", url=f"http://{host}:{server.effective_port}"))
        _until_told(server.run)
    finally:
        stop()
        server.close()
        database.dispose()


@command("worker", help=_("Run a worker: deadlines, mails, documents"))
def run_worker(console: Console) -> None:
    """Work until a signal ends it; what is being done is finished."""
    settings = console.settings
    features.load_runtime()
    assert console.database is not None

    from supplier_quality import worker as background

    background.run(settings)


def _until_told(work: Callable[[], None]) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        work()
    except (KeyboardInterrupt, SystemExit):
        return


def _nothing() -> None:
    """No worker was started here."""


commands = (serve, run_worker)
