"""Mails about scope: what changed for procurement, and what the owner of a supplier has to look after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import Process
from supplier_quality.engine.store import active_process, process_of
from supplier_quality.identity import Role
from supplier_quality.identity.queries import users_with_role, with_deputies
from supplier_quality.language import Message, Text, Words, _
from supplier_quality.mail import Correspondence, Recipient, queue_mail, register_correspondence
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.scope import queries
from supplier_quality.suppliers.scope.enums import ScopeAction, Why
from supplier_quality.suppliers.scope.limits import Moved
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.queries import ScopeView

NOTICE = "layout/notice"
MOST_LISTED = 40
_OPEN = _("Open the record")


def tell_procurement_of_moves(
    session: Session, supplier: Supplier, moved: Sequence[Moved], *, why: Why, reason: str | None, at: datetime
) -> None:
    """One mail per buyer for all lines that one cause moved; nothing when none was."""
    if not moved:
        return
    _row, process = active_process(session, ScopeLine.workflow)
    values = {
        "title": _("Approved scope changed"),
        "lead": _("%(name)s: %(why)s", name=supplier.name, why=why_words(process, why)),
        "facts": facts_of_moves(session, moved),
        "message": reason or "",
        "action_label": _OPEN,
        "record_label": supplier.number,
        "page_url": _address(session, f"/suppliers/{supplier.number}?tab=scope"),
    }
    for user_id in _procurement(session, supplier.owner_id, at=at):
        queue_mail(
            session, template=NOTICE, recipient=Recipient.user(user_id), record=supplier.record, at=at, values=values
        )


def facts_of_moves(session: Session, moved: Sequence[Moved]) -> list[tuple[str, Message]]:
    """What moved, line by line, as a mail lists it: the first :data:`MOST_LISTED`, and how many more."""
    _row, process = active_process(session, ScopeLine.workflow)
    listed = moved[:MOST_LISTED]
    views = {view.id: view for view in queries.views_of(session, [each.line_id for each in listed])}
    facts = [_moved_fact(process, views[each.line_id], each) for each in listed]
    if len(moved) > MOST_LISTED:
        facts.append(("…", _("%(count)s more", count=len(moved) - MOST_LISTED)))
    return facts


def why_words(process: Process, why: str) -> Words:
    """A cause in the words of the process file."""
    cause = next(field for field in process.actions[ScopeAction.HOLD].form if field.id == "cause")
    return dict(cause.choices).get(why) or Text.of(why)


def _moved_fact(process: Process, view: ScopeView, moved: Moved) -> tuple[str, Message]:
    said = _(
        "%(site)s, %(commodity)s: %(source)s → %(target)s",
        site=view.site,
        commodity=view.commodity_name,
        source=process.states[moved.from_state].label,
        target=process.states[moved.to_state].label,
    )
    return view.number, said


def _procurement(session: Session, owner_id: int | None, *, at: datetime) -> Sequence[int]:
    """Our buyers; where there are none, whoever looks after the supplier."""
    buyers = users_with_role(session, Role.BUYER, at=at)
    return buyers or ([owner_id] if owner_id is not None else [])


def _address(session: Session, path: str) -> str:
    base: str = session.info["settings"].base_url
    return base.rstrip("/") + path


def _tell(title: Message, lead: Message, *, procurement: bool) -> Handler:
    """To procurement, or to the owner of the supplier, what happened to one line."""

    def run(delivery: Delivery) -> None:
        session = delivery.session
        line = session.get(ScopeLine, delivery.row.payload["subject"]["id"])
        if line is None:
            return
        owner = line.owner_id
        told = _procurement(session, owner, at=delivery.at) if procurement else [owner] if owner else []
        readers = told if procurement else with_deputies(session, told, at=delivery.at)
        for user_id in readers:
            queue_mail(
                session, template=NOTICE, recipient=Recipient.user(user_id), record=line.record, at=delivery.at,
                values=_said(delivery, title, lead, line),
            )  # fmt: skip

    return Handler(run)


def _said(delivery: Delivery, title: Message, lead: Message, line: ScopeLine) -> dict[str, Any]:
    view = queries.view_of(delivery.session, line.id)
    state = process_of(delivery.session, line.definition_id).states[line.state].label
    form = delivery.row.payload.get("form") or {}
    facts: list[tuple[Words, Any]] = [
        (_("Site"), view.site),
        (_("Commodity"), view.commodity_name),
        (_("State"), state),
    ]
    if view.part_number:
        facts.append((_("Part"), view.part_number))
    if view.conditions:
        facts.append((_("Conditions"), view.conditions))
    return {
        "title": title,
        "lead": Message(lead.id, {"name": view.supplier_name}),
        "facts": facts,
        "due": view.due or view.valid_to or "",
        "message": str(form.get("reason") or form.get("comment") or ""),
        "action_label": _OPEN,
        "record_label": view.number,
        "page_url": _address(delivery.session, f"/scope/{view.number}"),
    }


EFFECTS: dict[str, Handler] = {
    "mail.scope_approved": _tell(
        _("Scope approved"), _("%(name)s is approved for the scope below."), procurement=False
    ),
    "mail.scope_conditional": _tell(
        _("Scope approved with conditions"),
        _("%(name)s is approved with conditions for the scope below; no new business until they are met."),
        procurement=True,
    ),
    "mail.scope_suspended": _tell(
        _("Scope suspended"), _("Nothing may be ordered from %(name)s in the scope below."), procurement=True
    ),
    "mail.scope_phased_out": _tell(
        _("Scope being phased out"),
        _("The scope below of %(name)s is being phased out: open orders run out, nothing new is placed."),
        procurement=True,
    ),
    "mail.scope_reinstated": _tell(
        _("Scope reinstated"), _("%(name)s is approved again for the scope below."), procurement=True
    ),
    "mail.scope_disqualified": _tell(
        _("Scope disqualified"), _("%(name)s is disqualified for good for the scope below."), procurement=True
    ),
    "mail.scope_expired": _tell(
        _("Approval of scope ended"),
        _("The approval of %(name)s for the scope below has ended; it waits for a new decision."),
        procurement=True,
    ),
    "mail.scope_condition_ending": _tell(
        _("Conditions of a scope are due soon"),
        _("The conditions under which %(name)s is approved for the scope below are due soon."),
        procurement=False,
    ),
    "mail.scope_ending": _tell(
        _("Approval of scope ends soon"),
        _("The approval of %(name)s for the scope below ends soon."),
        procurement=False,
    ),
}


def _owners_of(session: Session, line_ids: Sequence[int]) -> dict[int, int | None]:
    query = (
        select(ScopeLine.id, Supplier.owner_id)
        .join(Supplier, Supplier.id == ScopeLine.supplier_id)
        .where(ScopeLine.id.in_(line_ids))
    )
    return {row.id: row.owner_id for row in session.execute(query)}


def _owner_of(session: Session, line_id: int) -> int | None:
    return _owners_of(session, [line_id]).get(line_id)


def _page_of(session: Session, line_id: int) -> str | None:
    number = session.scalar(select(ScopeLine.number).where(ScopeLine.id == line_id))
    return f"/scope/{number}" if number else None


register_correspondence(
    Correspondence(
        ScopeLine.subject_kind,
        owner=_owner_of,
        owners=_owners_of,
        page=_page_of,
        is_open=lambda _session, _line_id: False,
    )
)
