"""Pairs of suppliers that may be the same company: listed, and dismissed when people know better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from supplier_quality.engine.notes import note
from supplier_quality.errors import BadInput, NotFound, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.models import Supplier, SupplierPair
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.queries import readable

DISMISSED, REOPENED = "duplicate.dismissed", "duplicate.reopened"
MOST_OF_ONE = 20
LONGEST_REASON = 4_000


class PairNotFound(NotFound):
    """The two suppliers are not listed as possible duplicates."""

    code = "pair_not_found"


class ReasonMissing(BadInput):
    """A decision without the words that explain it later."""

    code = "reason_missing"


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of one supplier of a pair."""

    id: int
    number: str
    name: str
    state: str
    country: str | None
    duns: str | None
    business_licence: str | None
    source_key: str | None


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two suppliers, the older first. ``strength`` out of 100; ``reasons`` as ``[reason, *values]``, the strongest first."""

    one: Card
    other: Card
    strength: int
    reasons: Sequence[Sequence[str]]
    dismissed_at: datetime | None
    dismissed_by_name: str | None
    dismissed_reason: str | None

    def beside(self, supplier_id: int) -> Card:
        """The one that is not this supplier."""
        return self.other if self.one.id == supplier_id else self.one


_LOW, _HIGH = aliased(Supplier), aliased(Supplier)
_CARD = ("id", "number", "name", "state", "country", "duns", "business_licence", "source_key")
_PAIR = ("strength", "reasons", "dismissed_at", "dismissed_by_name", "dismissed_reason")


def _query(actor: Actor) -> Select[Any]:
    visible = select(Supplier.id).where(readable(actor))
    return (
        select(
            *(getattr(_LOW, name) for name in _CARD),
            *(getattr(_HIGH, name) for name in _CARD),
            *(getattr(SupplierPair, name) for name in _PAIR),
        )
        .join(_LOW, _LOW.id == SupplierPair.low_id)
        .join(_HIGH, _HIGH.id == SupplierPair.high_id)
        .where(_LOW.merged_into.is_(None), _HIGH.merged_into.is_(None))
        .where(SupplierPair.low_id.in_(visible), SupplierPair.high_id.in_(visible))
    )


def _line(*values: Any) -> PairLine:
    width = len(_CARD)
    return PairLine(Card(*values[:width]), Card(*values[width : 2 * width]), *values[2 * width :])


def list_pairs(
    session: Session, *, actor: Actor, dismissed: bool = False, cursor: str | None = None, size: int = 50
) -> Page[PairLine]:
    """One page of pairs, the strongest first: those that wait for a decision, or those that were dismissed. Raises BadCursor."""
    query = _query(actor).where(
        SupplierPair.dismissed_at.is_not(None) if dismissed else SupplierPair.dismissed_at.is_(None)
    )
    keys = [
        SortKey(SupplierPair.strength, descending=True),
        SortKey(SupplierPair.low_id, descending=True),
        SortKey(SupplierPair.high_id, descending=True),
    ]
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=_line)


def pairs_of(session: Session, supplier: Supplier, *, actor: Actor) -> list[PairLine]:
    """The pairs of one supplier that wait for a decision, the strongest first."""
    mine = (SupplierPair.low_id == supplier.id) | (SupplierPair.high_id == supplier.id)
    query = _query(actor).where(mine, SupplierPair.dismissed_at.is_(None)).order_by(SupplierPair.strength.desc())
    return [_line(*row) for row in session.execute(query.limit(MOST_OF_ONE))]


def find_pair(session: Session, one: Supplier, other: Supplier, *, actor: Actor) -> PairLine | None:
    """The two as a pair, dismissed or not; None when nothing suggests that they are the same."""
    row = session.execute(_query(actor).where(_these(one, other))).one_or_none()
    return _line(*row) if row is not None else None


def dismiss_pair(session: Session, one: Supplier, other: Supplier, *, reason: str, actor: Actor, at: datetime) -> None:
    """Keep that the two are different companies; nobody is asked again. Raises MayNotEditSuppliers, PairNotFound, ReasonMissing."""
    check_may_edit_suppliers(actor)
    reason = _read_reason(reason)
    pair = _get(session, one, other)
    if pair.dismissed_at is not None:
        return
    pair.dismissed_at, pair.dismissed_by, pair.dismissed_by_name = at, actor.id, actor.label[:200]
    pair.dismissed_reason = reason
    _tell_both(session, one, other, DISMISSED, reason, actor=actor, at=at)


def reopen_pair(session: Session, one: Supplier, other: Supplier, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take a dismissal back. Raises MayNotEditSuppliers, PairNotFound, ReasonMissing."""
    check_may_edit_suppliers(actor)
    reason = _read_reason(reason)
    pair = _get(session, one, other)
    if pair.dismissed_at is None:
        return
    pair.dismissed_at = pair.dismissed_by = pair.dismissed_by_name = pair.dismissed_reason = None
    _tell_both(session, one, other, REOPENED, reason, actor=actor, at=at)


def _read_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        problem = Problem(
            _("The reason is missing.") if not reason else _("The reason is too long."),
            _("Write in a few words how you know."), column="reason",
        )  # fmt: skip
        raise ReasonMissing(_("Say why."), (problem,))
    return reason


def _get(session: Session, one: Supplier, other: Supplier) -> SupplierPair:
    pair = session.scalars(select(SupplierPair).where(_these(one, other)).with_for_update()).one_or_none()
    if pair is None:
        raise PairNotFound(
            _("%(one)s and %(other)s are not listed as possible duplicates.", one=one.number, other=other.number)
        )
    return pair


def _these(one: Supplier, other: Supplier) -> Any:
    low, high = sorted((one.id, other.id))
    return (SupplierPair.low_id == low) & (SupplierPair.high_id == high)


def _tell_both(
    session: Session, one: Supplier, other: Supplier, action: str, reason: str, *, actor: Actor, at: datetime
) -> None:
    # In the order of their numbers, so that two people deciding at once wait instead of blocking each other.
    first, second = sorted((one, other), key=lambda supplier: supplier.id)
    for here, there in ((first, second), (second, first)):
        data = {"number": there.number, "name": there.name, "reason": reason}
        note(session, here, actor=actor, at=at, action=action, data=data, quiet=True)
