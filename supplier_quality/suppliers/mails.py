"""Mails about suppliers. Each effect of workflows/supplier_qualification.yaml writes down who is owed which mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity import system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.queries import with_deputies
from supplier_quality.language import Message, _
from supplier_quality.mail import Recipient, goes_at_once, queue_mail
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import link_for_assessment
from supplier_quality.suppliers.queries import contact_to_write_to

INVITATION, NOTICE = "layout/invitation", "layout/notice"
MINUTES = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: a title for the subject line, one leading sentence, and the words of the button."""

    title: Message
    lead: Message
    action_label: Message


def _supplier(delivery: Delivery) -> Supplier | None:
    return delivery.session.get(Supplier, delivery.row.payload["subject"]["id"])


def _comment(delivery: Delivery) -> str:
    form = delivery.row.payload.get("form") or {}
    return str(form.get("comment") or form.get("reason") or "")


def _invite(letter: Letter) -> Handler:
    """To the contact who is written to first, with their link to the self-assessment."""

    def run(delivery: Delivery) -> None:
        supplier = _supplier(delivery)
        if supplier is None:
            return
        contact = contact_to_write_to(delivery.session, supplier.id)
        link = link_for_assessment(delivery.session, supplier, actor=system_actor("policy"), at=delivery.at)
        if contact is None or link is None:
            return
        queue_mail(
            delivery.session,
            template=INVITATION,
            recipient=Recipient.contact(ContactRef(CONTACT_KIND, contact.id)),
            record=supplier.record,
            at=delivery.at,
            values=_said(letter, supplier) | {"message": _comment(delivery), "minutes": MINUTES},
            urgent=goes_at_once(delivery.row.payload["actor"]),
            link=link,
        )

    return Handler(run)


def _tell_supplier(letter: Letter, extra: Callable[[Supplier], dict[str, Any]] = lambda _supplier: {}) -> Handler:
    """To the contact who is written to first; nothing to do, so without a link."""

    def run(delivery: Delivery) -> None:
        supplier = _supplier(delivery)
        contact = contact_to_write_to(delivery.session, supplier.id) if supplier is not None else None
        if supplier is None or contact is None:
            return
        queue_mail(
            delivery.session,
            template=NOTICE,
            recipient=Recipient.contact(ContactRef(CONTACT_KIND, contact.id)),
            record=supplier.record,
            at=delivery.at,
            values=_said(letter, supplier) | extra(supplier) | {"page_url": ""},
            urgent=goes_at_once(delivery.row.payload["actor"]),
        )

    return Handler(run)


def _tell_owner(letter: Letter, extra: Callable[[Supplier], dict[str, Any]] = lambda _supplier: {}) -> Handler:
    """To whoever looks after the supplier on our side, and to those who cover them."""

    def run(delivery: Delivery) -> None:
        _queue_for_owner(delivery, letter, extra)

    return Handler(run)


def _tell_both(
    to_supplier: Letter, to_owner: Letter, extra: Callable[[Supplier], dict[str, Any]] = lambda _supplier: {}
) -> Handler:
    outward = _tell_supplier(to_supplier, extra)

    def run(delivery: Delivery) -> None:
        outward.run(delivery)
        _queue_for_owner(delivery, to_owner, extra)

    return Handler(run)


def _queue_for_owner(delivery: Delivery, letter: Letter, extra: Callable[[Supplier], dict[str, Any]]) -> None:
    supplier = _supplier(delivery)
    if supplier is None or supplier.owner_id is None:
        return
    values = _said(letter, supplier) | extra(supplier) | {"message": _comment(delivery)}
    for user_id in with_deputies(delivery.session, [supplier.owner_id], at=delivery.at):
        queue_mail(
            delivery.session,
            template=NOTICE,
            recipient=Recipient.user(user_id),
            record=supplier.record,
            at=delivery.at,
            values={**values, "page_url": page_url(delivery, supplier)},
        )


def _said(letter: Letter, supplier: Supplier) -> dict[str, Any]:
    name = {"name": supplier.name}
    return {
        "title": letter.title,
        "lead": Message(letter.lead.id, {**letter.lead.values, **name}),
        "action_label": letter.action_label,
        "purpose_label": _("Self-assessment"),
        "record_label": supplier.number,
    }


def page_url(delivery: Delivery, supplier: Supplier) -> str:
    """The address of the record's page, from the configured base URL."""
    settings = delivery.session.info["settings"]
    return f"{settings.base_url.rstrip('/')}/suppliers/{supplier.number}"


def _conditions(supplier: Supplier) -> dict[str, Any]:
    return {"due": supplier.valid_until, "facts": [(_("Conditions"), supplier.conditions or "")]}


def queue_link(session: Session, supplier: Supplier, link: AccessLink, *, at: datetime) -> None:
    """Owe a contact the mail with their link, to leave at once: somebody asked for it on the page."""
    queue_mail(
        session,
        template=INVITATION,
        recipient=Recipient.contact(link.contact),
        record=supplier.record,
        at=at,
        values=_said(AGAIN, supplier) | {"message": "", "minutes": MINUTES},
        urgent=True,
        link=link,
    )


_OPEN = _("Open the record")
_ANSWER = _("Answer the self-assessment")
AGAIN = Letter(
    _("Your link to our supplier self-assessment"),
    _("Here is your link to the self-assessment of %(name)s once more."),
    _ANSWER,
)

EFFECTS: dict[str, Handler] = {
    "mail.supplier_invited": _invite(
        Letter(
            _("Please answer our supplier self-assessment"),
            _("We would like to qualify %(name)s as a supplier and ask you to answer our self-assessment."),
            _ANSWER,
        )
    ),
    "mail.supplier_sent_back": _invite(
        Letter(
            _("Please complete your self-assessment"),
            _("We have read the self-assessment of %(name)s and need more from you."),
            _ANSWER,
        )
    ),
    "mail.supplier_reminder": _invite(
        Letter(
            _("Reminder: your supplier self-assessment"),
            _("We are still waiting for the self-assessment of %(name)s."),
            _ANSWER,
        )
    ),
    "mail.supplier_answered": _tell_owner(
        Letter(_("Self-assessment received"), _("%(name)s has submitted its self-assessment."), _OPEN)
    ),
    "mail.supplier_approved": _tell_both(
        Letter(_("You are approved as a supplier"), _("%(name)s is approved as a supplier of ours."), _OPEN),
        Letter(_("Supplier approved"), _("%(name)s is approved."), _OPEN),
    ),
    "mail.supplier_approved_conditionally": _tell_both(
        Letter(
            _("You are approved with conditions"),
            _("%(name)s is approved as a supplier of ours until the day named, under these conditions."),
            _OPEN,
        ),
        Letter(_("Supplier approved with conditions"), _("%(name)s is approved with conditions."), _OPEN),
        _conditions,
    ),
    "mail.supplier_condition_ending": _tell_both(
        Letter(
            _("Your conditional approval ends soon"),
            _("The conditional approval of %(name)s ends on the day named. Please show that the conditions are met."),
            _OPEN,
        ),
        Letter(_("Conditional approval ends soon"), _("The conditional approval of %(name)s ends soon."), _OPEN),
        _conditions,
    ),
    "mail.supplier_condition_ended": _tell_owner(
        Letter(
            _("Conditional approval ended"),
            _("The conditional approval of %(name)s has ended; it is in review again."),
            _OPEN,
        ),
        _conditions,
    ),
    "mail.supplier_rejected": _tell_both(
        Letter(
            _("The result of your qualification"),
            _("We have decided not to accept %(name)s as a supplier at this time."),
            _OPEN,
        ),
        Letter(_("Supplier rejected"), _("%(name)s was rejected."), _OPEN),
    ),
    "mail.supplier_suspended": _tell_both(
        Letter(
            _("Your approval is suspended"),
            _("The approval of %(name)s is suspended; please deliver nothing until you hear from us."),
            _OPEN,
        ),
        Letter(_("Supplier suspended"), _("%(name)s is suspended; nothing may be ordered from it."), _OPEN),
    ),
    "mail.supplier_phasing_out": _tell_both(
        Letter(
            _("Our business with you is phased out"),
            _(
                "%(name)s is phased out as a supplier of ours: open orders run out until the last day, nothing new is placed."
            ),
            _OPEN,
        ),
        Letter(
            _("Supplier being phased out"),
            _("%(name)s is being phased out, and all its scope with it: open orders run out until the last day."),
            _OPEN,
        ),
        lambda supplier: {"due": supplier.last_day},
    ),
    "mail.supplier_disqualified": _tell_owner(
        Letter(_("Supplier disqualified"), _("%(name)s is disqualified for good."), _OPEN)
    ),
    "mail.supplier_reinstated": _tell_both(
        Letter(_("Your approval is reinstated"), _("%(name)s is approved as a supplier of ours again."), _OPEN),
        Letter(_("Supplier reinstated"), _("%(name)s is approved again."), _OPEN),
    ),
}
