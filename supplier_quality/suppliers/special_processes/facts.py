"""What rules may read about self-assessments, and about the special processes of suppliers and of lines of scope."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from supplier_quality.documents.models import Attachment
from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.plant import zone_of_plant
from supplier_quality.engine.registry import FactProvider
from supplier_quality.language import _
from supplier_quality.parts.special_processes import special_processes
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.queries import first_contact_order
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.special_processes.models import PlanLine, ProcessAssessment
from supplier_quality.suppliers.special_processes.queries import Needed, needed_by

ASSESSMENT_TYPE = {
    "process": "string",
    "standard": "string",
    "edition": "string",
    "known_edition": "bool",
    "has_file": "bool",
    "assessed_on": "date?",
    "valid_to": "date?",
    "remind_at": "timestamp?",
    "answer_by": "date?",
    "findings": "int?",
    "immediate": "int?",
    "plan_lines": "int",
    "plan_due": "date?",
    "primary_contact": "string",
}
SPECIAL_PROCESSES_TYPE = {
    "needed": "int",
    "missing": [{"process": "string", "standard": "string", "site_id": "int", "site": "string", "why": "string"}],
}

REMINDED_AT = time(7)
"""Reminders go out on the morning of their day, in the plant's time."""


def _row(ids: Sequence[int]) -> Any:
    email = (
        select(Contact.email)
        .where(
            Contact.supplier_id == ProcessAssessment.supplier_id,
            Contact.active,
            Contact.email.is_not(None),
            Contact.bounced_at.is_(None),
        )
        .order_by(*first_contact_order())
        .limit(1)
        .correlate(ProcessAssessment)
        .scalar_subquery()
    )
    has_file = exists().where(
        Attachment.record_kind == ProcessAssessment.subject_kind,
        Attachment.record_id == ProcessAssessment.id,
        Attachment.removed_at.is_(None),
        Attachment.submitted_at.is_not(None),
    )
    lines = select(func.count()).where(PlanLine.assessment_id == ProcessAssessment.id)
    due = select(func.min(PlanLine.due)).where(
        PlanLine.assessment_id == ProcessAssessment.id, PlanLine.done_on.is_(None)
    )
    return select(
        ProcessAssessment, email.label("email"), has_file.label("has_file"),
        lines.correlate(ProcessAssessment).scalar_subquery().label("plan_lines"),
        due.correlate(ProcessAssessment).scalar_subquery().label("plan_due"),
    ).where(ProcessAssessment.id.in_(ids))  # fmt: skip


def load_assessments(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``assessment`` of self-assessments of special processes."""
    known = special_processes(session)
    zone = zone_of_plant(session)
    found: dict[int, object] = {}
    for row in session.execute(_row(ids)):
        each: ProcessAssessment = row[0]
        editions = known[each.process].editions if each.process in known else ()
        found[each.id] = {
            "process": each.process,
            "standard": each.standard,
            "edition": each.edition or "",
            "known_edition": not editions or (each.edition or "") in editions,
            "has_file": bool(row.has_file),
            "assessed_on": each.assessed_on,
            "valid_to": each.valid_to,
            "remind_at": datetime.combine(each.remind_on, REMINDED_AT, zone) if each.remind_on else None,
            "answer_by": each.answer_by,
            "findings": each.findings,
            "immediate": each.immediate,
            "plan_lines": row.plan_lines,
            "plan_due": row.plan_due,
            "primary_contact": row.email or "",
        }
    return found


def load_of_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``special_processes`` of suppliers: how many their scope needs, and those without an assessment in force."""
    needed = needed_by(session, ids)
    return {id_: _told(needed.get(id_, ())) for id_ in ids}


def load_of_scope(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``special_processes`` of lines of scope: those of their commodity at their site."""
    from_lines = select(ScopeLine.id, ScopeLine.supplier_id, ScopeLine.site_id, ScopeLine.commodity_number)
    lines = session.execute(from_lines.where(ScopeLine.id.in_(ids))).all()
    needed = needed_by(session, [line.supplier_id for line in lines])
    return {
        line.id: _told(
            [
                each
                for each in needed.get(line.supplier_id, ())
                if each.site_id == line.site_id and line.commodity_number in each.commodities
            ]
        )
        for line in lines
    }


def _told(needed: Sequence[Needed]) -> dict[str, Any]:
    missing = [
        {
            "process": each.process.id,
            "standard": each.process.assessment,
            "site_id": each.site_id,
            "site": each.site,
            "why": each.lack.value,
        }
        for each in needed
        if each.lack is not None
    ]
    return {"needed": len(needed), "missing": missing}


FACTS: tuple[FactProvider, ...] = (
    FactProvider(ProcessAssessment.subject_kind, "assessment", ASSESSMENT_TYPE, load_assessments),
    FactProvider(Supplier.subject_kind, "special_processes", SPECIAL_PROCESSES_TYPE, load_of_suppliers),
    FactProvider(ScopeLine.subject_kind, "special_processes", SPECIAL_PROCESSES_TYPE, load_of_scope),
)

name_facts(
    {
        "special_processes": _("Special processes"),
        "special_processes.missing.site_id": _("Site"),
        "assessment.process": _("Special process"),
        "assessment.standard": _("Assessment"),
        "assessment.edition": _("Edition of the assessment"),
        "assessment.known_edition": _("An edition that counts"),
        "assessment.has_file": _("Assessment attached as a file"),
        "assessment.assessed_on": _("Assessed on"),
        "assessment.valid_to": _("day on which the next one is due"),
        "assessment.remind_at": _("next reminder"),
        "assessment.answer_by": _("day by which we need it"),
        "assessment.findings": _("Findings"),
        "assessment.immediate": _("Findings that need action at once"),
        "assessment.plan_lines": _("Lines of the action plan"),
        "assessment.plan_due": _("next day of the action plan"),
        "assessment.primary_contact": _("Who is written to first"),
        "special_processes.needed": _("Special processes that the scope needs"),
        "special_processes.missing": _("Special processes without an assessment in force"),
        "special_processes.missing.process": _("Special process"),
        "special_processes.missing.standard": _("Assessment"),
        "special_processes.missing.site": _("Site"),
        "special_processes.missing.why": _("Reason"),
    }
)
