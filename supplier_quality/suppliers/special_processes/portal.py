"""What a supplier's contact does by link: hand in the self-assessment of a special process."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.language import _
from supplier_quality.portal.tasks import PortalTask, Section
from supplier_quality.suppliers.asked_portal import sent_back
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.models import Site
from supplier_quality.suppliers.portal import add_colleague, colleagues
from supplier_quality.suppliers.special_processes.enums import AssessmentAction
from supplier_quality.suppliers.special_processes.models import ProcessAssessment
from supplier_quality.suppliers.special_processes.operations import move_assessment, process_of_assessment
from supplier_quality.suppliers.special_processes.queries import get_assessment_by_id
from supplier_quality.web.formatting import day


def summary(session: Session, assessment: ProcessAssessment) -> Sequence[tuple[Any, object]]:
    """What is asked for, and the assessment before it."""
    site = session.get_one(Site, assessment.site_id)
    process = process_of_assessment(session, assessment)
    lines: list[tuple[Any, object]] = [
        (_("Special process"), process.name),
        (_("Assessment"), assessment.standard),
        (_("Site"), ", ".join(filter(None, (site.name, site.city)))),
        (_("Our number for it"), assessment.number),
    ]
    if process.editions:
        lines.insert(2, (_("Edition"), ", ".join(process.editions)))
    before = session.get(ProcessAssessment, assessment.replaces_id) if assessment.replaces_id else None
    if before is not None and before.assessed_on is not None:
        lines.append((_("The one we have"), _("assessed on %(day)s", day=day(before.assessed_on))))
    return lines


def previous(session: Session, assessment: ProcessAssessment) -> Mapping[str, Any]:
    """What was sent before it was sent back, or the edition that counts."""
    if assessment.assessed_on is not None:
        names = ("assessed_on", "assessor", "edition", "points", "findings", "immediate")
        return {name: getattr(assessment, name) for name in names}
    editions = process_of_assessment(session, assessment).editions
    return {"edition": editions[0]} if editions else {}


TASKS = (
    PortalTask(
        record_kind=ProcessAssessment.subject_kind,
        purpose=LinkPurpose.SPECIAL_PROCESS,
        action=AssessmentAction.SUBMIT,
        title=_("Self-assessment of a special process"),
        intro=_("Please assess the process at your site by the assessment named, and upload it filled in."),
        afterwards=(
            _("You get a receipt by mail with everything you submitted."),
            _("We look at the assessment and agree with you on what is done about its findings."),
        ),
        minutes=10,
        find=get_assessment_by_id,
        move=move_assessment,
        sections=(
            Section(
                _("The assessment"),
                ("file", "assessed_on", "assessor", "edition"),
                _("All sheets with the job audit and the process tables, as one file."),
            ),
            Section(_("Its result"), ("points", "findings", "immediate")),
        ),
        summary=summary,
        previous=previous,
        sent_back=sent_back,
        colleagues=colleagues,
        add_colleague=add_colleague,
    ),
)
