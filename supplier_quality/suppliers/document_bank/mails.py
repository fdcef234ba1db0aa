"""Mails about documents. Each effect of workflows/supplier_document.yaml writes down who is owed which mail."""

from supplier_quality.identity import system_actor
from supplier_quality.language import _
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.asking import (
    Asked,
    Letter,
    invite,
    owners,
    queue_for_staff,
    queue_invitation,
    tell_owner,
    tell_supplier,
)
from supplier_quality.suppliers.document_bank.enums import DocumentState
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.operations import ask_for_next, set_next_reminder, type_of
from supplier_quality.suppliers.document_bank.types import DocumentType
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.queries import contact_to_write_to


def link_purpose(of_type: DocumentType) -> LinkPurpose:
    """Which of the two tasks a supplier does for such a document."""
    return LinkPurpose.REPORT if of_type.reporting_year else LinkPurpose.DOCUMENT


ASKED = Asked(
    model=SupplierDocument,
    path="/documents",
    noun=_("Document"),
    upload=_("Upload the document"),
    minutes=5,
    what=lambda document: document.name,
    purpose=lambda session, document: link_purpose(type_of(session, document)),
    waiting=(DocumentState.WANTED, DocumentState.ASKED),
    ends=lambda document: document.valid_to,
)
ASKED.register()

ENDS_SOON = Letter(
    _("%(what)s ends soon"),
    _("%(what)s of %(whose)s ends on the day named."),
)
NEXT_ONE = Letter(
    _("Your document ends soon: %(what)s"),
    _("%(what)s of %(whose)s ends on the day named. Please upload the new one."),
)
HAS_ENDED = Letter(
    _("%(what)s has ended"),
    _("%(what)s of %(whose)s has ended, and no newer one was accepted."),
)
NEXT_AFTER_END = Letter(
    _("Your document has ended: %(what)s"),
    _("%(what)s of %(whose)s has ended. Please upload the new one."),
)


def _tell_end(to_owner: Letter, to_supplier: Letter) -> Handler:
    """To our owner and, where the type says so, to the supplier with the link to upload the next one."""

    def run(delivery: Delivery) -> None:
        document = ASKED.find(delivery)
        if document is None or document.state not in (DocumentState.VALID, DocumentState.EXPIRED):
            return
        session = delivery.session
        asks = type_of(session, document).from_supplier
        if asks and contact_to_write_to(session, document.supplier_id) is not None:
            following = ask_for_next(session, document, actor=system_actor("timer"), at=delivery.at)
            if following.state == DocumentState.ASKED:
                queue_invitation(delivery, ASKED, to_supplier, following, due=document.valid_to)
        queue_for_staff(delivery, ASKED, to_owner, document, owners(delivery, document))
        if document.state == DocumentState.VALID:
            set_next_reminder(session, document, at=delivery.at)

    return Handler(run)


EFFECTS: dict[str, Handler] = {
    "mail.document_asked": invite(
        ASKED,
        Letter(_("Please send us a document: %(what)s"), _("We need from %(whose)s: %(what)s. Please upload it.")),
    ),
    "mail.document_reminder": invite(
        ASKED,
        Letter(_("Reminder: %(what)s"), _("We are still waiting for %(what)s of %(whose)s.")),
    ),
    "mail.document_sent_back": invite(
        ASKED,
        Letter(
            _("Please look at your document again: %(what)s"),
            _("We have looked at %(what)s of %(whose)s and need more from you."),
        ),
    ),
    "mail.document_received": tell_owner(
        ASKED,
        Letter(_("Document received: %(what)s"), _("The supplier has sent %(what)s of %(whose)s. Please look at it.")),
    ),
    "mail.document_accepted": tell_supplier(
        ASKED,
        Letter(_("Your document is accepted: %(what)s"), _("Thank you. We have accepted %(what)s of %(whose)s.")),
    ),
    "mail.document_ends_soon": _tell_end(ENDS_SOON, NEXT_ONE),
    "mail.document_expired": _tell_end(HAS_ENDED, NEXT_AFTER_END),
}
