"""Readings in rational subgroups, in the order in which they were taken, and the sums over each of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from supplier_quality.errors import Problem
from supplier_quality.language import _
from supplier_quality.statistics.refusals import (
    MOST_PROBLEMS,
    CannotCompute,
    Floats,
    check_same_length,
    readings,
    refuse,
)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Subgroups:
    """``values`` of shape (n,) lie subgroup after subgroup; ``sizes`` of shape (k,) adds up to n.

    ``rows[i]`` is the place, from 1, that value i had among the readings that were given; None when they kept their order.
    """

    values: Floats
    sizes: Integers
    rows: Integers | None = None

    @property
    def count(self) -> int:
        return int(self.sizes.size)

    @cached_property
    def size(self) -> int | None:
        """The size of every subgroup; None when they differ."""
        first = int(self.sizes[0])
        return first if self.values.size == first * self.count and bool((self.sizes == first).all()) else None

    @cached_property
    def starts(self) -> Integers:
        """Where each subgroup begins in ``values``."""
        return np.concatenate(([0], np.cumsum(self.sizes)[:-1]))

    @cached_property
    def means(self) -> Floats:
        return np.asarray(self._reduce(np.add) / self.sizes)

    @cached_property
    def ranges(self) -> Floats:
        return np.asarray(self._reduce(np.maximum) - self._reduce(np.minimum))

    @cached_property
    def squares(self) -> Floats:
        """Sum of the squared distances from the mean of each subgroup."""
        if self.size is not None:
            table = self.values.reshape(self.count, self.size)
            apart = table - self.means[:, None]
            return np.asarray(np.einsum("ij,ij->i", apart, apart))
        apart = self.values - np.repeat(self.means, self.sizes)
        return np.asarray(np.add.reduceat(apart * apart, self.starts))

    @cached_property
    def deviations(self) -> Floats:
        """Standard deviation (divisor n - 1) of each subgroup; all have at least two values."""
        return np.sqrt(self.squares / (self.sizes - 1))

    def row_of(self, index: int) -> int:
        """The place from 1 of a value among the readings as given."""
        return int(self.rows[index]) if self.rows is not None else index + 1

    def per_size(self, constant: Callable[[int], float]) -> Floats | float:
        """A constant of each subgroup's size: a number when all are alike, otherwise shape (k,)."""
        if self.size is not None:
            return constant(self.size)
        different, where = np.unique(self.sizes, return_inverse=True)
        return np.asarray([constant(int(n)) for n in different], dtype=np.float64)[where]

    def _reduce(self, operation: np.ufunc) -> Floats:
        if self.size is None:
            return np.asarray(operation.reduceat(self.values, self.starts), dtype=np.float64)
        # Column by column: a reduction along an axis of five goes row by row and takes many times as long.
        table = self.values.reshape(self.count, self.size)
        result = table[:, 0].copy()
        for place in range(1, self.size):
            operation(result, table[:, place], out=result)
        return result


def subgroups_of_size(values: npt.ArrayLike, size: int) -> Subgroups:
    """Every ``size`` readings in a row are a subgroup. Raises CannotCompute when the last one is not complete."""
    if size < 1:
        refuse(_("A subgroup has at least one reading."), _("Give a size from 1."), column="subgroup_size", value=size)
    array = readings(values)
    left = array.size % size
    if left:
        refuse(
            _("The last subgroup has %(count)s readings instead of %(size)s.", count=left, size=size),
            _("Add the missing readings, delete the last subgroup, or give the size that was used."),
            row=array.size - left + 1,
        )
    return Subgroups(array, np.full(array.size // size, size, dtype=np.int64))


def subgroups_by_label(values: npt.ArrayLike, labels: Sequence[str]) -> Subgroups:
    """Readings with the same label are a subgroup; subgroups keep the order in which their labels first appear.

    Raises CannotCompute.
    """
    array = readings(values)
    check_same_length(values=array, subgroups=labels)
    order: dict[str, int] = {}
    numbered = np.array([order.setdefault(label, len(order)) for label in labels], dtype=np.int64)
    sizes = np.bincount(numbered).astype(np.int64)
    if (np.diff(numbered) >= 0).all():
        return Subgroups(array, sizes)
    sort = np.argsort(numbered, kind="stable")
    return Subgroups(array[sort], sizes, sort + 1)


def individuals(values: npt.ArrayLike) -> Subgroups:
    """Every reading is a subgroup of its own. Raises CannotCompute."""
    return subgroups_of_size(values, 1)


def check_subgroups(subgroups: Subgroups, *, least_size: int = 2, least_count: int = 2) -> None:
    """Raises CannotCompute for too few subgroups, and for every subgroup with too few readings."""
    check_enough(subgroups.count, least=least_count, row=subgroups.row_of(0))
    small = np.flatnonzero(subgroups.sizes < least_size)
    if small.size:
        remedy = _("Add the missing readings, or compute with individual values.")
        problems = (
            Problem(
                _("Subgroup %(number)s holds fewer than %(least)s readings.", number=int(index) + 1, least=least_size),
                remedy,
                row=subgroups.row_of(int(subgroups.starts[index])),
                column="subgroups",
            )
            for index in small[:MOST_PROBLEMS]
        )
        raise CannotCompute(_("Some subgroups are too small."), tuple(problems))


def check_enough(count: int, *, row: int, least: int = 3) -> None:
    """Raises CannotCompute for fewer subgroups, or individual values, than are needed."""
    if count < least:
        refuse(
            _("There are too few subgroups: %(count)s instead of at least %(least)s.", count=count, least=least),
            _("Add subgroups, or give the size of the subgroups that was used."),
            row=row,
        )
