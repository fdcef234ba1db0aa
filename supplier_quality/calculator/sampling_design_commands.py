"""``sampling zero``, ``isolated``, ``printed``, ``aoq`` and ``variables``: plans made to measure and what they do. Imports no numpy."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplier_quality.calculator.sampling_options import (
    EXACT_LOT_HELP,
    FILE,
    LOT_SIZE_HELP,
    SAMPLE_HELP,
    SEVERITIES,
)
from supplier_quality.calculator.sampling_words import VERDICTS
from supplier_quality.console import Console, command, option
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Designed, PrintedPlan, Single

if TYPE_CHECKING:
    from supplier_quality.statistics.sampling import VariablesJudgement, VariablesPlan

_LQ_HELP = _("Limiting quality as a fraction, such as 0.05")
_BETA_HELP = _("Probability of accepting it at most, such as 0.10")


@command("zero", help=_("The smallest plan with acceptance number 0 for a limiting quality"))
@option("--lq", type=float, required=True, help=_LQ_HELP)
@option("--beta", type=float, default=0.10, show_default=True, help=_BETA_HELP)
@option("--lot-size", type=int, help=EXACT_LOT_HELP)
def zero(console: Console, *, lq: float, beta: float, lot_size: int | None) -> None:
    found = sampling.zero_acceptance_plan(lq=lq, beta=beta, lot_size=lot_size)
    console.answer(found.as_json(), lambda: _show_designed(console, found))


@command("isolated", help=_("The smallest plan for an isolated lot, by limiting quality"))
@option("--lq", type=float, required=True, help=_LQ_HELP)
@option("--lot-size", type=int, required=True, help=LOT_SIZE_HELP)
@option("--ac", type=int, default=0, show_default=True, help=_("Acceptance number"))
@option("--beta", type=float, default=0.10, show_default=True, help=_BETA_HELP)
def isolated(console: Console, *, lq: float, lot_size: int, ac: int, beta: float) -> None:
    found = sampling.limiting_quality_plan(lq=lq, beta=beta, lot_size=lot_size, ac=ac)
    console.answer(found.as_json(), lambda: _show_designed(console, found))


def _show_designed(console: Console, found: Designed) -> None:
    _show_plan(console, found)
    console.say(
        _("A lot at the limiting quality is accepted with probability %(risk)s.", risk=f"{found.consumers_risk:.4f}")
    )


def _show_plan(console: Console, found: Designed | PrintedPlan) -> None:
    if found.inspect_all:
        console.say(_("Inspect all %(count)s pieces.", count=found.sample_size))
    else:
        console.say(_("Inspect %(count)s pieces.", count=found.sample_size))
    console.say(
        _("Accept with up to %(ac)s nonconforming pieces, do not accept from %(re)s on.", ac=found.ac, re=found.re)
    )


@command("printed", help=_("The plan of a lot in a table of your own, such as a printed c = 0 table"))
@click.argument("file", type=FILE)
@option("--name", required=True, help=_("Name of the table"))
@option("--edition", required=True, help=_("Edition of the table"))
@option("--lot-size", type=int, required=True, help=LOT_SIZE_HELP)
@option("--index", required=True, help=_("What heads the column, such as the AQL or LQ, as the table writes it"))
def printed(console: Console, *, file: Path, name: str, edition: str, lot_size: int, index: str) -> None:
    from supplier_quality.calculator.plan_tables import printed_table_of
    from supplier_quality.calculator.tables import read_table

    found = printed_table_of(read_table(file), name=name, edition=edition).plan(lot_size, index)
    console.answer(found.as_json(), lambda: _show_printed(console, found))


def _show_printed(console: Console, found: PrintedPlan) -> None:
    console.say(f"{found.name}, {found.edition}")
    _show_plan(console, found)


@command("aoq", help=_("Average outgoing quality, average total inspection and both risks of a plan"))
@option("--sample-size", type=int, required=True, help=SAMPLE_HELP)
@option("--ac", type=int, required=True, help=_("Acceptance number"))
@option("--lot-size", type=int, help=_("Pieces in the lot; without it the ATI is not known"))
@option("--p", "fractions", type=float, multiple=True, help=_("Incoming fraction nonconforming, such as 0.01"))
@option("--aql", type=float, help=_("Good quality as a fraction, for the producer's risk"))
@option("--lq", type=float, help=_("Bad quality as a fraction, for the consumer's risk"))
def aoq(
    console: Console, *, sample_size: int, ac: int, lot_size: int | None, fractions: tuple[float, ...],
    aql: float | None, lq: float | None,
) -> None:  # fmt: skip
    found = sampling.protection(Single(sample_size, ac, lot_size), fractions, aql=aql, lq=lq)
    console.answer(found.as_json(), lambda: _show_protection(console, found))


def _show_protection(console: Console, found: sampling.Protection) -> None:
    limit = found.aoql
    console.say(_("AOQL %(aoql)s at %(p)s incoming.", aoql=f"{limit.aoq:.4%}", p=f"{limit.p:.4%}"))
    if found.producers_risk is not None:
        console.say(_("Producer's risk %(risk)s.", risk=f"{found.producers_risk:.4f}"))
    if found.consumers_risk is not None:
        console.say(_("Consumer's risk %(risk)s.", risk=f"{found.consumers_risk:.4f}"))
    if found.points:
        columns = (
            _("Incoming fraction nonconforming"), _("Probability of acceptance"), _("Average outgoing quality (AOQ)"),
            _("Average total inspection (ATI)"),
        )  # fmt: skip
        console.table(
            columns,
            [
                (f"{each.p:.4%}", f"{each.pa:.4f}", f"{each.aoq:.4%}", None if each.ati is None else f"{each.ati:.1f}")
                for each in found.points
            ],
        )


@command("variables", help=_("A plan by variables (k method, sigma unknown), and a lot judged by its readings"))
@click.argument("file", type=FILE, required=False)
@option("--code-letter", required=True, help=_("Code letter of ANSI/ASQ Z1.9, B to P"))
@option("--aql", required=True, help=_("AQL of ANSI/ASQ Z1.9 in percent, from 0.10 to 10"))
@option("--severity", type=SEVERITIES, default="normal", show_default=True, help=_("Severity of inspection"))
@option("--column", default="value", show_default=True, help=_("Column of the readings"))
@option("--lsl", type=float, help=_("Lower specification limit"))
@option("--usl", type=float, help=_("Upper specification limit"))
def variables(
    console: Console, *, file: Path | None, code_letter: str, aql: str, severity: str, column: str,
    lsl: float | None, usl: float | None,
) -> None:  # fmt: skip
    plan = sampling.variables_plan(code_letter=code_letter, aql=aql, severity=severity)
    judged = None
    if file is not None:
        from supplier_quality.calculator.tables import read_table

        taken = read_table(file).take(numbers=(column,))
        with taken.locating(values=column):
            judged = sampling.judge_variables(taken.numbers[column], plan, lsl=lsl, usl=usl)
    answer = {**plan.as_json(), "judgement": judged.as_json() if judged else None}
    console.answer(answer, lambda: _show_variables(console, plan, judged))


def _show_variables(console: Console, plan: "VariablesPlan", judged: "VariablesJudgement | None") -> None:
    console.say(_("Measure %(count)s pieces; k is %(k)s.", count=plan.n, k=plan.k))
    if judged is None:
        return
    console.say(_("Mean %(mean)s, standard deviation %(s)s.", mean=f"{judged.mean:.6g}", s=f"{judged.s:.6g}"))
    statistics: list[tuple[Words, float | None]] = [
        (_("Lower limit: (mean - LSL) / s"), judged.q_lower),
        (_("Upper limit: (USL - mean) / s"), judged.q_upper),
    ]
    for name, value in statistics:
        if value is not None:
            console.say(f"{name} = {value:.4f}")
    console.say(VERDICTS[judged.accepted])
