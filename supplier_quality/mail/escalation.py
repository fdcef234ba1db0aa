"""The built-in effects ``escalate`` and ``remind`` of timers: our people hear that a record waits.

``escalate`` writes to everybody who holds the role the timer names, or covers it as a deputy, and to the record's owner, who
must not hear of it from somebody else, with whoever covers them; ``remind`` to that role, or without one to the owner. A name without anybody behind it becomes an incident: a deadline must not pass unheard.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from supplier_quality.engine.effects import load_subject
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity.models import User
from supplier_quality.identity.queries import users_with_role, with_deputies
from supplier_quality.language import Message, _
from supplier_quality.mail.correspondence import owner_of
from supplier_quality.mail.queue import queue_mail
from supplier_quality.mail.recipients import Recipient
from supplier_quality.outbox import Delivery, Handler, Poison

NOTICE = "layout/notice"


def escalate(delivery: Delivery) -> None:
    """Tell the role the timer names and the record's owner that a deadline was missed."""
    lead = _("%(record)s should have moved on by now. It still stands here: %(state)s.")
    _tell(delivery, _("Deadline missed"), lead, also_owner=True)


def remind(delivery: Delivery) -> None:
    """Tell whose turn it is that a record waits for them."""
    _tell(delivery, _("Reminder"), _("%(record)s waits for you. It stands here: %(state)s."))


def _tell(delivery: Delivery, title: Message, lead: Message, *, also_owner: bool = False) -> None:
    session, payload = delivery.session, delivery.row.payload
    subject = load_subject(session, payload["subject"])
    if subject is None or subject.state != payload["from"]:
        return
    timer = payload.get("timer") or {}
    named = subject.number if subject.label == subject.number else f"{subject.number} {subject.label}"
    values = {
        "title": title,
        "lead": Message(lead.id, {"record": named, "state": _state(delivery, subject)}),
        "due": datetime.fromisoformat(timer["due_at"]) if timer.get("due_at") else "",
        "facts": _facts(delivery, subject, timer),
        "action_label": _("Open the record"),
        "record_label": subject.number,
    }
    readers = dict.fromkeys(_readers(delivery, subject, timer))
    owner = _owner(delivery, subject) if also_owner else None
    if owner is not None and owner.disabled_at is None:
        readers |= dict.fromkeys(with_deputies(session, [owner.id], at=delivery.at))
    for user_id in readers:
        queue_mail(
            session,
            template=NOTICE,
            recipient=Recipient.user(user_id),
            record=subject.record,
            at=delivery.at,
            values=values,
        )


def _readers(delivery: Delivery, subject: Subject, timer: dict[str, Any]) -> Sequence[int]:
    """The numbers of our people to write to. Raises Poison when there is nobody."""
    args = delivery.row.payload.get("args") or {}
    role = timer.get("to") or args.get("to")
    if role:
        found: Sequence[int] = users_with_role(delivery.session, role, at=delivery.at)
        if not found:
            raise Poison(f"Nobody holds the role {role}, so nobody was told that {subject.number} waits.")
        return found
    owner = owner_of(delivery.session, subject.record)
    if owner is None:
        raise Poison(f"{subject.number} has no owner, so nobody was told that it waits.")
    return [owner]


def _owner(delivery: Delivery, subject: Subject) -> User | None:
    owner = owner_of(delivery.session, subject.record)
    return delivery.session.get(User, owner) if owner is not None else None


def _state(delivery: Delivery, subject: Subject) -> Any:
    return process_of(delivery.session, subject.definition_id).states[subject.state].label


def _facts(delivery: Delivery, subject: Subject, timer: dict[str, Any]) -> list[tuple[Message, str]]:
    facts = []
    owner = _owner(delivery, subject)
    if owner is not None:
        facts.append((_("Owner"), owner.name))
    number = int(timer.get("number") or 1)
    if number > 1:
        facts.append((_("Said so far, with this mail"), str(number)))
    return facts


EFFECTS: dict[str, Handler] = {"escalate": Handler(escalate), "remind": Handler(remind)}
