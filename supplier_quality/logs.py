"""Structured logs on standard error, one event per line; standard output belongs to results."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from supplier_quality import clock

_Event = MutableMapping[str, Any]

# Libraries that tell their inner life at level info.
_TALKATIVE = ("apscheduler", "fontTools", "weasyprint", "alembic", "procrastinate", "waitress.queue")


def configure(*, level: str = "info", as_json: bool = False) -> None:
    """Send our events and those of libraries, in one form, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _add_time,
        _keep_on_one_line,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        # The pretty tracebacks print local variables, and with them passwords.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    steps: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        steps.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[*steps, renderer], foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_time(_logger: object, _method: str, event: _Event) -> _Event:
    event["time"] = clock.now().isoformat(timespec="milliseconds")
    return event


def _keep_on_one_line(_logger: object, _method: str, event: _Event) -> _Event:
    """What a stranger sent may hold line breaks; written as they are, they would forge further log lines."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable() and not name.startswith(("exc", "_")):
            event[name] = value.encode("unicode_escape").decode() if value.isascii() else repr(value)[1:-1]
    return event
