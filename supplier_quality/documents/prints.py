"""Printing as work in the background: asked for on a page, made by a worker, kept for a while to be downloaded.

A feature that prints gives :func:`print_handler` a function from the parameters to HTML and registers the handler among its
effects; its page calls :func:`ask_print` and leads to ``/prints/NUMBER``.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.documents.attachments import Attached, attach_file, attachments_of
from supplier_quality.documents.models import Attachment, PrintRun
from supplier_quality.documents.printing import print_html
from supplier_quality.documents.sheets import Reader
from supplier_quality.documents.store import file_store
from supplier_quality.errors import NotAllowed, NotFound, ProductError
from supplier_quality.identity import Actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.enums import Via
from supplier_quality.language import LANGUAGES, Words, _, speaking
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef

RECORD_KIND = "print"
KEPT_FOR = timedelta(days=30)
LARGEST = 64_000_000

MakeSheet = Callable[[Session, Mapping[str, Any], Actor, Reader, datetime], str]
"""Session, parameters, who asked, their language and zone, the moment: the HTML of the sheet."""


class PrintNotFound(NotFound):
    """There is no such document, it is somebody else's, or it was printed too long ago."""

    code = "print_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such document. Printed documents are kept for 30 days; print it again."))


def ask_print(
    session: Session,
    kind: str,
    *,
    title: Words,
    file_name: str,
    parameters: Mapping[str, Any],
    zone: str,
    actor: Actor,
    at: datetime,
) -> PrintRun:
    """Let a worker print something. ``kind`` names the effect; ``parameters`` is plain JSON. Raises NotAllowed."""
    if actor.person_id is None:
        raise NotAllowed(_("Documents are printed for people."))
    run = PrintRun(
        kind=kind, title=_in_all_languages(title), file_name=file_name, parameters=dict(parameters),
        language=actor.language, zone=zone, person_id=actor.person_id, asked_at=at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    outbox.queue(session, kind=kind, payload={"print": run.id}, at=at, record=record_of(run))
    return run


def get_print(session: Session, run_id: int, *, actor: Actor) -> PrintRun:
    """What a person printed; nobody else reads it. Raises PrintNotFound."""
    run = session.get(PrintRun, run_id)
    if run is None or run.person_id != actor.person_id:
        raise PrintNotFound
    return run


def list_prints(session: Session, *, actor: Actor, limit: int = 20) -> Sequence[PrintRun]:
    """What a person printed, newest first."""
    query = select(PrintRun).where(PrintRun.person_id == actor.person_id).order_by(PrintRun.id.desc()).limit(limit)
    return session.scalars(query).all()


def file_of(session: Session, run: PrintRun) -> Attached:
    """The file of a document. Raises PrintNotFound while it is not there, and when it is gone."""
    found = attachments_of(session, record_kind=RECORD_KIND, record_id=run.id)
    if not found:
        raise PrintNotFound
    return found[0]


def record_of(run: PrintRun) -> RecordRef:
    """How files and effects name a printed document."""
    return RecordRef(RECORD_KIND, run.id, run.file_name)


def print_handler(make: MakeSheet) -> Handler:
    """The handler of a kind of sheet. Repeated after a crash it prints nothing twice."""

    def run(delivery: Delivery) -> None:
        run_id = delivery.row.payload["print"]
        with delivery.database.read() as session:
            asked = session.get(PrintRun, run_id)
            if asked is None or asked.ended_at is not None:
                return
            actor = load_actor(session, asked.person_id, via=Via.WEB, at=asked.asked_at)
            if actor is None:
                return
            reader = Reader(actor.label, asked.language, asked.zone)
            try:
                with speaking(asked.language):
                    # As of the moment it was asked for, so that a repeat prints the same.
                    html = make(session, asked.parameters, actor, reader, asked.asked_at)
            except ProductError as error:
                _finish(delivery, run_id, error=_in_all_languages(error.message))
                return
        printed = print_html(html)
        stored = file_store(delivery.settings).put(io.BytesIO(printed.content), name=asked.file_name, limit=LARGEST)
        with delivery.fenced_write() as session:
            asked = session.get_one(PrintRun, run_id, with_for_update=True)
            if asked.ended_at is None:
                attach_file(session, stored, record=record_of(asked), slot="file", actor=actor, at=delivery.at)
                asked.ended_at, asked.pages, asked.is_whole = delivery.at, printed.pages, printed.is_whole

    return Handler(run, transactional=False, attempts=3)


def _finish(delivery: Delivery, run_id: int, *, error: Mapping[str, str]) -> None:
    with delivery.fenced_write() as session:
        run = session.get_one(PrintRun, run_id, with_for_update=True)
        run.ended_at, run.error = delivery.at, dict(error)


def forget_prints(database: Database, *, at: datetime) -> int:
    """Let go of documents printed long ago; the clean-up removes their files. Returns how many."""
    old = select(PrintRun.id).where(PrintRun.asked_at < at - KEPT_FOR)
    with database.write() as session:
        held = (Attachment.record_kind == RECORD_KIND) & Attachment.record_id.in_(old) & Attachment.removed_at.is_(None)
        return int(session.execute(update(Attachment).where(held).values(removed_at=at)).rowcount)  # type: ignore[attr-defined]


def _in_all_languages(words: Words) -> dict[str, str]:
    """A sentence in every language, for when it is read."""
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = str(words)
    return said
