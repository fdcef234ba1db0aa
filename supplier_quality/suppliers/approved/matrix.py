"""The list as a matrix: suppliers' sites down, commodities across, a mark for every line. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supplier_quality.language import Text, Words
from supplier_quality.suppliers.approved.queries import ListedLine
from supplier_quality.suppliers.scope.queries import ScopeView


@dataclass(frozen=True, slots=True)
class Mark:
    """One line in its cell: a symbol with a word, why it stands so, and where its page is."""

    view: ScopeView
    state: Words
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """A site of a supplier. ``cells`` hold the marks by commodity, none where there is no scope."""

    first: ScopeView
    cells: Mapping[int, Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Column:
    """A commodity, with how many sites are approved for it among the rows shown."""

    id: int
    number: str
    name: Text
    approved: int


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: Sequence[Column]
    rows: Sequence[Row]


def arrange(lines: Sequence[ListedLine], marks: Mapping[int, Mark], *, approved: str) -> Matrix:
    """The lines, which come by supplier and site, as rows and columns; ``approved`` is the state that is counted."""
    commodities: dict[int, ScopeView] = {}
    counts: dict[int, int] = {}
    rows: dict[tuple[int, int], dict[int, list[Mark]]] = {}
    firsts: dict[tuple[int, int], ScopeView] = {}
    for line in lines:
        view = line.view
        place = (view.supplier_id, view.site_id)
        commodities.setdefault(view.commodity_id, view)
        counts[view.commodity_id] = counts.get(view.commodity_id, 0) + (view.state == approved)
        firsts.setdefault(place, view)
        rows.setdefault(place, {}).setdefault(view.commodity_id, []).append(marks[view.id])
    ordered = sorted(commodities.values(), key=lambda view: view.commodity)
    return Matrix(
        [Column(view.commodity_id, view.commodity, view.commodity_name, counts[view.commodity_id]) for view in ordered],
        [Row(firsts[place], cells) for place, cells in rows.items()],
    )
