"""The outbox: durable effects, delivered at least once, and incidents when that fails.

Knows records and actors by plain values only.
"""

from supplier_quality.outbox.deliver import (
    Batch,
    Delivery,
    Handler,
    Journal,
    LeaseLost,
    Poison,
    Retry,
    Row,
    claim,
    deliver,
    deliver_due,
    deliver_these,
    pause_before_retry,
)
from supplier_quality.outbox.incidents import (
    IncidentNotFound,
    count_incidents,
    dismiss_incident,
    incidents,
    retry_incident,
    waiting_rows,
)
from supplier_quality.outbox.jobs import Job, JobRun, daily, end_job_leases, every, run_due_jobs
from supplier_quality.outbox.leases import end_leases
from supplier_quality.outbox.ledger import Ledger
from supplier_quality.outbox.models import OutboxRow, OutboxState
from supplier_quality.outbox.queue import queue, queue_many

__all__ = [
    "Batch",
    "Delivery",
    "Handler",
    "IncidentNotFound",
    "Job",
    "JobRun",
    "Journal",
    "LeaseLost",
    "Ledger",
    "OutboxRow",
    "OutboxState",
    "Poison",
    "Retry",
    "Row",
    "claim",
    "count_incidents",
    "daily",
    "deliver",
    "deliver_due",
    "deliver_these",
    "dismiss_incident",
    "end_job_leases",
    "end_leases",
    "every",
    "incidents",
    "pause_before_retry",
    "queue",
    "queue_many",
    "retry_incident",
    "run_due_jobs",
    "waiting_rows",
]
