"""Mails about certificates. Each effect of workflows/certificate.yaml writes down who is owed which mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity import Role, system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.enums import ActorKind
from supplier_quality.identity.queries import users_with_role, with_deputies
from supplier_quality.language import Message, Words, _
from supplier_quality.mail import (
    Correspondence,
    Recipient,
    goes_at_once,
    queue_mail,
    register_correspondence,
)
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.certificates.enums import BEFORE_VERIFICATION, MISSING, CertificateState
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.operations import ask_for_next, link_for_certificate
from supplier_quality.suppliers.certificates.queries import unverified_certificate
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.contacts import note_failed_address
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.queries import contact_to_write_to

INVITATION, NOTICE = "layout/invitation", "layout/notice"
MINUTES = 5


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: a title for the subject line, and one leading sentence with ``standard`` and ``site``."""

    title: Message
    lead: Message


def _certificate(delivery: Delivery) -> Certificate | None:
    return delivery.session.get(Certificate, delivery.row.payload["subject"]["id"])


def _comment(delivery: Delivery) -> str:
    form = delivery.row.payload.get("form") or {}
    return str(form.get("comment") or form.get("reason") or "")


def _invite(letter: Letter) -> Handler:
    """To the contact who is written to first, with the link to upload this certificate."""

    def run(delivery: Delivery) -> None:
        certificate = _certificate(delivery)
        by_itself = delivery.row.payload["actor"].get("kind") == ActorKind.SYSTEM
        asked_for_next = by_itself and not delivery.row.payload.get("timer")
        # A timer that asks for the next certificate writes a mail of its own that says why.
        if certificate is not None and not asked_for_next:
            _queue_invitation(
                delivery, letter, certificate, due=certificate.answer_by or _end_before(certificate, delivery)
            )

    return Handler(run)


def _invite_next(to_supplier: Letter, to_owner: Letter | None = None) -> Handler:
    """To the supplier, with the link to upload the certificate that follows; and what our owner should know of it."""

    def run(delivery: Delivery) -> None:
        certificate = _certificate(delivery)
        if certificate is None:
            return
        if contact_to_write_to(delivery.session, certificate.supplier_id) is None:
            _queue_for_staff(delivery, NOBODY_TO_ASK, certificate, _owner(certificate))
        else:
            following = ask_for_next(delivery.session, certificate, actor=system_actor("timer"), at=delivery.at)
            if following.state == CertificateState.ASKED:
                _queue_invitation(delivery, to_supplier, following, due=_next_day(certificate))
        if to_owner is not None:
            _queue_for_staff(delivery, to_owner, certificate, _owner(certificate))

    return Handler(run)


def _tell_supplier(letter: Letter, *, and_owner: Letter | None = None) -> Handler:
    """To the contact who is written to first; nothing to do, so without a link. And to our owner."""

    def run(delivery: Delivery) -> None:
        certificate = _certificate(delivery)
        if certificate is None:
            return
        contact = contact_to_write_to(delivery.session, certificate.supplier_id)
        if contact is not None:
            queue_mail(
                delivery.session,
                template=NOTICE,
                recipient=Recipient.contact(ContactRef(CONTACT_KIND, contact.id)),
                record=certificate.record,
                at=delivery.at,
                values={**_said(delivery.session, letter, certificate), "message": _comment(delivery), "page_url": ""},
                urgent=goes_at_once(delivery.row.payload["actor"]),
            )
        if and_owner is not None:
            _queue_for_staff(delivery, and_owner, certificate, _owner(certificate))

    return Handler(run)


def _tell_owner(letter: Letter) -> Handler:
    """To whoever looks after the supplier on our side."""

    def run(delivery: Delivery) -> None:
        certificate = _certificate(delivery)
        if certificate is not None:
            _queue_for_staff(delivery, letter, certificate, _owner(certificate))

    return Handler(run)


def _escalate_silence(delivery: Delivery) -> None:
    """To our owner and the quality managers: the certificate ends soon and the next one is not verified."""
    certificate = _certificate(delivery)
    if certificate is None:
        return
    following = unverified_certificate(delivery.session, certificate.site_id, certificate.standard)
    arrived = following is not None and following.state == CertificateState.SUBMITTED
    managers = users_with_role(delivery.session, Role.QUALITY_MANAGER, at=delivery.at)
    letter = NOT_VERIFIED if arrived else SILENT
    _queue_for_staff(delivery, letter, certificate, dict.fromkeys([*_owner(certificate), *managers]))


def _owner(certificate: Certificate) -> list[int]:
    return [certificate.owner_id] if certificate.owner_id is not None else []


def _queue_invitation(delivery: Delivery, letter: Letter, certificate: Certificate, *, due: Any) -> None:
    session = delivery.session
    link = link_for_certificate(session, certificate, actor=system_actor("policy"), at=delivery.at)
    if link is None:
        return
    queue_mail(
        session,
        template=INVITATION,
        recipient=Recipient.contact(link.contact),
        record=certificate.record,
        at=delivery.at,
        values={
            **_said(session, letter, certificate), "message": _comment(delivery), "minutes": MINUTES, "due": due or "",
        },
        urgent=goes_at_once(delivery.row.payload["actor"]),
        link=link,
    )  # fmt: skip


def _queue_for_staff(delivery: Delivery, letter: Letter, certificate: Certificate, readers: Any) -> None:
    session = delivery.session
    base_url = session.info["settings"].base_url.rstrip("/")
    facts: list[tuple[Words, str]] = [(_("Supplier"), certificate.supplier_name)]
    if certificate.certificate_no:
        facts.append((_("Certificate number"), certificate.certificate_no))
    values = {
        **_said(session, letter, certificate),
        "message": _comment(delivery),
        "due": _next_day(certificate) or "",
        "facts": facts,
        "action_label": _("Open the record"),
        "page_url": f"{base_url}/certificates/{certificate.number}",
    }
    for user_id in with_deputies(session, list(readers), at=delivery.at):
        queue_mail(
            session, template=NOTICE, recipient=Recipient.user(user_id), record=certificate.record, at=delivery.at,
            values=values,
        )  # fmt: skip


def _said(session: Session, letter: Letter, certificate: Certificate) -> dict[str, Any]:
    site = session.get_one(Site, certificate.site_id)
    return {
        "title": Message(letter.title.id, {"standard": certificate.standard}),
        "lead": Message(letter.lead.id, {"standard": certificate.standard, "site": site.name}),
        "action_label": _("Upload the certificate"),
        "purpose_label": _("Certificate"),
        "record_label": certificate.number,
    }


def _next_day(certificate: Certificate) -> Any:
    """The day that matters now: the end of the grace when it runs, else the end of the validity."""
    return certificate.grace_until if certificate.state in MISSING else certificate.valid_to


def _end_before(certificate: Certificate, delivery: Delivery) -> Any:
    before = delivery.session.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
    return before.valid_to if before is not None else None


def find_owner(session: Session, certificate_id: int) -> int | None:
    """Who of ours looks after the certificate's supplier."""
    certificate = session.get(Certificate, certificate_id)
    return certificate.owner_id if certificate is not None else None


def next_contact(session: Session, certificate_id: int, contact: ContactRef) -> ContactRef | None:
    """Whom to write to after a contact who does not answer, in the supplier's order of notice."""
    certificate = session.get(Certificate, certificate_id)
    following = contact_to_write_to(session, certificate.supplier_id, after=contact.id) if certificate else None
    return ContactRef(CONTACT_KIND, following.id) if following else None


def is_open(session: Session, certificate_id: int) -> bool:
    """Whether the supplier should still hear of it: it has to send a certificate, or lost one."""
    certificate = session.get(Certificate, certificate_id)
    waits = (*BEFORE_VERIFICATION[:2], *MISSING)
    return certificate is not None and certificate.state in waits


def page_of(session: Session, certificate_id: int) -> str | None:
    """The path of the certificate's page for staff."""
    certificate = session.get(Certificate, certificate_id)
    return f"/certificates/{certificate.number}" if certificate else None


def address_failed(session: Session, certificate_id: int, contact: ContactRef, address: str, at: datetime) -> None:
    """Noted on the supplier, whose contact it is."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is not None and session.get(Supplier, certificate.supplier_id) is not None:
        note_failed_address(session, certificate.supplier_id, contact, address, at)


register_correspondence(
    Correspondence(
        Certificate.subject_kind,
        owner=find_owner,
        next_contact=next_contact,
        is_open=is_open,
        page=page_of,
        address_failed=address_failed,
    )
)

SILENT = Letter(
    _("No new certificate to %(standard)s has come"),
    _("The certificate to %(standard)s of %(site)s ends on the day named, and the supplier has sent no new one."),
)
NOT_VERIFIED = Letter(
    _("The new certificate to %(standard)s is not verified"),
    _(
        "The certificate to %(standard)s of %(site)s ends on the day named. A new one has come and waits to be verified."
    ),
)
NOBODY_TO_ASK = Letter(
    _("Nobody to ask for the certificate to %(standard)s"),
    _("The certificate to %(standard)s of %(site)s ends or has ended, and the supplier has no contact for our mail."),
)

EFFECTS: dict[str, Handler] = {
    "mail.certificate_asked": _invite(
        Letter(
            _("Please send your certificate to %(standard)s"),
            _("We need the certificate to %(standard)s of %(site)s. Please upload it."),
        )
    ),
    "mail.certificate_reminder": _invite(
        Letter(
            _("Reminder: your certificate to %(standard)s"),
            _("We are still waiting for the certificate to %(standard)s of %(site)s."),
        )
    ),
    "mail.certificate_sent_back": _invite(
        Letter(
            _("Please look at your certificate to %(standard)s again"),
            _("We have looked at the certificate to %(standard)s of %(site)s and need more from you."),
        )
    ),
    "mail.certificate_received": _tell_owner(
        Letter(
            _("Certificate to %(standard)s received"),
            _("The supplier has sent the certificate to %(standard)s of %(site)s. Please verify it."),
        )
    ),
    "mail.certificate_verified": _tell_supplier(
        Letter(
            _("Your certificate to %(standard)s is verified"),
            _("Thank you. We have verified the certificate to %(standard)s of %(site)s."),
        )
    ),
    "mail.certificate_refused": _tell_supplier(
        Letter(
            _("Your certificate to %(standard)s was not accepted"),
            _("We cannot accept the certificate to %(standard)s of %(site)s that you sent."),
        )
    ),
    "mail.certificate_ends_soon": _invite_next(
        Letter(
            _("Your certificate to %(standard)s ends soon"),
            _("The certificate to %(standard)s of %(site)s ends on the day named. Please upload the new one."),
        )
    ),
    "mail.certificate_silence": Handler(_escalate_silence),
    "mail.certificate_lapsed": _invite_next(
        Letter(
            _("Your certificate to %(standard)s has ended"),
            _(
                "The certificate to %(standard)s of %(site)s has ended. We give no new business for it; "
                "without a new one we stop ordering after the day named."
            ),
        ),
        Letter(
            _("Certificate to %(standard)s has lapsed"),
            _("The certificate to %(standard)s of %(site)s has ended. Its grace runs until the day named."),
        ),
    ),
    "mail.certificate_grace_ends_soon": _invite_next(
        Letter(
            _("The grace for your certificate to %(standard)s ends soon"),
            _("We still have no new certificate to %(standard)s of %(site)s. After the day named we stop ordering."),
        ),
        Letter(
            _("The grace for a certificate to %(standard)s ends soon"),
            _("There is no new certificate to %(standard)s of %(site)s yet. The grace ends on the day named."),
        ),
    ),
    "mail.certificate_extended": _tell_supplier(
        Letter(
            _("The grace for your certificate to %(standard)s is extended"),
            _("Because of your audit we extend the grace for the certificate to %(standard)s of %(site)s once."),
        ),
        and_owner=Letter(
            _("Grace of a certificate to %(standard)s extended"),
            _("The grace for the certificate to %(standard)s of %(site)s runs until the day named."),
        ),
    ),
    "mail.certificate_expired": _invite_next(
        Letter(
            _("The grace for your certificate to %(standard)s is over"),
            _(
                "We order nothing more that rests on the certificate to %(standard)s of %(site)s until a new one is here."
            ),
        ),
        Letter(
            _("Grace of a certificate to %(standard)s is over"),
            _("The grace for the certificate to %(standard)s of %(site)s is over, and no new one is verified."),
        ),
    ),
    "mail.certificate_suspended": _tell_supplier(
        Letter(
            _("Your certificate to %(standard)s is suspended"),
            _("The certificate to %(standard)s of %(site)s is suspended by its certification body; there is no grace."),
        ),
        and_owner=Letter(
            _("Certificate to %(standard)s suspended by its body"),
            _("The certificate to %(standard)s of %(site)s is suspended by its certification body; there is no grace."),
        ),
    ),
    "mail.certificate_withdrawn": _invite_next(
        Letter(
            _("Your certificate to %(standard)s is withdrawn"),
            _("The certificate to %(standard)s of %(site)s is withdrawn by its certification body; there is no grace."),
        ),
        Letter(
            _("Certificate to %(standard)s withdrawn by its body"),
            _("The certificate to %(standard)s of %(site)s is withdrawn by its certification body; there is no grace."),
        ),
    ),
    "mail.certificate_restored": _tell_supplier(
        Letter(
            _("Your certificate to %(standard)s is in force again"),
            _("We have verified that the certificate to %(standard)s of %(site)s is in force again."),
        ),
        and_owner=Letter(
            _("Certificate to %(standard)s in force again"),
            _("The certificate to %(standard)s of %(site)s is in force again."),
        ),
    ),
}
