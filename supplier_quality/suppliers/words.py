"""Finding suppliers by words, in a time that does not grow with the number of suppliers.

A word that few suppliers carry gives their ids. A word that many carry is never read as a whole: a list by name reads its
range of the index, which stands in that order; any other list is walked in its own order and asks each row, and finds a
page soon because many rows match.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, tuple_, union_all
from sqlalchemy.orm import Session

from supplier_quality.persistence import format_number
from supplier_quality.persistence.paging import SortKey, read_cursor
from supplier_quality.suppliers.models import Supplier, SupplierToken
from supplier_quality.suppliers.names import query_terms

RARE = 1_000
"""A word of at most so many suppliers is looked up as a whole."""

_MOST_TOKENS = 40
_WINDOW = 2_500
_LAST = "\U0010ffff"
_NUMBER = re.compile(r"(?:sup-?)?(\d{1,10})", re.IGNORECASE)


def find_by_words(
    session: Session,
    search: str,
    *,
    narrowed: Select[Any] | None = None,
    keys: Sequence[SortKey] = (),
    cursor: str | None = None,
    size: int = 0,
) -> ColumnElement[bool] | None:
    """The condition that a supplier carries every word of the search; None when nothing is searched for.

    With ``keys``, ``cursor`` and ``size`` it may hold only for the rows of that page and the one after it. ``narrowed`` is a
    query for the ids of the suppliers that other filters leave, None when they leave all. Raises BadCursor.
    """
    search = search.strip()[:200]
    if not search:
        return None
    number = _number_of(search)
    if number is not None and not search.isdigit():
        return Supplier.number == number
    terms = query_terms(search)
    if not terms:
        return false()
    found = _carrying(session, terms, narrowed, keys, cursor, size)
    return found | (Supplier.number == number) if number is not None else found


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; when not ``exact``, there are at least so many."""

    number: int
    exact: bool


def count_by_words(session: Session, search: str, narrowed: Select[Any], *, narrows: bool, most: int) -> Count:
    """How many of the suppliers that ``narrowed`` leaves carry every word, counted up to ``most``.

    Of words that many carry only the first rows are asked, so the count of several of them may be a lower bound.
    """
    found = find_by_words(session, search)
    terms = query_terms(search.strip()[:200])
    common = [term for term in terms if _is_common(session, term)]
    if found is None or len(common) < len(terms) or not terms or _number_of(search.strip()) is not None:
        return _counted(session, narrowed if found is None else narrowed.where(found), most)
    if narrows and _leaves_few(session, narrowed):
        return _counted(session, narrowed.where(found), most)
    driver = min(common, key=lambda term: _frequency(session, term))
    window = select(SupplierToken.supplier_id).where(_begins(driver)).limit(_WINDOW).subquery()
    whole = select(func.count(window.c.supplier_id.distinct()))
    if narrows or common[1:]:
        others = [_carries(_tokens_of(session, term), term) for term in common if term != driver]
        whole = whole.select_from(window.join(Supplier, Supplier.id == window.c.supplier_id)).where(*others)
        if narrowed.whereclause is not None:
            whole = whole.where(narrowed.whereclause)
    number = session.scalar(whole) or 0
    asked = session.scalar(select(func.count()).select_from(window)) or 0
    return Count(min(number, most), exact=asked < _WINDOW and number <= most)


def _counted(session: Session, query: Select[Any], most: int) -> Count:
    number = session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0
    return Count(min(number, most), exact=number <= most)


def _is_common(session: Session, term: str) -> bool:
    return _frequency(session, term, most=RARE + 1) > RARE


def _frequency(session: Session, term: str, *, most: int = 4 * _WINDOW) -> int:
    """How many rows the index has for a word, counted up to ``most``: the rarest of several leads."""
    some = select(SupplierToken.supplier_id).where(_begins(term)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _number_of(search: str) -> str | None:
    """The number of a supplier of ours that the search may mean."""
    numbered = _NUMBER.fullmatch(search)
    return format_number(Supplier.number_series, int(numbered.group(1))) if numbered else None


def _carrying(
    session: Session,
    terms: Sequence[str],
    narrowed: Select[Any] | None,
    keys: Sequence[SortKey],
    cursor: str | None,
    size: int,
) -> ColumnElement[bool]:
    rare: set[int] | None = None
    common: list[str] = []
    for term in terms:
        ids = session.scalars(select(SupplierToken.supplier_id).where(_begins(term)).limit(RARE + 1)).all()
        if len(ids) <= RARE:
            rare = set(ids) if rare is None else rare & set(ids)
        else:
            common.append(term)
    words = {term: _tokens_of(session, term) for term in common}
    if rare is not None:
        return _all_of([Supplier.id.in_(rare), *(_carries(words[term], term) for term in common)])
    by_name = bool(keys) and keys[0].column is Supplier.name_key
    usable = [term for term in common if words[term]]
    if by_name and usable and not _leaves_few(session, narrowed):
        driver = min(usable, key=lambda term: _frequency(session, term)) if len(usable) > 1 else usable[0]
        others = [_carries(words[term], term) for term in common if term != driver]
        return Supplier.id.in_(_next_by_name(session, words[driver], narrowed, others, keys, cursor, size))
    return _all_of([_carries(words[term], term) for term in common])


def _all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = whole & condition
    return whole


def _begins(term: str) -> ColumnElement[bool]:
    return SupplierToken.token.between(term, term + _LAST)


def _carries(tokens: Sequence[str], term: str) -> ColumnElement[bool]:
    """That the supplier of a row carries one of these words, looked up by the whole key.

    The limit keeps the database from reading all suppliers of the words first. A beginning that too many words share, such
    as a single letter, is read as a whole.
    """
    if not tokens:
        return Supplier.id.in_(select(SupplierToken.supplier_id).where(_begins(term)))
    found = select(SupplierToken.token).where(
        SupplierToken.token.in_(tokens),
        SupplierToken.name_key == Supplier.name_key,
        SupplierToken.supplier_id == Supplier.id,
    )
    return found.limit(1).correlate(Supplier).scalar_subquery().is_not(None)


def _leaves_few(session: Session, narrowed: Select[Any] | None) -> bool:
    """Whether other filters leave so few suppliers that asking each is the quickest."""
    if narrowed is None:
        return False
    return (session.scalar(select(func.count()).select_from(narrowed.limit(RARE + 1).subquery())) or 0) <= RARE


def _tokens_of(session: Session, term: str) -> list[str]:
    """The different words that begin like this, found one after the other in the index; none when there are many."""
    tokens: list[str] = []
    following = select(func.min(SupplierToken.token))
    token = session.scalar(following.where(_begins(term)))
    while token is not None:
        tokens.append(token)
        if len(tokens) > _MOST_TOKENS:
            return []
        beyond = (SupplierToken.token > token) & (SupplierToken.token <= term + _LAST)
        token = session.scalar(following.where(beyond))
    return tokens


def _next_by_name(
    session: Session,
    tokens: Sequence[str],
    narrowed: Select[Any] | None,
    others: Sequence[ColumnElement[bool]],
    keys: Sequence[SortKey],
    cursor: str | None,
    size: int,
) -> list[int]:
    """The ids of the page and one more: of each word the next rows of its range, the nearest of all of them together."""
    backwards, values = read_cursor(cursor, keys) if cursor else (False, None)
    down = keys[0].descending is not backwards
    place = tuple_(SupplierToken.name_key, SupplierToken.supplier_id)
    ranges = []
    for token in tokens:
        part = select(SupplierToken.name_key, SupplierToken.supplier_id).where(SupplierToken.token == token)
        if narrowed is not None or others:
            part = part.join(Supplier, Supplier.id == SupplierToken.supplier_id).where(*others)
        if narrowed is not None and narrowed.whereclause is not None:
            part = part.where(narrowed.whereclause)
        if values is not None:
            here = tuple_(*values)
            part = part.where(place < here if down else place > here)
        order = [column.desc() if down else column for column in (SupplierToken.name_key, SupplierToken.supplier_id)]
        ranges.append(select(part.order_by(*order).limit(size + 1).subquery()))
    rows = session.execute(union_all(*ranges) if len(ranges) > 1 else ranges[0]).all()
    nearest = sorted({(row[0], row[1]) for row in rows}, reverse=down)
    return [id_ for _name, id_ in nearest[: size + 1]]
