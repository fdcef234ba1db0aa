"""Acts on documents. Each checks, changes, writes the trail, queues what must be sent, and returns the record."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.documents import Attached, StoredFile
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.start import start
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor, Signature, Via, system_actor
from supplier_quality.language import _
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.enums import BEFORE_ACCEPTANCE, DocumentAction, DocumentState
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.queries import coming_document, current_document, replaced_by
from supplier_quality.suppliers.document_bank.types import DocumentType, document_types
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.rules import differences

ANSWER_DAYS = 30
"""So long a supplier has for a document that replaces none; the next one is due before the one before ends."""

STAFF_SLOT = "document/staff"
_GIVEN_BY_SUPPLIER = ("reference", "template_version", "valid_from", "valid_to", "reporting_year")


class AlreadyAwaited(Conflict):
    """A document of this type and place is asked for or waits to be looked at already."""

    code = "document_already_awaited"


class AlreadyAccepted(Conflict):
    """What was accepted is not changed afterwards; a new document is a new record."""

    code = "document_already_accepted"


class UnknownType(BadInput):
    """There is no such type of document, or the person may not see documents of that type."""

    code = "unknown_document_type"


def type_for(session: Session, id_: object, *, actor: Actor) -> DocumentType:
    """A type by its id. Raises UnknownType, also for one whose documents the actor may not know of."""
    found = document_types(session).get(str(id_ or ""))
    if found is None or not found.may_be_seen_by(actor):
        said = _("There is no type of document of this name.")
        problem = Problem(said, _("Choose one of the offered types."), column="type", value=str(id_ or "")[:40])
        raise UnknownType(said, (problem,))
    return found


def type_of(session: Session, document: SupplierDocument) -> DocumentType:
    """The type of a document; one that the file names no more asks for nothing and reminds nobody."""
    known = document_types(session).get(document.type)
    return known or DocumentType(id=document.type, name=document.name)


def register_document(
    session: Session,
    supplier: Supplier,
    of_type: DocumentType,
    details: DocumentDetails,
    *,
    site: Site | None = None,
    actor: Actor,
    at: datetime,
) -> SupplierDocument:
    """Add a document to be asked for or accepted. Raises MayNotEditSuppliers, AlreadyAwaited."""
    check_may_edit_suppliers(actor)
    site_id = site.id if site is not None else None
    other = coming_document(session, supplier.id, site_id, of_type.id)
    if other is not None:
        raise AlreadyAwaited(
            _("%(number)s is the next document of this type already. Enter what you know there.", number=other.number)
        )
    before = current_document(session, supplier.id, site_id, of_type.id)
    document = SupplierDocument(
        supplier_id=supplier.id,
        site_id=site_id,
        type=of_type.id,
        type_name=dict(of_type.name.by_language),
        replaces_id=before.id if before else None,
        **details.values(),
    )
    told = {"type": of_type.id, "site": site.name if site else None, "values": _filled(details.values())}
    return _begin(session, document, actor=actor, at=at, data=told)


def _begin(
    session: Session, document: SupplierDocument, *, actor: Actor, at: datetime, data: Mapping[str, Any]
) -> SupplierDocument:
    start(session, document, actor=actor, at=at, data=_filled(data))
    session.refresh(document, ["owner_id", "supplier_name"])
    return document


def edit_document(
    session: Session,
    document: SupplierDocument,
    details: DocumentDetails,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> SupplierDocument:
    """Change what is known of a document; nothing is written when nothing differs.

    Raises MayNotEditSuppliers, AlreadyAccepted, Stale.
    """
    check_may_edit_suppliers(actor)
    changes = differences({name: getattr(document, name) for name in details.values()}, details.values())
    if not changes:
        return document
    _check_open(document)

    for name, (_old, new) in changes.items():
        setattr(document, name, new)
    note(session, document, actor=actor, at=at, action="edit", data={"changes": changes},
         expected_version=expected_version)  # fmt: skip
    rearm(session, document, at=at)
    return document


def add_document_file(
    session: Session, document: SupplierDocument, stored: StoredFile, *, actor: Actor, at: datetime
) -> Attached:
    """Attach a stored file to a document. Raises MayNotEditSuppliers, AlreadyAccepted, NotStored."""
    check_may_edit_suppliers(actor)
    _check_open(document)

    slot = f"{STAFF_SLOT}/file"
    return keep_evidence(session, document, stored, slot=slot, action="document.file_added", actor=actor, at=at)


def move_document(
    session: Session,
    document: SupplierDocument,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the document's process and do what comes with it: replace the one before, ask for the next.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused, BadDocument.
    """
    form = dict(form or {})
    _keep_what_rules_read(session, document, action, form, at=at)
    fired = fire(
        session, document, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == DocumentAction.ACCEPT:
        for other in replaced_by(session, document):
            fire(session, other, DocumentAction.REPLACE, actor=system_actor(Via.POLICY), at=at)
    elif action == DocumentAction.ASK_FOR_NEW:
        following = coming_document(session, document.supplier_id, document.site_id, document.type)
        if following is not None and following.state == DocumentState.ASKED:
            move_document(session, following, DocumentAction.ASK_AGAIN, actor=actor, at=at)
        else:
            ask_for_next(session, document, actor=actor, at=at)
    session.flush()
    return fired


def ask_for_next(session: Session, document: SupplierDocument, *, actor: Actor, at: datetime) -> SupplierDocument:
    """The record of the document that follows, asked of the supplier unless it was entered meanwhile. Raises Refused."""
    following = coming_document(session, document.supplier_id, document.site_id, document.type)
    if following is None:
        following = SupplierDocument(
            supplier_id=document.supplier_id,
            site_id=document.site_id,
            type=document.type,
            type_name=dict(type_of(session, document).name.by_language),
            replaces_id=document.id,
        )
        _begin(session, following, actor=actor, at=at, data={"replaces": document.number})
    if following.state == DocumentState.WANTED:
        move_document(session, following, DocumentAction.ASK, actor=actor, at=at)
    return following


def set_next_reminder(session: Session, document: SupplierDocument, *, at: datetime) -> date | None:
    """Let the end of a valid document be told on the next day its type names; None when none is left."""
    document.remind_on = type_of(session, document).next_reminder(document.valid_to, day_in_plant(session, at))
    rearm(session, document, at=at)
    return document.remind_on


def _keep_what_rules_read(
    session: Session, document: SupplierDocument, action: str, form: Mapping[str, Any], *, at: datetime
) -> None:
    """Columns that facts and timers of the new state hang on; a refusal rolls them back with everything else."""
    today = day_in_plant(session, at)
    if action in (DocumentAction.ASK, DocumentAction.SEND_BACK):
        before = session.get(SupplierDocument, document.replaces_id) if document.replaces_id else None
        # While the one before is in force its end is the day that counts, and its own timers remind of it.
        running = before is not None and before.state == DocumentState.VALID and before.valid_to is not None
        document.answer_by = None if running else today + timedelta(days=ANSWER_DAYS)
    elif action in (DocumentAction.SUBMIT, DocumentAction.SUBMIT_REPORT):
        given = {name: form.get(name) for name in _GIVEN_BY_SUPPLIER}
        for name, value in DocumentDetails.read(given, type_of(session, document)).values().items():
            setattr(document, name, value)
    elif action == DocumentAction.ACCEPT:
        document.remind_on = type_of(session, document).next_reminder(document.valid_to, today)


def _check_open(document: SupplierDocument) -> None:
    if document.state not in BEFORE_ACCEPTANCE:
        raise AlreadyAccepted(
            _("%(number)s was accepted and stays as it is. Add the new document instead.", number=document.number)
        )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
