"""Finding suppliers that may be the same company, without comparing each with each.

Every supplier stands under a few keys made of its name and numbers. Only those that share a key are compared, and a key that
too many share tells nothing and is passed over, so the work grows with the number of suppliers and not with its square.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.persistence import Database
from supplier_quality.suppliers.likeness.company_names import blocking_keys, take_apart
from supplier_quality.suppliers.likeness.comparing import Known, Likeness, compare, usable_duns, usable_licence
from supplier_quality.suppliers.models import MatchKey, Site, Supplier, SupplierPair

CHUNK = 500
MOST_NUMBER, MOST_NAME, MOST_PART = 200, 100, 40
"""How many suppliers may share a register's number, a whole name, a part of a name before the key is passed over."""

_PIECE = 5_000


@dataclass
class Run:
    """What one run over many suppliers remembers: keys that too many share, so that they are counted once."""

    crowded: set[str] = field(default_factory=set)


def keys_of(known: Known) -> set[str]:
    """The keys under which a supplier meets others: ``d`` DUNS and ``l`` licence, its own and its sites', and those of its name."""
    keys = set(blocking_keys(take_apart(known.name)))
    keys |= {f"d:{number}" for each in (known.duns, *known.site_duns) if (number := usable_duns(each))}
    licences = (usable_licence(each) for each in (known.business_licence, *known.site_licences))
    return keys | {f"l:{licence}" for licence in licences if licence}


def compare_waiting(database: Database, *, at: datetime, most: int | None = None) -> int:
    """Compare the suppliers that are new or whose name or numbers changed, a chunk to a transaction; how many there were."""
    run, done = Run(), 0
    while most is None or done < most:
        with database.write() as session:
            waiting = select(Supplier.id).where(~Supplier.compared).order_by(Supplier.id).limit(CHUNK)
            ids = session.scalars(waiting.with_for_update(skip_locked=True)).all()
            if ids:
                compare_suppliers(session, ids, at=at, run=run)
        done += len(ids)
        if len(ids) < CHUNK:
            break
    return done


def compare_suppliers(session: Session, ids: Sequence[int], *, at: datetime, run: Run | None = None) -> None:
    """Write the keys of these suppliers anew and the pairs they make with any other. What was dismissed stays dismissed."""
    session.flush()
    known = load_known(session, ids)
    session.execute(delete(MatchKey).where(MatchKey.supplier_id.in_(ids)))
    keys = {id_: keys_of(each) for id_, each in known.items()}
    rows = sorted((key, id_) for id_, own in keys.items() for key in own)
    if rows:
        session.execute(insert(MatchKey), [{"key": key, "supplier_id": id_} for key, id_ in rows])
    found = find_alike(session, known, keys, run=run or Run())
    _store_pairs(session, ids, found, at=at)
    session.execute(
        update(Supplier).where(Supplier.id.in_(ids)).values(compared=True).execution_options(synchronize_session=False)
    )


def find_alike(
    session: Session, known: Mapping[int, Known], keys: Mapping[int, Iterable[str]], *, run: Run
) -> dict[tuple[int, int], Likeness]:
    """What these suppliers are alike to, by the numbers of both, the smaller first. Reads only; ids may be made up.

    Three queries for all of them: how many share each key, who they are, and what is known of those.
    """
    members = _members(session, {key for own in keys.values() for key in own}, run)
    others: dict[int, set[int]] = {
        id_: {other for key in own for other in members.get(key, ()) if other != id_} for id_, own in keys.items()
    }
    # Suppliers that are not stored yet meet each other here.
    missing = {other for found in others.values() for other in found} - known.keys()
    everyone = {**load_known(session, sorted(missing)), **known}
    found: dict[tuple[int, int], Likeness] = {}
    for id_, candidates in others.items():
        for other in candidates:
            pair = (id_, other) if id_ < other else (other, id_)
            if pair in found or other not in everyone:
                continue
            likeness = compare(everyone[pair[0]], everyone[pair[1]])
            if likeness is not None:
                found[pair] = likeness
    return found


def load_known(session: Session, ids: Sequence[int]) -> dict[int, Known]:
    """What is compared of these suppliers; those that were merged into another are left out."""
    sites: dict[int, set[str]] = defaultdict(set)
    licences: dict[int, set[str]] = defaultdict(set)
    found: dict[int, Known] = {}
    for piece in _pieces(ids):
        of_sites = select(Site.supplier_id, Site.duns, Site.business_licence).where(
            Site.supplier_id.in_(piece), or_(Site.duns.is_not(None), Site.business_licence.is_not(None))
        )
        for site in session.execute(of_sites):
            sites[site.supplier_id].add(site.duns)
            licences[site.supplier_id].add(site.business_licence)
        columns = (
            Supplier.id, Supplier.name, Supplier.country, Supplier.duns, Supplier.business_licence, Supplier.source_key
        )  # fmt: skip
        for row in session.execute(select(*columns).where(Supplier.id.in_(piece), Supplier.merged_into.is_(None))):
            found[row.id] = Known(
                *row,
                site_duns=frozenset(filter(None, sites.get(row.id, ()))),
                site_licences=frozenset(filter(None, licences.get(row.id, ()))),
            )
    return found


def _members(session: Session, keys: set[str], run: Run) -> dict[str, list[int]]:
    """Who stands under each of these keys, without the crowded ones."""
    usable: list[str] = []
    for piece in _pieces(sorted(keys - run.crowded)):
        counts = select(MatchKey.key, func.count()).where(MatchKey.key.in_(piece)).group_by(MatchKey.key)
        for key, count in session.execute(counts):
            if count > _most(key):
                run.crowded.add(key)
            elif count:
                usable.append(key)
    members: dict[str, list[int]] = defaultdict(list)
    for piece in _pieces(usable):
        for key, id_ in session.execute(select(MatchKey.key, MatchKey.supplier_id).where(MatchKey.key.in_(piece))):
            members[key].append(id_)
    return members


def _most(key: str) -> int:
    return MOST_NUMBER if key[0] in "dl" else MOST_NAME if key[0] in "ns" else MOST_PART


def of_any(ids: Sequence[int]) -> ColumnElement[bool]:
    """That a pair is of one of these suppliers."""
    return or_(SupplierPair.low_id.in_(ids), SupplierPair.high_id.in_(ids))


def _store_pairs(
    session: Session, ids: Sequence[int], found: Mapping[tuple[int, int], Likeness], *, at: datetime
) -> None:
    columns = (SupplierPair.low_id, SupplierPair.high_id, SupplierPair.dismissed_at)
    stored = {(low, high): dismissed for low, high, dismissed in session.execute(select(*columns).where(of_any(ids)))}
    over = [pair for pair, dismissed in stored.items() if pair not in found and dismissed is None]
    for low, high in over:
        session.execute(delete(SupplierPair).where(SupplierPair.low_id == low, SupplierPair.high_id == high))
    new = []
    for (low, high), likeness in found.items():
        values = {
            "strength": likeness.strength,
            "reasons": [[str(why.reason), *why.values] for why in likeness.reasons],
        }
        if (low, high) in stored:
            here = (SupplierPair.low_id == low) & (SupplierPair.high_id == high)
            session.execute(update(SupplierPair).where(here).values(values))
        else:
            new.append({"low_id": low, "high_id": high, "found_at": at, **values})
    if new:
        # Two suppliers may be compared from both sides at once; one of the two writes the pair.
        add = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        session.execute(add(SupplierPair).on_conflict_do_nothing(), new)


def _pieces(values: Sequence[int] | Sequence[str]) -> Iterable[Sequence[int] | Sequence[str]]:
    for start in range(0, len(values), _PIECE):
        yield values[start : start + _PIECE]
