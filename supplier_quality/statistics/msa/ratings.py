"""Ratings of an attribute study, checked and arranged: who rated which part in which trial, and what is right."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.errors import Problem
from supplier_quality.language import _, listed
from supplier_quality.statistics.msa.places import at, natural_order, of_all, refuse
from supplier_quality.statistics.refusals import check_same_length

_COLUMNS = ("appraiser", "part", "trial", "rating", "reference")


@dataclass(frozen=True, slots=True)
class RatingStudy:
    """``ratings[appraiser][part]`` holds the labels in the order of ``trials``; ``references[part]`` the right one."""

    appraisers: tuple[str, ...]
    parts: tuple[str, ...]
    trials: tuple[str, ...]
    ratings: dict[str, dict[str, tuple[str, ...]]]
    references: dict[str, str]
    good: str


def read_ratings(
    appraisers: Sequence[str],
    parts: Sequence[str],
    trials: Sequence[str],
    ratings: Sequence[str],
    references: Sequence[str],
    *,
    good: str,
) -> RatingStudy:
    """Arrange ratings, one per position of the five sequences, in whatever order.

    ``good`` is the label of a conforming part. Raises CannotCompute, with row and column, for missing cells, a part with
    two references, a rating given twice, a part that somebody did not rate in every trial, one part, labels that differ
    only in capitals, and a label ``good`` that nobody used.
    """
    columns = dict(zip(_COLUMNS, (appraisers, parts, trials, ratings, references), strict=True))
    check_same_length(**columns)
    stripped = {name: [str(cell).strip() for cell in cells] for name, cells in columns.items()}
    _check_cells(stripped)
    _check_labels(stripped, good)
    known = _references(stripped)
    found = _ratings(stripped)
    named = tuple(natural_order(set(stripped["appraiser"])))
    tried = tuple(natural_order(set(stripped["trial"])))
    _check_complete(found, stripped, named, tuple(known), tried)
    if len(known) == 1:
        refuse([of_all("part", _("Only one part: agreement by chance cannot be told."))])
    arranged = {name: {part: tuple(found[name, part, trial] for trial in tried) for part in known} for name in named}
    return RatingStudy(named, tuple(known), tried, arranged, known, good.strip())


def _check_cells(columns: dict[str, list[str]]) -> None:
    if not columns["rating"]:
        refuse([of_all("rating", _("There are no ratings."))])
    problems = [
        at(index, name, _("This cell is empty."))
        for name, cells in columns.items()
        for index, cell in enumerate(cells)
        if not cell
    ]
    refuse(problems, _("Some cells are empty."))


def _check_labels(columns: dict[str, list[str]], good: str) -> None:
    used = Counter([*columns["rating"], *columns["reference"]])
    if good.strip() not in used:
        refuse(
            [
                of_all(
                    "reference",
                    _("No part is rated %(good)s, nor is that the reference of any.", good=good),
                    value=good,
                    remedy=_(
                        "Name the label of a conforming part; there are: %(labels)s.", labels=listed(sorted(used))
                    ),
                )
            ]
        )
    usual: dict[str, str] = {}
    for label, _count in used.most_common():
        usual.setdefault(label.casefold(), label)
    problems = [
        at(
            index,
            name,
            _("%(label)s is written %(usual)s elsewhere.", label=cell, usual=usual[cell.casefold()]),
            value=cell,
            remedy=_("Write each label in one way only."),
        )
        for name in ("rating", "reference")
        for index, cell in enumerate(columns[name])
        if usual[cell.casefold()] != cell
    ]
    refuse(problems, _("Some labels are written in two ways."))


def _references(columns: dict[str, list[str]]) -> dict[str, str]:
    """The reference of every part."""
    known: dict[str, str] = {}
    problems: list[Problem] = []
    for index, (part, reference) in enumerate(zip(columns["part"], columns["reference"], strict=True)):
        if known.setdefault(part, reference) != reference:
            problems.append(
                at(
                    index,
                    "reference",
                    _(
                        "Part %(part)s has the reference %(reference)s here and %(before)s above.",
                        part=part,
                        reference=reference,
                        before=known[part],
                    ),
                    value=reference,
                )
            )
    refuse(problems, _("A part has one reference value only."))
    return {part: known[part] for part in natural_order(set(known))}


def _ratings(columns: dict[str, list[str]]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    problems = []
    keys = zip(columns["appraiser"], columns["part"], columns["trial"], strict=True)
    for index, (key, rating) in enumerate(zip(keys, columns["rating"], strict=True)):
        if key in found:
            name, part, trial = key
            words = _(
                "Appraiser %(appraiser)s rated part %(part)s in trial %(trial)s twice.",
                appraiser=name,
                part=part,
                trial=trial,
            )
            problems.append(at(index, "trial", words, value=trial))
        found[key] = rating
    refuse(problems, _("Some ratings are there twice."))
    return found


def _check_complete(
    found: dict[tuple[str, str, str], str],
    columns: dict[str, list[str]],
    named: Sequence[str],
    parts: Sequence[str],
    trials: Sequence[str],
) -> None:
    last = {part: index for index, part in enumerate(columns["part"])}
    own = {key: index for index, key in enumerate(zip(columns["appraiser"], columns["part"], strict=True))}
    problems = [
        at(
            own.get((name, part), last[part]),
            "trial",
            _(
                "Part %(part)s, appraiser %(appraiser)s: the rating of trial %(trial)s is missing.",
                part=part,
                appraiser=name,
                trial=trial,
            ),
            value=trial,
            remedy=_("Every appraiser must rate every part in every trial."),
        )
        for name in named
        for part in parts
        for trial in trials
        if (name, part, trial) not in found
    ]
    refuse(problems, _("The study is not balanced: not every appraiser rated every part in every trial."))
