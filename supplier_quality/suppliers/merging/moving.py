"""What belongs to a supplier and goes over to another record with it: read, moved, moved back.

Every table that names a supplier is in :data:`PARTS` or in :data:`STAYS`, which says why it does not move; a test walks all
tables and fails on one that is in neither.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from supplier_quality.documents.models import Attachment
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.mail.models import DigestItem
from supplier_quality.portal.models import PortalDraft, PortalReceipt
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.development.enums import ProofKind
from supplier_quality.suppliers.development.models import DevelopmentPlan, LevelProof, LevelRequirement
from supplier_quality.suppliers.directed.models import DirectedSource
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.notes.models import SupplierNote
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.scope.models import EVERY_SITE, ScopeLimit, ScopeLine
from supplier_quality.suppliers.special_processes.models import ProcessAssessment

Moved = dict[str, list[int]]
"""Ids by part."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that belong to a supplier.

    ``owner`` is the column with the supplier's id. Tables of other parts of the product name records of any kind; of those only
    rows of suppliers count. ``labelled`` ones also hold the supplier's number, which changes with it. ``of_contacts`` ones belong to
    one contact and stay or go with that person; ``of_sites`` ones belong to one site.
    """

    name: str
    model: Any
    owner: Any
    labelled: bool = False
    of_contacts: bool = False
    of_sites: bool = False
    only: ColumnElement[bool] | None = None

    def of(self, supplier_id: int) -> list[ColumnElement[bool]]:
        """The conditions under which a row belongs to the supplier."""
        conditions: list[ColumnElement[bool]] = [self.owner == supplier_id]
        if hasattr(self.model, "record_kind"):
            conditions.append(self.model.record_kind == Supplier.subject_kind)
        if self.only is not None:
            conditions.append(self.only)
        return conditions


PARTS: tuple[Part, ...] = (
    Part("sites", Site, Site.supplier_id),
    Part("contacts", Contact, Contact.supplier_id),
    Part("assessments", SelfAssessment, SelfAssessment.supplier_id),
    Part("scope", ScopeLine, ScopeLine.supplier_id, of_sites=True),
    # What the supplier's own standing limits stays with that standing.
    Part("limits", ScopeLimit, ScopeLimit.supplier_id, of_sites=True, only=ScopeLimit.site_id != EVERY_SITE),
    Part("certificates", Certificate, Certificate.supplier_id, of_sites=True),
    Part("site_documents", SupplierDocument, SupplierDocument.supplier_id, of_sites=True,
         only=SupplierDocument.site_id.is_not(None)),
    Part("documents", SupplierDocument, SupplierDocument.supplier_id, only=SupplierDocument.site_id.is_(None)),
    # The lines of their plans belong to the assessments and stay with them.
    Part("special_processes", ProcessAssessment, ProcessAssessment.supplier_id, of_sites=True),
    Part("notes", SupplierNote, SupplierNote.supplier_id),
    # Letters of customers are files of the supplier and go with them.
    Part("directed", DirectedSource, DirectedSource.supplier_id),
    # An audit goes with its site; a letter of the customer and what was demanded go with the supplier.
    Part("audits", LevelProof, LevelProof.supplier_id, of_sites=True, only=LevelProof.kind == ProofKind.AUDIT),
    Part("authorisations", LevelProof, LevelProof.supplier_id, only=LevelProof.kind == ProofKind.AUTHORISATION),
    Part("demands", LevelRequirement, LevelRequirement.supplier_id),
    Part("development", DevelopmentPlan, DevelopmentPlan.supplier_id),
    Part("questionnaires", Questionnaire, Questionnaire.supplier_id),
    Part("files", Attachment, Attachment.record_id),
    Part("links", AccessLink, AccessLink.record_id, labelled=True, of_contacts=True),
    Part("drafts", PortalDraft, PortalDraft.record_id, of_contacts=True),
    # What was signed stays as it was signed, the old number included.
    Part("receipts", PortalReceipt, PortalReceipt.record_id, of_contacts=True),
    # What was sent is history; what waits for a digest is still to be read.
    Part("notices", DigestItem, DigestItem.record_id, labelled=True, of_contacts=True, only=DigestItem.digest_uid.is_(None)),
)  # fmt: skip
BY_NAME: Mapping[str, Part] = {part.name: part for part in PARTS}

STAYS: Mapping[str, str] = {
    "supplier_match_key": "follows from the name and is written anew",
    "supplier_pair": "follows from the name; a dismissal is about two records as they were",
    "supplier_merge": "is the history of merges itself",
    "supplier_token": "both records are found under their own names",
    "supplier_risk_rating": "is about one record as it was known; the one that stays is rated itself",
    "supplier_risk_entry": "rests on one record; what it says is assessed again where it belongs",
    "supplier_qualification_step": "belongs to the qualification of its record; what was still to be done is taken back, and asked for anew when the merge is undone",
    "engine_timer": "the engine stops and starts timers with the state",
    "engine_key": "answers a repeat about the record it was about",
    "trail_entry": "the trail of each record stays its own",
    "trail_position": "the trail of each record stays its own",
    "trail_heads": "the trail of each record stays its own",
    "outbox": "what is on its way is waited for",
    "mail_message": "what was sent was sent about the record it names",
    "supplier_bulk_item": "says how the record that was picked went; what is asked of a merged one is refused when its turn comes",
    "searched_record": "is about one record in one version; merging counts both up, so both are taken in anew",
    "search_document": "is written anew from what each record has after the merge; a hit of the merged one says where it went",
    "owner_task": "is about a mail that was sent; its record leads on to the one that stays",
}


def count_parts(session: Session, supplier_id: int) -> dict[str, int]:
    """How much of each part belongs to a supplier."""
    return {
        part.name: session.scalar(select(func.count()).select_from(part.model).where(*part.of(supplier_id))) or 0
        for part in PARTS
    }


def ids_of(session: Session, part: Part, supplier_id: int, *, without_contacts: Collection[int] = ()) -> list[int]:
    """The rows of a part, without those of contacts who stay."""
    query = select(part.model.id).where(*part.of(supplier_id)).order_by(part.model.id)
    if part.of_contacts and without_contacts:
        theirs = (part.model.contact_kind == CONTACT_KIND) & part.model.contact_id.in_(without_contacts)
        query = query.where(~theirs)
    if part.model is Contact and without_contacts:
        query = query.where(Contact.id.not_in(without_contacts))
    return list(session.scalars(query))


def ids_at(session: Session, part: Part, site_ids: Collection[int]) -> list[int]:
    """The rows of a part that belong to these sites, also those added since they moved."""
    return list(session.scalars(select(part.model.id).where(part.model.site_id.in_(site_ids)).order_by(part.model.id)))


def shared_addresses(session: Session, one_id: int, other_id: int) -> list[Contact]:
    """Contacts of the second supplier whose address a contact of the first has too: one person, known twice."""
    known = select(Contact.email_key).where(Contact.supplier_id == one_id, Contact.email_key.is_not(None))
    query = select(Contact).where(Contact.supplier_id == other_id, Contact.email_key.in_(known))
    return list(session.scalars(query.order_by(Contact.id)))


def move(session: Session, part: Part, ids: Sequence[int], *, to: Supplier) -> None:
    """Give these rows to another supplier."""
    if not ids:
        return
    values: dict[str, Any] = {part.owner.key: to.id}
    if part.labelled:
        values["record_label"] = to.number
    if part.model is SelfAssessment:
        _park_rounds(session, ids)
    statement = update(part.model).where(part.model.id.in_(ids)).values(values)
    session.execute(statement.execution_options(synchronize_session=False))


def _park_rounds(session: Session, ids: Sequence[int]) -> None:
    """Give moving assessments numbers that no other has, until :func:`number_rounds` counts them anew."""
    statement = update(SelfAssessment).where(SelfAssessment.id.in_(ids)).values(round=-SelfAssessment.id)
    session.execute(statement.execution_options(synchronize_session=False))


def number_rounds(session: Session, supplier: Supplier) -> None:
    """Count the self-assessments of a supplier from 1 in the order in which they were submitted."""
    query = select(SelfAssessment.id, SelfAssessment.round).where(SelfAssessment.supplier_id == supplier.id)
    rows = session.execute(query.order_by(SelfAssessment.submitted_at, SelfAssessment.id)).all()
    changed = [(row.id, number) for number, row in enumerate(rows, start=1) if row.round != number]
    _park_rounds(session, [id_ for id_, _number in changed])
    for id_, number in changed:
        statement = update(SelfAssessment).where(SelfAssessment.id == id_).values(round=number)
        session.execute(statement.execution_options(synchronize_session=False))
