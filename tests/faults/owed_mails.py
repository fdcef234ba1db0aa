"""How many mails the effects of each process owe, read from their handlers: the least and the most.

What a supplier's and a line's effects write is exact. Those of certificates may write to the record that follows, so they are
counted by supplier, and whether the supplier is asked once more depends on what arrived meanwhile. What policies move in scope
is told to procurement on the supplier's record, once per act at most.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from inspect import getclosurevars
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.policies_run import ACT
from supplier_quality.identity import Role
from supplier_quality.identity.queries import users_with_role
from supplier_quality.outbox import OutboxRow, OutboxState
from supplier_quality.suppliers.certificates.mails import EFFECTS as CERTIFICATE_MAILS
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.development.mails import EFFECTS as DEVELOPMENT_MAILS
from supplier_quality.suppliers.mails import EFFECTS as SUPPLIER_MAILS
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification.mails import EFFECTS as QUALIFICATION_MAILS
from supplier_quality.suppliers.questionnaires.mails import EFFECTS as QUESTIONNAIRE_MAILS
from supplier_quality.suppliers.scope.mails import EFFECTS as SCOPE_MAILS
from supplier_quality.suppliers.scope.models import ScopeLine

Place = tuple[str, int]
"""Whose mails are counted together: kind of record and id, for certificates the id of their supplier."""


class Owed:
    """The least and the most mails of every place that owes some."""

    def __init__(self, session: Session, *, at: datetime) -> None:
        self.least: Counter[Place] = Counter()
        self.most: Counter[Place] = Counter()
        self._suppliers = suppliers_of(session)
        self._buyers = len(users_with_role(session, Role.BUYER, at=at)) or 1
        self._managers = len(users_with_role(session, Role.QUALITY_MANAGER, at=at))
        done = select(OutboxRow.kind, OutboxRow.record_kind, OutboxRow.record_id, OutboxRow.payload).where(
            OutboxRow.state == OutboxState.DONE
        )
        for row in session.execute(done):
            self._add(row)

    def _add(self, row: Any) -> None:
        if row.kind == ACT:
            self._tell_of_moves(row.record_kind, row.record_id)
            return
        least, most = self._letters(row.kind, row.payload)
        if most:
            place = place_of(row.record_kind, row.record_id, self._suppliers)
            self.least[place] += least
            self.most[place] += most

    def _tell_of_moves(self, kind: str, record_id: int) -> None:
        supplier = record_id if kind == Supplier.subject_kind else self._suppliers.get((kind, record_id), 0)
        self.most[Supplier.subject_kind, supplier] += self._buyers

    def _letters(self, effect: str, payload: Mapping[str, Any]) -> tuple[int, int]:
        if effect in SUPPLIER_MAILS:
            handler: Any = SUPPLIER_MAILS[effect].run
            both = any(callable(getattr(cell.cell_contents, "run", None)) for cell in handler.__closure__)
            return (2, 2) if both else (1, 1)
        if effect in QUALIFICATION_MAILS:
            return self._letters_of_qualification(effect)
        if effect in SCOPE_MAILS:
            readers = self._buyers if _told(SCOPE_MAILS[effect].run)["procurement"] else 1
            return readers, readers
        if effect in CERTIFICATE_MAILS:
            return self._letters_of_certificate(CERTIFICATE_MAILS[effect].run, payload)
        if effect in QUESTIONNAIRE_MAILS:
            # An invitation is not owed any more when the answers came, or were withdrawn, before the mail was made.
            return (0 if QUESTIONNAIRE_MAILS[effect].run.__qualname__.startswith("_invite") else 1), 1
        return (1, 1) if effect in DEVELOPMENT_MAILS else (0, 0)

    def _letters_of_qualification(self, effect: str) -> tuple[int, int]:
        """A step may have no owner; whether all are done is asked again when it is told."""
        told = _told(QUALIFICATION_MAILS[effect].run)
        if told.get("managers"):
            return self._managers, self._managers
        if effect == "mail.supplier_standing":
            return self._buyers, self._buyers
        if effect.startswith("mail.supplier_") and effect != "mail.supplier_steps_done":
            return 1, 1
        return (0, 1) if effect.startswith("mail.") else (0, 0)

    def _letters_of_certificate(self, handler: Any, payload: Mapping[str, Any]) -> tuple[int, int]:
        told = _told(handler)
        name = handler.__qualname__.split(".")[0]
        if name == "_invite":
            asked_for_next = payload["actor"].get("kind") == "system" and not payload.get("timer")
            return (0, 0) if asked_for_next else (1, 1)
        if name == "_invite_next":
            owner = 1 if told.get("to_owner") else 0
            return owner, owner + 1
        if name == "_tell_supplier":
            owner = 1 if told.get("and_owner") else 0
            return owner + 1, owner + 1
        if name == "_tell_owner":
            return 1, 1
        return 1, 1 + self._managers


def place_of(kind: str, record_id: int, suppliers: Mapping[Place, int]) -> Place:
    """Where the mails of a record are counted."""
    return (kind, suppliers[kind, record_id]) if kind == Certificate.subject_kind else (kind, record_id)


def suppliers_of(session: Session) -> dict[Place, int]:
    """The supplier of every line of scope and every certificate."""
    return {
        (model.subject_kind, row.id): row.supplier_id
        for model in (ScopeLine, Certificate)
        for row in session.execute(select(model.id, model.supplier_id))
    }


def _told(handler: Any) -> Mapping[str, Any]:
    return getclosurevars(handler).nonlocals
