"""``sampling switch`` and ``sampling skip``: lots in a row, and which inspection comes next. Imports no numpy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from supplier_quality.calculator.sampling_options import (
    AQL_HELP,
    DEFAULT_STANDARD,
    FILE,
    LEVEL_HELP,
    LEVELS,
    OVERRIDES_HELP,
    SEVERITIES,
    STANDARD_HELP,
    STANDARDS,
    read_limits,
    read_overrides,
)
from supplier_quality.calculator.sampling_words import DRAWN, SKIPPED, VERDICTS, how_often
from supplier_quality.console import Console, command, option
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import SkipSettings, SkipStage, Stage

STAGE_WORDS: Mapping[str, Words] = {
    Stage.NORMAL: _("normal inspection"),
    Stage.TIGHTENED: _("tightened inspection"),
    Stage.REDUCED: _("reduced inspection"),
    Stage.DISCONTINUED: _("inspection discontinued"),
}
SKIP_WORDS: Mapping[str, Words] = {
    SkipStage.LOT_BY_LOT: _("lot by lot"),
    SkipStage.SKIPPING: _("skip-lot"),
    SkipStage.INTERRUPTED: _("interrupted"),
}
_SKIP_STARTS = (str(SkipStage.LOT_BY_LOT), str(SkipStage.SKIPPING))
_DEFAULTS = SkipSettings()


@command("switch", help=_("Judge the lots of a file in order, with the severity of each by the switching rules"))
@click.argument("file", type=FILE)
@option("--level", type=LEVELS, required=True, help=LEVEL_HELP)
@option("--aql", required=True, help=AQL_HELP)
@option("--standard", type=STANDARDS, default=DEFAULT_STANDARD, show_default=True, help=STANDARD_HELP)
@option("--start", type=SEVERITIES, default="normal", show_default=True, help=_("Severity of the first lot"))
@option("--steady", is_flag=True, help=_("Production runs steadily"))
@option("--authorised", is_flag=True, help=_("The responsible authority agrees to reduced inspection"))
@option("--other-reason", is_flag=True, help=_("Another condition calls for normal inspection"))
@option("--limits", type=FILE, help=_("File with limit numbers of Z1.4: sample_from, sample_to, aql, limit"))
@option("--overrides", type=FILE, help=OVERRIDES_HELP)
@option("--explain", is_flag=True, help=_("With --json: also why the next lot is inspected as it is"))
def switch(
    console: Console, *, file: Path, level: str, aql: str, standard: str, start: str, steady: bool, authorised: bool,
    other_reason: bool, limits: Path | None, overrides: Path | None, explain: bool,
) -> None:  # fmt: skip
    from supplier_quality.calculator.lots import judge_lots, lots_of
    from supplier_quality.calculator.tables import read_table

    streams = sampling.Streams(
        sampling.overridden_table(standard, read_overrides(overrides, standard)),
        level=level,
        aql=aql,
        conditions=sampling.Conditions(steady=steady, authorised=authorised, other_reason=other_reason),
        start=start,
        limits=read_limits(limits),
    )
    judged = list(judge_lots(lots_of(read_table(file)), streams))
    answer = [each.explained_json() if explain else each.as_json() for each in judged]
    console.answer(answer, lambda: _show_judged(console, judged))


def _show_judged(console: Console, judged: list[sampling.Judged]) -> None:
    rows = [
        (
            each.lot, STAGE_WORDS[each.severity], each.plan and each.plan.sample_size,
            f"{each.plan.ac}/{each.plan.re}" if each.plan else None,
            VERDICTS[each.accepted], each.score, STAGE_WORDS[each.next],
        )
        for each in judged
    ]  # fmt: skip
    columns = (
        _("Lot"), _("Severity of inspection"), _("Sample"), _("Ac/Re"), _("Verdict"), _("Score"), _("Next lot"),
    )  # fmt: skip
    console.table(columns, rows)
    _show_why(console, judged)


def _show_why(console: Console, judged: Sequence[sampling.Judged | sampling.SkipJudged]) -> None:
    """A sentence for every lot below the table, where it has the width it needs."""
    for each in judged:
        console.say(f"{each.lot}: {each.why}")


@command("skip", help=_("Judge the lots of a file in order under skip-lot sampling"))
@click.argument("file", type=FILE)
@option("--level", type=LEVELS, required=True, help=LEVEL_HELP)
@option("--aql", required=True, help=AQL_HELP)
@option("--standard", type=STANDARDS, default=DEFAULT_STANDARD, show_default=True, help=STANDARD_HELP)
@option("--overrides", type=FILE, help=OVERRIDES_HELP)
@option(
    "--start",
    type=click.Choice(_SKIP_STARTS),
    default=_SKIP_STARTS[0],
    show_default=True,
    help=_("Where the product stands before the first lot"),
)
@option("--supplier-qualified", is_flag=True, help=_("The supplier is qualified"))
@option("--product-qualified", is_flag=True, help=_("The product is qualified"))
@option("--draw", type=float, help=_("Random number from 0 up to 1 that decides about the next lot"))
@option(
    "--least-lots",
    type=int,
    default=_DEFAULTS.least_lots,
    show_default=True,
    help=_("Accepted lots in a row before lots are skipped, at least"),
)
@option(
    "--score-needed",
    type=int,
    default=_DEFAULTS.score_needed,
    show_default=True,
    help=_("Qualification points before lots are skipped, at least"),
)
@option(
    "--points-accepted",
    type=int,
    default=_DEFAULTS.points_accepted,
    show_default=True,
    help=_("Points of an accepted lot"),
)
@option(
    "--points-one-step-tighter",
    type=int,
    default=_DEFAULTS.points_one_step_tighter,
    show_default=True,
    help=_("Points of a lot that meets an AQL one step tighter"),
)
@option(
    "--points-two-steps-tighter",
    type=int,
    default=_DEFAULTS.points_two_steps_tighter,
    show_default=True,
    help=_("Points of a lot that meets an AQL two steps tighter"),
)
@option(
    "--frequency",
    "frequencies",
    type=int,
    multiple=True,
    default=_DEFAULTS.frequencies,
    show_default=True,
    help=_("One lot in so many is inspected; once for every step"),
)
@option(
    "--lots-per-step",
    type=int,
    default=_DEFAULTS.lots_per_step,
    show_default=True,
    help=_("Inspected lots accepted before the next step"),
)
@option(
    "--requalify-accepted",
    type=int,
    default=_DEFAULTS.requalify_accepted,
    show_default=True,
    help=_("Lots accepted in a row that end an interruption"),
)
def skip(
    console: Console, *, file: Path, level: str, aql: str, standard: str, overrides: Path | None, start: str,
    supplier_qualified: bool, product_qualified: bool, draw: float | None, **numbers: Any,
) -> None:  # fmt: skip
    from supplier_quality.calculator.lots import judge_skip_lots, skip_lots_of
    from supplier_quality.calculator.tables import read_table

    known = sampling.SkipLots(
        sampling.overridden_table(standard, read_overrides(overrides, standard)),
        level=level,
        aql=aql,
        conditions=sampling.SkipConditions(supplier_qualified, product_qualified),
        settings=SkipSettings(**numbers),
        start=SkipStage(start),
    )
    judged = list(judge_skip_lots(skip_lots_of(read_table(file)), known))
    drawn = None if draw is None else known.draws_next(draw)
    answer = {"lots": [each.as_json() for each in judged], "inspect_next": drawn}
    console.answer(answer, lambda: _show_skipped(console, judged, drawn))


def _show_skipped(console: Console, judged: list[sampling.SkipJudged], drawn: bool | None) -> None:
    rows = [
        (
            each.lot, SKIP_WORDS[each.stage], each.plan and each.plan.sample_size,
            f"{each.plan.ac}/{each.plan.re}" if each.plan else None,
            SKIPPED if each.accepted is None else VERDICTS[each.accepted], each.points, each.score, SKIP_WORDS[each.next],
            how_often(each.next_one_in),
        )
        for each in judged
    ]  # fmt: skip
    columns = (
        _("Lot"), _("Inspection"), _("Sample"), _("Ac/Re"), _("Verdict"), _("Points"), _("Sum of points"), _("Next lot"),
        _("Frequency"),
    )  # fmt: skip
    console.table(columns, rows)
    _show_why(console, judged)
    if drawn is not None:
        console.say(DRAWN[drawn])
