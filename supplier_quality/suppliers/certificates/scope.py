"""What of a supplier's scope rests on its certificates, and what they limit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.store import process_of
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.scope.limits import COVERED, OPEN, limits_of
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.queries import ScopeView, views_of
from supplier_quality.suppliers.scope.resting import resting_of

PREFIX = "certificate:"


@dataclass(frozen=True, slots=True)
class RestingLine:
    """A line of scope that rests on a certificate, with the words of its state."""

    view: ScopeView
    state: State


def cause_of(number: str) -> str:
    """How a certificate names the limit it causes."""
    return PREFIX + number


def certificate_behind(cause: str) -> str | None:
    """The number of the certificate that causes a limit; None when something else does."""
    return cause.removeprefix(PREFIX) if cause.startswith(PREFIX) else None


def lines_resting_on(session: Session, certificate: Certificate) -> list[RestingLine]:
    """The open lines of its site that rest on its standard, whether it is in force or not."""
    query = select(ScopeLine).where(
        ScopeLine.supplier_id == certificate.supplier_id, ScopeLine.site_id == certificate.site_id,
        ScopeLine.state.in_(OPEN),
    )  # fmt: skip
    lines = session.scalars(query).all()
    resting = resting_of(session, lines)
    ids = [line.id for line in lines if resting.rests(line.commodity_id, certificate.standard)]
    return [
        RestingLine(view, process_of(session, view.definition_id).states[view.state]) for view in views_of(session, ids)
    ]


def limited_by_certificates(session: Session, supplier_id: int) -> Mapping[str, int]:
    """How many lines of a supplier each of its certificates limits now, by the certificate's number."""
    limits = [limit for limit in limits_of(session, supplier_id) if certificate_behind(limit.cause)]
    if not limits:
        return {}
    query = select(ScopeLine).where(ScopeLine.supplier_id == supplier_id, ScopeLine.state.in_(COVERED))
    lines = session.scalars(query).all()
    resting = resting_of(session, lines)
    return Counter(
        limit.cause.removeprefix(PREFIX) for line in lines for limit in resting.counting(line, limits)
    )  # fmt: skip
