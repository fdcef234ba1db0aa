"""Mails about questionnaires. Each effect of workflows/questionnaire.yaml writes down who is owed which mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity import system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.language import Message, Text, Words, _
from supplier_quality.mail import Correspondence, Recipient, goes_at_once, queue_mail, register_correspondence
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.contacts import note_failed_address
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.queries import contact_to_write_to
from supplier_quality.suppliers.questionnaires.answering import content_for
from supplier_quality.suppliers.questionnaires.enums import WITH_SUPPLIER, Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import link_for_questionnaire
from supplier_quality.suppliers.questionnaires.queries import percent, remarks_of

INVITATION, NOTICE = "layout/invitation", "layout/notice"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: a title for the subject line and one leading sentence, both with ``title`` of the questionnaire."""

    title: Message
    lead: Message


def _questionnaire(delivery: Delivery) -> Questionnaire | None:
    return delivery.session.get(Questionnaire, delivery.row.payload["subject"]["id"])


def _comment(delivery: Delivery) -> str:
    form = delivery.row.payload.get("form") or {}
    return str(form.get("comment") or form.get("reason") or "")


def _said(letter: Letter, questionnaire: Questionnaire) -> dict[str, Any]:
    title = Text(questionnaire.title)
    return {
        "title": Message(letter.title.id, {"title": title}),
        "lead": Message(letter.lead.id, {"title": title}),
        "purpose_label": title,
        "record_label": questionnaire.number,
    }


def _invite(letter: Letter) -> Handler:
    """To the contact who is written to first, with the link to answer."""

    def run(delivery: Delivery) -> None:
        questionnaire, session = _questionnaire(delivery), delivery.session
        # Whoever answered or withdrew it between the timer and its mail needs no reminder.
        if questionnaire is None or questionnaire.state not in WITH_SUPPLIER:
            return
        link = link_for_questionnaire(session, questionnaire, actor=system_actor("policy"), at=delivery.at)
        if link is None:
            return
        values = {
            **_said(letter, questionnaire), "action_label": _("Answer the questionnaire"),
            "message": _comment(delivery), "minutes": content_for(session, questionnaire).minutes,
            "due": questionnaire.due or "",
        }  # fmt: skip
        queue_mail(
            session, template=INVITATION, recipient=Recipient.contact(link.contact), record=questionnaire.record,
            at=delivery.at, values=values, urgent=goes_at_once(delivery.row.payload["actor"]), link=link,
        )  # fmt: skip

    return Handler(run)


def _tell_supplier(letter: Letter) -> Handler:
    """To the contact who is written to first; nothing to do, so without a link."""

    def run(delivery: Delivery) -> None:
        questionnaire = _questionnaire(delivery)
        if questionnaire is None:
            return
        contact = contact_to_write_to(delivery.session, questionnaire.supplier_id)
        if contact is None:
            return
        values = {**_said(letter, questionnaire), "message": _comment(delivery), "page_url": ""}
        queue_mail(
            delivery.session, template=NOTICE, recipient=Recipient.contact(ContactRef(CONTACT_KIND, contact.id)),
            record=questionnaire.record, at=delivery.at, values=values,
            urgent=goes_at_once(delivery.row.payload["actor"]),
        )  # fmt: skip

    return Handler(run)


def _tell_owner(letter: Letter) -> Handler:
    """To whoever looks after the supplier on our side, with what the answers give."""

    def run(delivery: Delivery) -> None:
        questionnaire, session = _questionnaire(delivery), delivery.session
        if questionnaire is None or questionnaire.owner_id is None:
            return
        values = {
            **_said(letter, questionnaire), "facts": list(_figures(session, questionnaire)),
            "action_label": _("Open the record"),
            "page_url": f"{session.info['settings'].base_url.rstrip('/')}/questionnaires/{questionnaire.number}",
        }  # fmt: skip
        queue_mail(
            session, template=NOTICE, recipient=Recipient.user(questionnaire.owner_id), record=questionnaire.record,
            at=delivery.at, values=values,
        )  # fmt: skip

    return Handler(run)


def _figures(session: Session, questionnaire: Questionnaire) -> Iterable[tuple[Words, object]]:
    yield _("Supplier"), questionnaire.supplier_name
    figure = percent(questionnaire.score)
    if figure is not None:
        yield _("Score"), f"{figure} %"
    if questionnaire.knock_outs:
        yield _("Knock-out answers"), str(len(questionnaire.knock_outs))
    said = remarks_of(session, questionnaire.id, questionnaire.round)
    good = sum(1 for row in said.values() if row.verdict == Verdict.OK)
    if good:
        yield _("Unchanged answers that were found good before"), str(good)


def find_owner(session: Session, questionnaire_id: int) -> int | None:
    """Who of ours looks after the questionnaire's supplier."""
    questionnaire = session.get(Questionnaire, questionnaire_id)
    return questionnaire.owner_id if questionnaire is not None else None


def next_contact(session: Session, questionnaire_id: int, contact: ContactRef) -> ContactRef | None:
    """Whom to write to after a contact who does not answer, in the supplier's order of notice."""
    questionnaire = session.get(Questionnaire, questionnaire_id)
    if questionnaire is None:
        return None
    following = contact_to_write_to(session, questionnaire.supplier_id, after=contact.id)
    return ContactRef(CONTACT_KIND, following.id) if following else None


def is_open(session: Session, questionnaire_id: int) -> bool:
    """Whether the supplier should still hear of it: it has to answer."""
    questionnaire = session.get(Questionnaire, questionnaire_id)
    return questionnaire is not None and questionnaire.state in WITH_SUPPLIER


def page_of(session: Session, questionnaire_id: int) -> str | None:
    """The path of the questionnaire's page for staff."""
    questionnaire = session.get(Questionnaire, questionnaire_id)
    return f"/questionnaires/{questionnaire.number}" if questionnaire else None


def address_failed(session: Session, questionnaire_id: int, contact: ContactRef, address: str, at: datetime) -> None:
    """Noted on the supplier, whose contact it is."""
    questionnaire = session.get(Questionnaire, questionnaire_id)
    if questionnaire is not None and session.get(Supplier, questionnaire.supplier_id) is not None:
        note_failed_address(session, questionnaire.supplier_id, contact, address, at)


register_correspondence(
    Correspondence(
        Questionnaire.subject_kind,
        owner=find_owner,
        next_contact=next_contact,
        is_open=is_open,
        page=page_of,
        address_failed=address_failed,
    )
)

EFFECTS: dict[str, Handler] = {
    "mail.questionnaire_sent": _invite(
        Letter(_("Please answer: %(title)s"), _("We ask you to answer our questionnaire “%(title)s”."))
    ),
    "mail.questionnaire_reminder": _invite(
        Letter(_("Reminder: %(title)s"), _("We are still waiting for your answers to “%(title)s”."))
    ),
    "mail.questionnaire_sent_back": _invite(
        Letter(
            _("Please look at your answers again: %(title)s"),
            _("We have read your answers to “%(title)s”. Our comments stand at the questions."),
        )
    ),
    "mail.questionnaire_submitted": _tell_owner(
        Letter(_("Answered: %(title)s"), _("The supplier has answered “%(title)s”. Please review the answers."))
    ),
    "mail.questionnaire_accepted": _tell_supplier(
        Letter(_("Accepted: %(title)s"), _("Thank you. We have accepted your answers to “%(title)s”."))
    ),
    "mail.questionnaire_withdrawn": _tell_supplier(
        Letter(_("Withdrawn: %(title)s"), _("You need not answer “%(title)s” any more."))
    ),
}
