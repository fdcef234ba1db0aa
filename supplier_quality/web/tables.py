"""The state of a table: sort, filters, place and columns, all in the address, so that a link shows the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from supplier_quality.language import Words

SIZES = (25, 50, 100)
_PICKED = Markup(" selected")
_RESERVED = frozenset({"sort", "at", "size", "columns", "q", "lang", "saved", "arrange"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column a table can show. ``label`` holds the unit; ``numeric`` puts figures right in tabular digits."""

    name: str
    label: Words
    sortable: bool = False
    numeric: bool = False
    shown: bool = True
    fixed: bool = False  # always shown: the column that names the row


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a table. With ``choices`` (value, label) one of them; without, a text."""

    name: str
    label: Words
    choices: Sequence[tuple[str, Words | str]] = ()

    def label_of(self, value: str) -> str:
        return next((str(label) for choice, label in self.choices if choice == value), value)

    def options(self, chosen: str | None) -> Markup:
        """The choices as options of a list, the one in force picked."""
        return _options(tuple((value, str(label)) for value, label in self.choices), chosen)


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...], chosen: str | None) -> Markup:
    """Drawn once: a list of countries is longer than the page it narrows."""
    return Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(value, _PICKED if value == chosen else "", label)
        for value, label in choices
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the address without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a table can do and how it stands now.

    ``id`` names it on the page; ``path`` is the page's address; ``sort`` is a column's name; ``cursor`` is the place
    where the page begins, as ``persistence.paging`` gave it. ``picked`` names the columns in the order in which they were
    chosen; it is empty as long as they are the usual ones. Only rows of an ``orderable`` table are drawn in that order;
    ``arranging`` says that somebody is just choosing columns.
    """

    id: str
    path: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sort: str
    descending: bool
    chosen: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    cursor: str | None = None
    size: int = SIZES[1]
    picked: tuple[str, ...] = ()
    first_sort: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)
    orderable: bool = False
    arranging: bool = False

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns as the table draws them."""
        if not self.picked:
            return tuple(column for column in self.columns if column.shown or column.fixed)
        return tuple(column for column in self.ordered if self.shows(column.name))

    @property
    def ordered(self) -> tuple[Column, ...]:
        """All columns: those shown in their order, then the others in their own."""
        place = {name: number for number, name in enumerate(self.picked)}
        return tuple(sorted(self.columns, key=lambda column: place.get(column.name, len(place)))) if place else (
            tuple(sorted(self.columns, key=lambda column: not (column.shown or column.fixed)))
        )  # fmt: skip

    @property
    def order(self) -> tuple[str, ...]:
        """The names of the columns shown."""
        return tuple(column.name for column in self.shown)

    def moved(self, name: str, step: int) -> str | None:
        """The address with a column one place further to the front (-1) or the back (1); None at either end."""
        order = list(self.order)
        place = order.index(name)
        if not 0 <= place + step < len(order):
            return None
        order[place], order[place + step] = order[place + step], order[place]
        return self._while_arranging(_unless_usual(order, self.columns))

    def with_usual_columns(self) -> str:
        return self._while_arranging(())

    def _while_arranging(self, picked: tuple[str, ...]) -> str:
        address = self.address(picked=picked, cursor=self.cursor)
        return f"{address}{'&' if '?' in address else '?'}arrange=yes"

    @property
    def shown_names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.shown)

    def shows(self, name: str) -> bool:
        column = next(column for column in self.columns if column.name == name)
        return column.fixed or (name in self.picked if self.picked else column.shown)

    @property
    def chips(self) -> list[Chip]:
        """The filters in force, each with the way to take it off."""
        chips = []
        for filter_ in self.filters:
            value = self.chosen.get(filter_.name)
            if value:
                without = {name: kept for name, kept in self.chosen.items() if name != filter_.name}
                chips.append(Chip(str(filter_.label), filter_.label_of(value), self.address(chosen=without)))
        return chips

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or any(self.chosen.values()))

    def sorted_by(self, name: str) -> str:
        """The address of this table sorted by a column; by the same one again, the other way round."""
        descending = not self.descending if name == self.sort else False
        return self.address(sort=name, descending=descending)

    def aria_sort(self, name: str) -> str:
        if name != self.sort:
            return "none"
        return "descending" if self.descending else "ascending"

    @property
    def here(self) -> str:
        """The shortest address of the table as it stands."""
        return self.address(cursor=self.cursor)

    def at(self, cursor: str) -> str:
        """The address of the page that a cursor points to."""
        return self.address(cursor=cursor)

    def cleared(self) -> str:
        return self.address(chosen={}, search="")

    def address(self, **changes: Any) -> str:
        """The address of this table with these changes; it starts again at the first row unless a place is given."""
        changes.setdefault("cursor", None)
        table = replace(self, **changes)
        query = table.query()
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def query(self) -> dict[str, str]:
        """The state as the parameters of an address, without what is as it starts."""
        query = {**self.keep, **{name: value for name, value in self.chosen.items() if value}}
        if self.search:
            query["q"] = self.search
        sort = ("-" if self.descending else "") + self.sort
        if sort != self.first_sort:
            query["sort"] = sort
        if self.size != SIZES[1]:
            query["size"] = str(self.size)
        if self.picked:
            query["columns"] = ",".join(self.picked)
        if self.cursor:
            query["at"] = self.cursor
        return query


def read_table(
    args: MultiDict[str, str],
    *,
    id: str,
    path: str,
    columns: Sequence[Column],
    filters: Sequence[Filter] = (),
    first_sort: str,
    keep: Sequence[str] = (),
    orderable: bool = False,
) -> Table:
    """The table as the address says. What it does not allow is left out, as an old link must still open.

    ``first_sort`` is a column's name, with ``-`` before it for descending; ``keep`` names other parameters of the page;
    ``orderable`` says that the page draws the cells of a row in the order of ``Table.shown``.
    """
    sortable = {column.name for column in columns if column.sortable} | {first_sort.lstrip("-")}
    sort = args.get("sort", first_sort)
    if sort.lstrip("-") not in sortable:
        sort = first_sort
    return Table(
        id=id,
        path=path,
        columns=tuple(columns),
        filters=tuple(filters),
        sort=sort.lstrip("-"),
        descending=sort.startswith("-"),
        chosen=_chosen(args, filters),
        search=args.get("q", "").strip()[:200],
        cursor=args.get("at") or None,
        size=_size(args.get("size")),
        picked=_picked(args, columns, orderable=orderable),
        first_sort=first_sort,
        keep={name: args[name] for name in keep if args.get(name)},
        orderable=orderable,
        arranging="arrange" in args,
    )


def _chosen(args: MultiDict[str, str], filters: Sequence[Filter]) -> dict[str, str]:
    chosen = {}
    for filter_ in filters:
        if filter_.name in _RESERVED:
            raise ValueError(f"A filter cannot be called {filter_.name!r}; the table needs that name")
        value = args.get(filter_.name, "").strip()[:200]
        if value and (not filter_.choices or value in {choice for choice, _label in filter_.choices}):
            chosen[filter_.name] = value
    return chosen


def _picked(args: MultiDict[str, str], columns: Sequence[Column], *, orderable: bool) -> tuple[str, ...]:
    """The columns that were chosen, from boxes or from a list, in that order; none when they are the ones shown anyway."""
    places = {column.name: place for place, column in enumerate(columns)}
    asked = dict.fromkeys(name for value in args.getlist("columns") for name in value.split(",") if name in places)
    if not asked:
        return ()
    order = list(asked)
    for column in columns:
        if column.fixed and column.name not in asked:
            # Before the first one that usually comes after it.
            later = (at for at, name in enumerate(order) if places[name] > places[column.name])
            order.insert(next(later, len(order)), column.name)
    return _unless_usual(order if orderable else sorted(order, key=places.__getitem__), columns)


def _unless_usual(order: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    usual = [column.name for column in columns if column.shown or column.fixed]
    return () if list(order) == usual else tuple(order)


def _size(text: str | None) -> int:
    return next((size for size in SIZES if text == str(size)), SIZES[1])
