"""Mails about qualification: what steps need of their owners, and how a supplier stands, for procurement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.store import process_of
from supplier_quality.identity import Role
from supplier_quality.identity.queries import users_with_role, with_deputies
from supplier_quality.language import Message, Words, _
from supplier_quality.mail import Correspondence, Recipient, queue_mail, register_correspondence
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.enums import SupplierAction
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import queries
from supplier_quality.suppliers.qualification.following import open_qualification
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.qualification.operations import UNDER_REVIEW
from supplier_quality.suppliers.qualification.words import CLASS_WORDS, what_of
from supplier_quality.suppliers.scope.limits import Moved
from supplier_quality.suppliers.scope.mails import facts_of_moves
from supplier_quality.suppliers.scope.queries import phased_out_with
from supplier_quality.trail import TrailEntry

NOTICE = "layout/notice"
_OPEN = _("Open the record")


def page_of(session: Session, path: str) -> str:
    """The address of a page, from the configured base URL."""
    base: str = session.info["settings"].base_url
    return base.rstrip("/") + path


def _tell_of_step(title: Message, lead: Message, *, managers: bool = False) -> Handler:
    """To whoever looks after a step, with ``managers`` to the quality managers: what happened to it."""

    def run(delivery: Delivery) -> None:
        session = delivery.session
        step = session.get(QualificationStep, delivery.row.payload["subject"]["id"])
        if step is None:
            return
        if managers:
            readers = users_with_role(session, Role.QUALITY_MANAGER, at=delivery.at)
        else:
            readers = with_deputies(session, _minders(session, step), at=delivery.at)
        for user_id in readers:
            queue_mail(
                session, template=NOTICE, recipient=Recipient.user(user_id), record=step.record, at=delivery.at,
                values=_said_of_step(delivery, step, title, lead),
            )  # fmt: skip

    return Handler(run)


def _minders(session: Session, step: QualificationStep) -> Sequence[int]:
    """The owner of the step, without one the owner of the supplier."""
    owner = _owner_of(session, step.id)
    return [owner] if owner is not None else []


def _said_of_step(delivery: Delivery, step: QualificationStep, title: Message, lead: Message) -> dict[str, Any]:
    form = delivery.row.payload.get("form") or {}
    said = form.get("reason") or form.get("evidence") or form.get("comment") or ""
    return {
        "title": title,
        "lead": Message(lead.id, {"name": step.supplier_name}),
        "facts": [(_("What is to be done"), what_of(step.kind, step.title))],
        "due": step.due or "",
        "message": str(said),
        "action_label": _OPEN,
        "record_label": step.number,
        "page_url": page_of(delivery.session, f"/qualification-steps/{step.number}"),
    }


def _tell_owner(title: Message, lead: Message) -> Handler:
    """To whoever looks after the supplier: what its qualification needs now."""

    def run(delivery: Delivery) -> None:
        supplier = _supplier(delivery)
        if supplier is None or supplier.owner_id is None:
            return
        readers = with_deputies(delivery.session, [supplier.owner_id], at=delivery.at)
        _queue(delivery, supplier, readers, title, lead)

    return Handler(run)


def _tell_steps_done(title: Message, lead: Message) -> Handler:
    """As :func:`_tell_owner`, unless more steps were asked for meanwhile or the decision was taken."""
    tell = _tell_owner(title, lead)

    def run(delivery: Delivery) -> None:
        supplier = _supplier(delivery)
        waits = supplier is not None and supplier.state == delivery.row.payload["to"]
        if supplier is not None and waits and not queries.undone_steps(delivery.session, [supplier.id]):
            tell.run(delivery)

    return Handler(run)


def _tell_procurement(title: Message, lead: Message) -> Handler:
    """To our buyers, without any to whoever looks after the supplier: that it stands otherwise, why, and which lines left with it."""

    def run(delivery: Delivery) -> None:
        supplier = _supplier(delivery)
        if supplier is not None:
            readers = procurement(delivery.session, supplier, at=delivery.at)
            _queue(delivery, supplier, readers, title, lead, lines=_lines_leaving(delivery, supplier))

    return Handler(run)


def _lines_leaving(delivery: Delivery, supplier: Supplier) -> Sequence[tuple[str, Message]]:
    """The lines of scope that were phased out with their supplier by what this mail tells of."""
    session, payload = delivery.session, delivery.row.payload
    if payload["action"] != SupplierAction.PHASE_OUT:
        return []
    entry = select(TrailEntry.at).where(
        TrailEntry.record_kind == supplier.subject_kind, TrailEntry.record_id == supplier.id,
        TrailEntry.seq == payload["trail_seq"],
    )  # fmt: skip
    moved = phased_out_with(session, supplier.id, session.scalars(entry).one())
    return facts_of_moves(session, [Moved(*each) for each in moved])


def procurement(session: Session, supplier: Supplier, *, at: datetime) -> Sequence[int]:
    """Our buyers; where there are none, whoever looks after the supplier."""
    return users_with_role(session, Role.BUYER, at=at) or ([supplier.owner_id] if supplier.owner_id else [])


def _queue(
    delivery: Delivery, supplier: Supplier, readers: Sequence[int], title: Message, lead: Message, *,
    lines: Sequence[tuple[str, Message]] = ()
) -> None:  # fmt: skip
    payload = delivery.row.payload
    form = payload.get("form") or {}
    state = process_of(delivery.session, supplier.definition_id).states[payload["to"]].label
    values = {
        "title": title,
        "lead": Message(lead.id, {"name": supplier.name, "state": state}),
        "facts": [*_facts(delivery.session, supplier), *lines],
        "due": form.get("last_day") or "",
        "message": str(form.get("reason") or form.get("comment") or ""),
        "action_label": _OPEN,
        "record_label": supplier.number,
        "page_url": page_of(delivery.session, f"/suppliers/{supplier.number}"),
    }
    for user_id in readers:
        queue_mail(
            delivery.session, template=NOTICE, recipient=Recipient.user(user_id), record=supplier.record,
            at=delivery.at, values=values,
        )  # fmt: skip


def _facts(session: Session, supplier: Supplier) -> list[tuple[Words, Any]]:
    rating = queries.latest_ratings(session, [supplier.id]).get(supplier.id)
    return [(_("Risk class"), CLASS_WORDS[rating.risk_class])] if rating is not None else []


def _supplier(delivery: Delivery) -> Supplier | None:
    return delivery.session.get(Supplier, delivery.row.payload["subject"]["id"])


def open_by_itself(delivery: Delivery) -> None:
    """``qualification.open``: rate and route a supplier that a timer brought under review; people's steps do it at once."""
    supplier = _supplier(delivery)
    if supplier is None or supplier.state not in UNDER_REVIEW:
        return
    rating = queries.latest_ratings(delivery.session, [supplier.id]).get(supplier.id)
    if rating is None or rating.made_at < supplier.entered_at:
        open_qualification(delivery.session, supplier, at=delivery.at)


EFFECTS: dict[str, Handler] = {
    "qualification.open": Handler(open_by_itself),
    "mail.step_due": _tell_of_step(
        _("Step of a qualification due soon"), _("A step of the qualification of %(name)s is due soon.")
    ),
    "mail.step_done": _tell_of_step(
        _("Step of a qualification closed"), _("A step of the qualification of %(name)s is done or waived.")
    ),
    "mail.step_failed": _tell_of_step(
        _("Step of a qualification failed"), _("A step of the qualification of %(name)s has failed.")
    ),
    "mail.step_waiver_asked": _tell_of_step(
        _("Waiver asked for"),
        _("A step of the qualification of %(name)s is asked to be waived. A second person decides."),
        managers=True,
    ),
    "mail.supplier_steps_done": _tell_steps_done(
        _("Ready for the decision"), _("All steps and conditions of %(name)s are done: it can be decided.")
    ),
    "mail.supplier_requalification_near": _tell_owner(
        _("Supplier to be qualified again soon"), _("The approval of %(name)s is to be renewed soon.")
    ),
    "mail.supplier_requalifying": _tell_owner(
        _("Supplier is qualified again"),
        _("%(name)s is qualified again. Its approval goes on; see which steps are asked for."),
    ),
    "mail.supplier_standing": _tell_procurement(
        _("Standing of a supplier changed"), _("%(name)s stands otherwise now: %(state)s.")
    ),
}


def _owners_of(session: Session, step_ids: Sequence[int]) -> dict[int, int | None]:
    query = (
        select(QualificationStep.id, QualificationStep.owner_id, Supplier.owner_id.label("of_supplier"))
        .join(Supplier, Supplier.id == QualificationStep.supplier_id)
        .where(QualificationStep.id.in_(step_ids))
    )
    return {row.id: row.owner_id or row.of_supplier for row in session.execute(query)}


def _owner_of(session: Session, step_id: int) -> int | None:
    return _owners_of(session, [step_id]).get(step_id)


def _page_of(session: Session, step_id: int) -> str | None:
    number = session.scalar(select(QualificationStep.number).where(QualificationStep.id == step_id))
    return f"/qualification-steps/{number}" if number else None


register_correspondence(
    Correspondence(
        QualificationStep.subject_kind,
        owner=_owner_of,
        owners=_owners_of,
        page=_page_of,
        is_open=lambda _session, _step_id: False,
    )
)
