"""What follows a merged record: scope and what limits it, certificates, questionnaires, plans, documents, special processes.

Each keeps its own trail.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.notes import note
from supplier_quality.identity import Actor, system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.development.models import DevelopmentPlan
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.names import sort_key
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.scope import limits
from supplier_quality.suppliers.scope.enums import Why
from supplier_quality.suppliers.scope.mails import tell_procurement_of_moves
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.queries import COLUMNS, ScopeView, named
from supplier_quality.suppliers.special_processes.models import ProcessAssessment

FOLLOWED = "merge.followed"
_RECORDS: Mapping[str, Any] = {
    "scope": ScopeLine,
    "certificates": Certificate,
    "questionnaires": Questionnaire,
    "development": DevelopmentPlan,
    "site_documents": SupplierDocument,
    "documents": SupplierDocument,
    "special_processes": ProcessAssessment,
}


def follow(
    session: Session, ids: Mapping[str, Sequence[int]], *, source: Supplier, to: Supplier, reason: str, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Write into each record's trail that it went over, and let the standing of its new supplier count for the lines."""
    data = {"from": source.number, "into": to.number, "reason": reason}
    for part, model in _RECORDS.items():
        for record in session.scalars(select(model).where(model.id.in_(ids.get(part, ()))).order_by(model.id)).all():
            note(session, record, actor=actor, at=at, action=FOLLOWED, data=data)
    moved = limits.settle_all(
        session, to.id, None, why=Why.STANDING, reason=reason, actor=system_actor(Via.POLICY), at=at
    )
    tell_procurement_of_moves(session, to, moved, why=Why.STANDING, reason=reason, at=at)


def same_scope(session: Session, one_id: int, other_id: int) -> list[tuple[ScopeView, ScopeView]]:
    """Open lines that both suppliers have for a site of the same name, the same commodity and part."""
    query = named(*COLUMNS).where(ScopeLine.state.in_(limits.OPEN)).order_by(ScopeLine.id)
    mine = [ScopeView(*row) for row in session.execute(query.where(ScopeLine.supplier_id == one_id))]
    theirs = [ScopeView(*row) for row in session.execute(query.where(ScopeLine.supplier_id == other_id))]
    known = {_place(view): view for view in mine}
    return [(known[_place(view)], view) for view in theirs if _place(view) in known]


def _place(view: ScopeView) -> tuple[str, int, str | None]:
    return sort_key(view.site), view.commodity_id, view.part_number
