"""Mails about special processes. Each effect of workflows/special_process.yaml writes down who is owed which mail."""

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
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.queries import contact_to_write_to
from supplier_quality.suppliers.special_processes.enums import AssessmentState
from supplier_quality.suppliers.special_processes.models import ProcessAssessment
from supplier_quality.suppliers.special_processes.operations import ask_for_next, set_next_reminder

ASKED = Asked(
    model=ProcessAssessment,
    path="/special-processes",
    noun=_("Self-assessment of a special process"),
    upload=_("Upload the assessment"),
    minutes=10,
    what=lambda assessment: assessment.name,
    purpose=lambda _session, _assessment: LinkPurpose.SPECIAL_PROCESS,
    waiting=(AssessmentState.WANTED, AssessmentState.ASKED),
    ends=lambda assessment: assessment.valid_to,
)
ASKED.register()

DUE_SOON = Letter(
    _("%(what)s is due again soon"),
    _("The next self-assessment %(what)s of %(whose)s is due on the day named."),
)
NEXT_ONE = Letter(
    _("Your self-assessment is due again: %(what)s"),
    _(
        "The next self-assessment %(what)s of %(whose)s is due on the day named. Please assess yourselves and upload it."
    ),
)
OVERDUE = Letter(
    _("%(what)s is overdue"),
    _("The next self-assessment %(what)s of %(whose)s was due on the day named and has not been accepted."),
)
NEXT_OVERDUE = Letter(
    _("Your self-assessment is overdue: %(what)s"),
    _("The next self-assessment %(what)s of %(whose)s is overdue. Please assess yourselves and upload it."),
)


def _tell_due(to_owner: Letter, to_supplier: Letter) -> Handler:
    """To our owner, and to the supplier with the link to upload the next assessment."""

    def run(delivery: Delivery) -> None:
        assessment = ASKED.find(delivery)
        if assessment is None or assessment.state not in (AssessmentState.VALID, AssessmentState.OVERDUE):
            return
        session = delivery.session
        if contact_to_write_to(session, assessment.supplier_id) is not None:
            following = ask_for_next(session, assessment, actor=system_actor("timer"), at=delivery.at)
            if following.state == AssessmentState.ASKED:
                queue_invitation(delivery, ASKED, to_supplier, following, due=assessment.valid_to)
        queue_for_staff(delivery, ASKED, to_owner, assessment, owners(delivery, assessment))
        if assessment.state == AssessmentState.VALID:
            set_next_reminder(session, assessment, at=delivery.at)

    return Handler(run)


EFFECTS: dict[str, Handler] = {
    "mail.special_process_asked": invite(
        ASKED,
        Letter(
            _("Please assess a special process: %(what)s"),
            _("We need the self-assessment %(what)s of %(whose)s. Please fill it in and upload it."),
        ),
    ),
    "mail.special_process_reminder": invite(
        ASKED,
        Letter(_("Reminder: %(what)s"), _("We are still waiting for the self-assessment %(what)s of %(whose)s.")),
    ),
    "mail.special_process_sent_back": invite(
        ASKED,
        Letter(
            _("Please look at your self-assessment again: %(what)s"),
            _("We have looked at the self-assessment %(what)s of %(whose)s and need more from you."),
        ),
    ),
    "mail.special_process_received": tell_owner(
        ASKED,
        Letter(
            _("Self-assessment received: %(what)s"),
            _("The supplier has sent the self-assessment %(what)s of %(whose)s. Please look at it."),
        ),
    ),
    "mail.special_process_accepted": tell_supplier(
        ASKED,
        Letter(
            _("Your self-assessment is accepted: %(what)s"),
            _("Thank you. We have accepted the self-assessment %(what)s of %(whose)s."),
        ),
    ),
    "mail.special_process_due_soon": _tell_due(DUE_SOON, NEXT_ONE),
    "mail.special_process_overdue": _tell_due(OVERDUE, NEXT_OVERDUE),
    "mail.special_process_plan_overdue": tell_owner(
        ASKED,
        Letter(
            _("Action plan overdue: %(what)s"),
            _("A line of the action plan of %(what)s of %(whose)s is not done although its day has passed."),
        ),
    ),
}
