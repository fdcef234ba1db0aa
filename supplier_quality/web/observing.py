"""What happened, for operators: an id and one log line per request, and figures for Prometheus."""

import secrets
from datetime import datetime

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.orm import Session

from supplier_quality import clock
from supplier_quality.outbox.heartbeat import workers_alive
from supplier_quality.outbox.incidents import count_incidents, waiting_rows
from supplier_quality.web import visitors

log = structlog.get_logger("supplier_quality.web")
_KEY = "supplier_quality.figures"
# Health checks come every few seconds and would bury the rest.
_QUIET = frozenset({"shell.healthz", "shell.metrics", "shell.static"})


class Figures:
    """Counters of one application, in a registry of their own so that several applications fit in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "supplier_quality_requests",
            "Requests answered",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "supplier_quality_request_seconds",
            "Time to answer a request",
            ("endpoint",),
            registry=self.registry,
        )

        self.waiting = Gauge("supplier_quality_outbox_waiting", "Effects to deliver", registry=self.registry)
        self.due = Gauge(
            "supplier_quality_outbox_due", "Effects that are due and not delivered", registry=self.registry
        )
        self.incidents = Gauge("supplier_quality_incidents", "Effects nobody could deliver", registry=self.registry)
        self.workers = Gauge("supplier_quality_workers_alive", "Workers heard of lately", registry=self.registry)

    def exposition(self, session: Session, *, at: datetime) -> Response:
        """All figures in the format of Prometheus; those of the database are asked for now."""
        waiting, due = waiting_rows(session, at=at)
        self.waiting.set(waiting)
        self.due.set(due)
        self.incidents.set(count_incidents(session))
        self.workers.set(workers_alive(session, at=at))
        return Response(generate_latest(self.registry), content_type=CONTENT_TYPE_LATEST)


def figures(app: Flask) -> Figures:
    found: Figures = app.extensions[_KEY]
    return found


def request_id() -> str:
    """The id of this request, shown on error pages and written in every log line of it."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def install(app: Flask) -> None:
    app.extensions[_KEY] = Figures()

    @app.before_request
    def begin() -> None:
        g.began = clock.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def end(response: Response) -> Response:
        seconds = clock.monotonic() - g.get("began", clock.monotonic())
        endpoint = request.endpoint or "unknown"
        counted = figures(app)
        counted.requests.labels(endpoint, request.method, response.status_code).inc()
        counted.seconds.labels(endpoint).observe(seconds)
        response.headers["X-Request-ID"] = request_id()
        if endpoint not in _QUIET:
            log.info(
                "request",
                # The path only: a query may hold what somebody searched for. Where the path itself is a secret, its rule.
                method=request.method,
                path=str(request.url_rule) if "secret" in (request.view_args or {}) else request.path,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
                actor=visitors.name_for_log(),
                address=request.remote_addr,
            )
        return response
