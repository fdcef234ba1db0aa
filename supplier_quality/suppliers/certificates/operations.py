"""Acts on certificates. Each checks, changes, writes the trail, queues what must be sent, and returns the record."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached, StoredFile
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.start import start
from supplier_quality.engine.store import active_definition, content_of
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import Conflict, NotFound
from supplier_quality.identity import Actor, Signature, Via, system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link
from supplier_quality.language import _
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.enums import (
    BEFORE_VERIFICATION,
    GRACE,
    CertificateAction,
    CertificateState,
)
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import (
    current_certificate,
    files_of,
    latest_assessment,
    replaced_by,
    unverified_certificate,
)
from supplier_quality.suppliers.certificates.rules import answers_for
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.operations import link_end
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.queries import contact_to_write_to
from supplier_quality.suppliers.rules import as_date, differences

GRACE_TABLE = "certificate_grace"
ANSWER_DAYS = 30
"""So long a supplier has for a certificate that replaces none; a renewal is due before the one before ends."""

STAFF_SLOT = "certificate/staff"
_REMINDED_BEFORE = (CertificateState.VALID, *GRACE)


class AlreadyAsked(Conflict):
    """A certificate of this site and standard is asked for or waits to be verified already."""

    code = "certificate_already_asked"


class AlreadyVerified(Conflict):
    """What was verified is not changed afterwards; a new certificate is a new record."""

    code = "certificate_already_verified"


class NothingToTakeOver(NotFound):
    """The self-assessment names no such certificate."""

    code = "nothing_to_take_over"


def register_certificate(
    session: Session,
    supplier: Supplier,
    site: Site,
    standard: str,
    details: CertificateDetails,
    *,
    actor: Actor,
    at: datetime,
    safety_parts: bool | None = None,
) -> Certificate:
    """Add a certificate to be asked for or handed over. ``safety_parts`` None takes what holds for the one before.

    Raises MayNotEditSuppliers, AlreadyAsked.
    """
    check_may_edit_suppliers(actor)
    _check_not_asked(session, site, standard)

    before = current_certificate(session, site.id, standard)
    safety = safety_parts if safety_parts is not None else bool(before and before.safety_parts)
    certificate = Certificate(
        supplier_id=supplier.id,
        site_id=site.id,
        standard=standard,
        safety_parts=safety,
        replaces_id=before.id if before else None,
        entered_by=actor.id if details != CertificateDetails() else None,
        **details.values(),
    )
    certificate.grace_until = grace_end(session, certificate)
    told = {"site": site.name, "standard": standard, "values": _filled(details.values())}
    start(session, certificate, actor=actor, at=at, data=told)
    session.refresh(certificate, ["owner_id", "supplier_name"])
    return certificate


def edit_certificate(
    session: Session,
    certificate: Certificate,
    details: CertificateDetails,
    *,
    actor: Actor,
    at: datetime,
    safety_parts: bool | None = None,
    expected_version: int | None = None,
) -> Certificate:
    """Change what is known of a certificate; nothing is written when nothing differs.

    After it was verified only ``safety_parts`` may change. Who corrects what somebody else entered has entered it, for four
    eyes; who fills in what was empty has not. Raises MayNotEditSuppliers, AlreadyVerified, Stale.
    """
    check_may_edit_suppliers(actor)
    changes = differences({name: getattr(certificate, name) for name in details.values()}, details.values())
    if changes and certificate.state not in BEFORE_VERIFICATION:
        raise AlreadyVerified(
            _("%(number)s was verified and stays as it is. Add the new certificate instead.", number=certificate.number)
        )
    if safety_parts is not None and safety_parts != certificate.safety_parts:
        changes["safety_parts"] = [certificate.safety_parts, safety_parts]
    if not changes:
        return certificate

    corrected = any(old is not None for name, (old, _new) in changes.items() if name != "safety_parts")
    if corrected or certificate.entered_by is None:
        certificate.entered_by = actor.id
    for name, (_old, new) in changes.items():
        setattr(certificate, name, new)
    if certificate.state not in (CertificateState.EXTENDED,):
        certificate.grace_until = grace_end(session, certificate)
    note(session, certificate, actor=actor, at=at, action="edit", data={"changes": changes},
         expected_version=expected_version)  # fmt: skip
    rearm(session, certificate, at=at)
    return certificate


def add_certificate_file(
    session: Session, certificate: Certificate, stored: StoredFile, *, actor: Actor, at: datetime
) -> Attached:
    """Attach a stored file to a certificate as evidence. Raises MayNotEditSuppliers, AlreadyVerified, NotStored."""
    check_may_edit_suppliers(actor)
    if certificate.state not in BEFORE_VERIFICATION:
        raise AlreadyVerified(
            _("%(number)s was verified and stays as it is. Add the new certificate instead.", number=certificate.number)
        )

    return keep_file(session, certificate, stored, slot=f"{STAFF_SLOT}/file", actor=actor, at=at)


def keep_file(
    session: Session, certificate: Certificate, stored: StoredFile, *, slot: str, actor: Actor, at: datetime
) -> Attached:
    """Attach a stored file and note it in the trail; from here on it stays. Raises NotStored."""
    return keep_evidence(session, certificate, stored, slot=slot, action="certificate.file_added", actor=actor, at=at)


def move_certificate(
    session: Session,
    certificate: Certificate,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the certificate's process and do what comes with it: replace the one before, ask for the next.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused.
    """
    form = dict(form or {})
    _keep_what_rules_read(session, certificate, action, form, actor=actor, at=at)
    fired = fire(
        session, certificate, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == CertificateAction.EXTEND:
        certificate.grace_until = as_date(form.get("until"))
        rearm(session, certificate, at=at)
    elif action in (CertificateAction.VERIFY, CertificateAction.BODY_RESTORES):
        _keep_verification(certificate, form, actor=actor)
    if action == CertificateAction.VERIFY:
        for other in replaced_by(session, certificate):
            fire(session, other, CertificateAction.REPLACE, actor=system_actor(Via.POLICY), at=at)
    elif action == CertificateAction.ASK_FOR_NEW:
        following = unverified_certificate(session, certificate.site_id, certificate.standard)
        if following is not None and following.state == CertificateState.ASKED:
            move_certificate(session, following, CertificateAction.ASK_AGAIN, actor=actor, at=at)
        else:
            ask_for_next(session, certificate, actor=actor, at=at)
    session.flush()
    return fired


def ask_for_next(session: Session, certificate: Certificate, *, actor: Actor, at: datetime) -> Certificate:
    """The record of the certificate that follows, asked of the supplier unless it was entered meanwhile. Raises Refused."""
    following = unverified_certificate(session, certificate.site_id, certificate.standard)
    if following is None:
        following = Certificate(
            supplier_id=certificate.supplier_id,
            site_id=certificate.site_id,
            standard=certificate.standard,
            safety_parts=certificate.safety_parts,
            replaces_id=certificate.id,
        )
        start(session, following, actor=actor, at=at, data={"replaces": certificate.number})
        session.refresh(following, ["owner_id", "supplier_name"])
    if following.state == CertificateState.WANTED:
        move_certificate(session, following, CertificateAction.ASK, actor=actor, at=at)
    return following


def take_over(
    session: Session, supplier: Supplier, site: Site, standard: str, *, actor: Actor, at: datetime
) -> Certificate:
    """Make a record of a certificate that the latest self-assessment names, with its file, to be verified.

    What the supplier signed was entered by its contact, so whoever takes it over may verify it.
    Raises MayNotEditSuppliers, NothingToTakeOver, AlreadyAsked, Refused.
    """
    check_may_edit_suppliers(actor)
    assessment = latest_assessment(session, supplier)
    named = dict(answers_for(assessment.answers)) if assessment is not None else {}
    if assessment is None or standard not in named:
        raise NothingToTakeOver(_("The self-assessment names no certificate to %(standard)s.", standard=standard[:40]))

    prefix, answers = named[standard], assessment.answers
    details = CertificateDetails.read(
        {
            "certificate_no": answers.get(f"{prefix}_number"),
            "body": answers.get(f"{prefix}_body"),
            "valid_to": answers.get(f"{prefix}_valid_until"),
        }
    )
    certificate = register_certificate(session, supplier, site, standard, details, actor=actor, at=at)
    certificate.entered_by = assessment.submitted_by
    _copy_file(session, supplier, certificate, answers.get(f"{prefix}_file"), actor=actor, at=at)
    move_certificate(session, certificate, CertificateAction.ENTER, actor=actor, at=at)
    return certificate


def link_for_certificate(
    session: Session, certificate: Certificate, *, actor: Actor, at: datetime
) -> AccessLink | None:
    """The live link of whom we write to first, made if there is none; None without a contact that can be written to."""
    contact = contact_to_write_to(session, certificate.supplier_id)
    if contact is None:
        return None
    return create_link(
        session,
        contact=ContactRef(CONTACT_KIND, contact.id),
        record=certificate.record,
        purpose=LinkPurpose.CERTIFICATE,
        expires_at=link_end(session, at=at),
        actor=actor,
        at=at,
        owner_id=certificate.owner_id,
    )


def grace_end(session: Session, certificate: Certificate) -> date | None:
    """The last day of the grace as workflows/certificate_grace.yaml says; None while the end is unknown."""
    if certificate.valid_to is None:
        return None
    days = grace_days(session, certificate.standard, safety_parts=bool(certificate.safety_parts))
    return certificate.valid_to + timedelta(days=days)


def grace_days(session: Session, standard: str, *, safety_parts: bool) -> int:
    """The days of grace after a certificate to this standard has ended."""
    table = content_of(session, active_definition(session, GRACE_TABLE, "table").id)
    decision = table.decide({"safety_parts": safety_parts, "standard": standard})
    return int(decision.outputs["days"]) if decision else 0


def _keep_what_rules_read(
    session: Session, certificate: Certificate, action: str, form: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Columns that facts and timers of the new state hang on; a refusal rolls them back with everything else."""
    if action in (CertificateAction.ASK, CertificateAction.SEND_BACK):
        before = session.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
        reminded = before is not None and before.state in _REMINDED_BEFORE
        certificate.answer_by = None if reminded else day_in_plant(session, at) + timedelta(days=ANSWER_DAYS)
    elif action == CertificateAction.SUBMIT:
        given = {**form, "certificate_no": form.get("number")}
        for name, value in CertificateDetails.read(given).values().items():
            setattr(certificate, name, value)
        certificate.entered_by = actor.id
        certificate.grace_until = grace_end(session, certificate)


def _keep_verification(certificate: Certificate, form: Mapping[str, Any], *, actor: Actor) -> None:
    certificate.verified_at = str(form["verified_at"])
    certificate.verified_on = as_date(form["verified_on"])
    certificate.verified_by = actor.label[:200]
    certificate.verified_reference = str(form.get("reference") or "") or certificate.verified_reference


def _copy_file(
    session: Session, supplier: Supplier, certificate: Certificate, reference: object, *, actor: Actor, at: datetime
) -> None:
    """The file the supplier submitted with its answers, also on the certificate."""
    attached = documents.attachments_of(session, record_kind=Supplier.subject_kind, record_id=supplier.id)
    for file in attached:
        if file.submitted_at is not None and file.reference == reference and not files_of(session, certificate):
            stored = StoredFile(file.sha256, file.size, file.media_type, file.name)
            keep_file(session, certificate, stored, slot=f"{STAFF_SLOT}/assessment", actor=actor, at=at)


def _check_not_asked(session: Session, site: Site, standard: str) -> None:
    other = unverified_certificate(session, site.id, standard)
    if other is not None:
        raise AlreadyAsked(
            _(
                "%(number)s is the next certificate to %(standard)s of this site already. Enter what you know there.",
                number=other.number,
                standard=standard,
            )
        )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
