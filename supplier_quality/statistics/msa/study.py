"""Readings of a gauge study as an array: which part, which appraiser, which trial.

A crossed study has every appraiser measure every part; in a nested one every appraiser has parts of their own, because
measuring destroys or changes them. Both must be balanced: the formulas of the AIAG manual hold for nothing else.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from supplier_quality.errors import Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics.msa.places import at, natural_order, of_all, refuse
from supplier_quality.statistics.refusals import check_same_length

Floats = npt.NDArray[np.float64]


class Design(StrEnum):
    """How parts and appraisers belong together."""

    CROSSED = "crossed"
    NESTED = "nested"


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """A balanced study.

    ``values`` has the shape (appraisers, parts, trials); trials stand in the order of the readings. ``parts`` holds the
    names of the parts of every appraiser: the same ones in a crossed study.
    """

    design: Design
    appraisers: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    values: Floats

    @property
    def trials(self) -> int:
        return int(self.values.shape[2])


def read_study(
    parts: Sequence[str],
    appraisers: Sequence[str],
    values: Sequence[float],
    *,
    design: Design = Design.CROSSED,
) -> GaugeStudy:
    """Arrange readings, one per position of the three sequences, in whatever order.

    Raises CannotCompute, with row and column, for missing cells, one part, one appraiser, one trial, readings that are
    no finite numbers, a study that is not balanced, and readings without any variation.
    """
    check_same_length(parts=parts, appraisers=appraisers, values=values)
    _check_cells(parts, appraisers, values)
    cells: dict[tuple[str, str], list[int]] = {}
    for index, key in enumerate(zip(appraisers, parts, strict=True)):
        cells.setdefault(key, []).append(index)
    named = natural_order(set(appraisers))
    owned = {name: natural_order({part for owner, part in cells if owner == name}) for name in named}
    if design is Design.CROSSED:
        every = natural_order(set(parts))
        owned = dict.fromkeys(named, every)
    _check_size(named, owned)
    _check_balance(cells, named, owned, design)
    array = np.array([[[values[i] for i in cells[name, part]] for part in owned[name]] for name in named], dtype=float)
    _check_variation(array)
    return GaugeStudy(design, tuple(named), tuple(tuple(owned[name]) for name in named), array)


def _check_cells(parts: Sequence[str], appraisers: Sequence[str], values: Sequence[float]) -> None:
    if not len(values):
        refuse([of_all("value", _("There are no readings."))])
    problems = []
    for index in range(len(values)):
        for name, cell, words in (
            ("part", parts[index], _("The part is missing.")),
            ("appraiser", appraisers[index], _("The appraiser is missing.")),
        ):
            if not cell.strip():
                problems.append(at(index, name, words))
        if not math.isfinite(values[index]):
            problems.append(
                at(index, "value", _("This is not a number."), remedy=_("Write a number, or delete the row."))
            )
    refuse(problems, _("Some readings are missing or are no numbers."))


def _check_size(named: list[str], owned: Mapping[str, list[str]]) -> None:
    problems = []
    if len(named) == 1:
        problems.append(
            of_all(
                "appraiser",
                _("Only one appraiser, %(name)s: reproducibility cannot be told.", name=named[0]),
                remedy=_("Have at least two appraisers measure, three are usual."),
            )
        )
    if all(len(its) == 1 for its in owned.values()):
        problems.append(
            of_all(
                "part",
                _("Only one part: the variation between parts cannot be told."),
                remedy=_("Measure at least two parts, ten are usual."),
            )
        )
    refuse(problems)


def _check_balance(
    cells: Mapping[tuple[str, str], list[int]],
    named: list[str],
    owned: Mapping[str, list[str]],
    design: Design,
) -> None:
    counts = Counter(len(indices) for indices in cells.values())
    trials = max(counts, key=lambda count: (counts[count], count))
    if design is Design.NESTED:
        _check_parts_each(cells, named, owned)
    remedy = _("Every appraiser must measure every part equally often. Add the missing readings or leave the part out.")
    if design is Design.CROSSED and _looks_nested(cells):
        remedy = _("Every part has one appraiser only. If that is meant, compute a nested study.")
    problems = [
        _uneven(cells, name, part, trials, remedy)
        for name in named
        for part in owned[name]
        if len(cells.get((name, part), ())) != trials
    ]
    refuse(problems, _("The study is not balanced: not every appraiser measured every part equally often."))
    if trials == 1:
        refuse(
            [
                of_all(
                    "value",
                    _("Only one trial: every appraiser measured every part once, so repeatability cannot be told."),
                    remedy=_("Have every part measured at least twice by every appraiser."),
                )
            ]
        )


def _looks_nested(cells: Mapping[tuple[str, str], list[int]]) -> bool:
    return len({part for _name, part in cells}) == len(cells)


def _check_parts_each(
    cells: Mapping[tuple[str, str], list[int]],
    named: list[str],
    owned: Mapping[str, list[str]],
) -> None:
    counts = Counter(len(its) for its in owned.values())
    usual = max(counts, key=lambda count: (counts[count], count))
    problems = [
        at(
            cells[name, owned[name][0]][0],
            "appraiser",
            _(
                "Parts of appraiser %(appraiser)s: %(count)s instead of %(usual)s.",
                appraiser=name,
                count=len(owned[name]),
                usual=usual,
            ),
            value=name,
            remedy=_("In a nested study all appraisers have equally many parts."),
        )
        for name in named
        if len(owned[name]) != usual
    ]
    refuse(problems, _("The study is not balanced: the appraisers have different numbers of parts."))


def _uneven(cells: Mapping[tuple[str, str], list[int]], name: str, part: str, trials: int, remedy: Words) -> Problem:
    """The problem of one cell with too few or too many readings."""
    found = cells.get((name, part), [])
    words = _(
        "Trials of part %(part)s by appraiser %(appraiser)s: %(count)s instead of %(trials)s.",
        part=part,
        appraiser=name,
        count=len(found),
        trials=trials,
    )
    # Without a reading of its own the cell is missed beside the others of its part.
    index = found[-1] if found else next(its[-1] for (_owner, other), its in cells.items() if other == part)
    return at(index, "value", words, value=len(found), remedy=remedy)


def _check_variation(values: Floats) -> None:
    if np.all(values == values.flat[0]):
        refuse(
            [
                of_all(
                    "value",
                    _("All readings are the same: there is no variation to divide."),
                    remedy=_("Use parts that differ and a gauge with a finer resolution."),
                )
            ]
        )
    if np.all(values == values[:, :, :1]):
        refuse(
            [
                of_all(
                    "value",
                    _("All trials of a part by one appraiser gave the same reading: repeatability cannot be told."),
                    remedy=_("Use a gauge with a finer resolution, and make sure that readings were not copied."),
                )
            ]
        )
