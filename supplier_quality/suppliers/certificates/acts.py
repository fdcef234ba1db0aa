"""Acts that policies ask for: a certificate that is lost limits the scope that rests on it, a new one brings it back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.identity import Actor
from supplier_quality.suppliers.certificates.enums import CertificateState
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.operations import grace_days
from supplier_quality.suppliers.certificates.queries import in_force_at
from supplier_quality.suppliers.certificates.scope import cause_of, certificate_behind
from supplier_quality.suppliers.certificates.standards import serves
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.rules import as_date
from supplier_quality.suppliers.scope import limits
from supplier_quality.suppliers.scope.enums import LimitEffect, Why
from supplier_quality.suppliers.scope.limits import Moved
from supplier_quality.suppliers.scope.mails import tell_procurement_of_moves
from supplier_quality.suppliers.scope.models import ScopeLimit

Parameters = Mapping[str, Any]


def limit_scope(
    session: Session, certificate: Certificate, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``certificate.limit_scope {state, effect}``, if the certificate still stands in that state.

    Lines of its site that rest on its standard are covered, unless another certificate in force there serves as well.
    """
    if certificate.state != parameters["state"]:
        return
    _find_stand_ins(session, certificate)
    effect, reason = LimitEffect(parameters["effect"]), _words_of(session, certificate)
    # Where safety parts have no grace they stop at once, also when the certificate is not marked as theirs.
    has_grace = grace_days(session, certificate.standard, safety_parts=True) > 0
    moved = limits.limit_scope(
        session, supplier_id=certificate.supplier_id, site_id=certificate.site_id, cause=cause_of(certificate.number),
        effect=effect, why=Why.SITE_LIMITED, reason=reason, standard=certificate.standard,
        safety_effect=None if has_grace else LimitEffect.SUSPENDED,
        stands_in=_stand_in(session, certificate.site_id, certificate.standard, but=certificate.number),
        actor=actor, at=at,
    )  # fmt: skip
    _tell(session, certificate, moved, why=Why.SITE_LIMITED, reason=reason, at=at)


def restore_scope(
    session: Session, certificate: Certificate, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``certificate.restore_scope {state}``: take back what this certificate had limited, and what it now stands in for."""
    if certificate.state != parameters["state"]:
        return
    reason = _words_of(session, _successor(session, certificate) or certificate)
    uncovered = _find_stand_ins(session, certificate)
    place: dict[str, Any] = {"supplier_id": certificate.supplier_id, "site_id": certificate.site_id}
    told: dict[str, Any] = {"why": Why.SITE_RESTORED, "reason": reason}
    if uncovered:
        # It had stood in for one that is missing, and does so no more.
        told = {"why": Why.SITE_LIMITED, "reason": uncovered[0].reason}
    moved = limits.lift_limit(session, **place, cause=cause_of(certificate.number), **told, actor=actor, at=at)
    moved += limits.settle_all(session, **place, **told, actor=actor, at=at)
    _tell(session, certificate, moved, **told, at=at)


def _find_stand_ins(session: Session, certificate: Certificate) -> list[ScopeLimit]:
    """Say at every limit of the site which certificate in force serves in place of the missing one; the limits that lost theirs."""
    query = select(ScopeLimit).where(ScopeLimit.site_id == certificate.site_id, ScopeLimit.standard.is_not(None))
    uncovered = []
    for limit in session.scalars(query.order_by(ScopeLimit.id)).all():
        before = limit.stands_in
        missing = certificate_behind(limit.cause)
        limit.stands_in = _stand_in(session, certificate.site_id, limit.standard or "", but=missing)
        if before is not None and limit.stands_in is None:
            uncovered.append(limit)
    session.flush()
    return uncovered


def _stand_in(session: Session, site_id: int, standard: str, *, but: str | None) -> str | None:
    serving = (each for each in in_force_at(session, site_id) if serves(each.standard, standard))
    return next((each.number for each in serving if each.number != but), None)


def _successor(session: Session, certificate: Certificate) -> Certificate | None:
    if certificate.state != CertificateState.REPLACED:
        return None
    found = in_force_at(session, certificate.site_id)
    return next((each for each in found if each.standard == certificate.standard), None)


def _words_of(session: Session, certificate: Certificate) -> str:
    """Standard, printed number, day and our number, and what people said; the same in every language.

    The day is the end of validity, or from when the certification body took the certificate away.
    """
    day: date | None = certificate.valid_to
    said = ""
    for entry in reversed(trail.entries(session, certificate.subject_kind, certificate.id, limit=50)):
        if entry.to_state == certificate.state and entry.from_state != entry.to_state:
            form = entry.data.get("form") or {}
            day, said = as_date(form.get("since")) or day, str(form.get("reason") or "")
            break
    parts = (certificate.standard, certificate.certificate_no, day.isoformat() if day else None)
    named = f"{', '.join(filter(None, parts))} ({certificate.number})"
    return f"{named}: {said}" if said else named


def _tell(
    session: Session, certificate: Certificate, moved: list[Moved], *, why: Why, reason: str, at: datetime
) -> None:
    supplier = session.get_one(Supplier, certificate.supplier_id)
    tell_procurement_of_moves(session, supplier, moved, why=why, reason=reason, at=at)


ACTS: dict[str, Callable[..., None]] = {
    "certificate.limit_scope": limit_scope,
    "certificate.restore_scope": restore_scope,
}
