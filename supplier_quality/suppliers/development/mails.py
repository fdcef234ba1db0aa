"""Mails about development: to the owner of a milestone or of the supplier."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.language import Message, Words, _
from supplier_quality.mail import Correspondence, Recipient, queue_mail, register_correspondence
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.development import queries
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.models import Supplier

NOTICE = "layout/notice"
_OPEN = _("Open the record")


def _about_plan(title: Message, lead: Message) -> Handler:
    """To the owner of the supplier."""

    def run(delivery: Delivery) -> None:
        session = delivery.session
        plan = session.get(DevelopmentPlan, delivery.row.payload["subject"]["id"])
        if plan is None or plan.owner_id is None:
            return
        dues = [each.due for each in queries.milestones_of(session, [plan.id])]
        facts = [(_("Target"), _level(session, plan.target))]
        values = {**_said(delivery, title, Message(lead.id, {"name": plan.supplier_name}), facts),
                  "due": max(dues, default=""), "record_label": plan.number}  # fmt: skip
        values["page_url"] = _address(session, f"/development/{plan.number}")
        queue_mail(
            session, template=NOTICE, recipient=Recipient.user(plan.owner_id), record=plan.record, at=delivery.at,
            values=values,
        )  # fmt: skip

    return Handler(run)


def _due_soon(delivery: Delivery) -> None:
    """To the owner of the milestone."""
    session = delivery.session
    milestone = session.get(Milestone, delivery.row.payload["subject"]["id"])
    if milestone is None:
        return
    view = queries.view_of(session, milestone.id)
    lead = _("%(name)s: “%(title)s” is due soon.", name=view.supplier_name, title=view.title)
    facts = [(_("Level"), _level(session, view.level))] if view.level else []
    values = {**_said(delivery, _("Milestone due soon"), lead, facts), "due": view.due, "record_label": view.number}
    values["page_url"] = _address(session, f"/development/milestones/{view.number}")
    queue_mail(
        session, template=NOTICE, recipient=Recipient.user(view.owner_id), record=milestone.record, at=delivery.at,
        values=values,
    )  # fmt: skip


def _said(delivery: Delivery, title: Message, lead: Message, facts: Sequence[tuple[Words, Any]]) -> dict[str, Any]:
    form = delivery.row.payload.get("form") or {}
    return {
        "title": title,
        "lead": lead,
        "facts": list(facts),
        "message": str(form.get("reason") or form.get("comment") or ""),
        "action_label": _OPEN,
    }


def _level(session: Session, name: str) -> Words | str:
    level = queries.ladder_in_force(session).level(name)
    return level.label if level else name


def _address(session: Session, path: str) -> str:
    base: str = session.info["settings"].base_url
    return base.rstrip("/") + path


EFFECTS: dict[str, Handler] = {
    "mail.milestone_due_soon": Handler(_due_soon),
    "mail.development_plan_ending": _about_plan(
        _("Development plan ends soon"), _("The development plan of %(name)s ends soon.")
    ),
    "mail.development_plan_reached": _about_plan(
        _("Development target reached"), _("%(name)s has reached the target of its development plan.")
    ),
    "mail.development_plan_given_up": _about_plan(
        _("Development plan given up"), _("The development plan of %(name)s was given up.")
    ),
}


def _plan_owners(session: Session, ids: Sequence[int]) -> dict[int, int | None]:
    query = (
        select(DevelopmentPlan.id, Supplier.owner_id)
        .join(Supplier, Supplier.id == DevelopmentPlan.supplier_id)
        .where(DevelopmentPlan.id.in_(ids))
    )
    return {row.id: row.owner_id for row in session.execute(query)}


def _milestone_owners(session: Session, ids: Sequence[int]) -> dict[int, int | None]:
    rows = session.execute(select(Milestone.id, Milestone.owner_id).where(Milestone.id.in_(ids)))
    return {row.id: row.owner_id for row in rows}


def _page_of_plan(session: Session, plan_id: int) -> str | None:
    number = session.scalar(select(DevelopmentPlan.number).where(DevelopmentPlan.id == plan_id))
    return f"/development/{number}" if number else None


def _page_of_milestone(session: Session, milestone_id: int) -> str | None:
    number = session.scalar(select(Milestone.number).where(Milestone.id == milestone_id))
    return f"/development/milestones/{number}" if number else None


register_correspondence(
    Correspondence(
        DevelopmentPlan.subject_kind,
        owner=lambda session, plan_id: _plan_owners(session, [plan_id]).get(plan_id),
        owners=_plan_owners,
        page=_page_of_plan,
        is_open=lambda _session, _plan_id: False,
    )
)
register_correspondence(
    Correspondence(
        Milestone.subject_kind,
        owner=lambda session, milestone_id: _milestone_owners(session, [milestone_id]).get(milestone_id),
        owners=_milestone_owners,
        page=_page_of_milestone,
        is_open=lambda _session, _milestone_id: False,
    )
)
