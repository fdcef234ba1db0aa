"""``sampling``: which plan a lot gets, when to go over to another severity, and what a plan does.

Answers in less than half a second: what is imported here needs neither numpy nor scipy.
"""

from pathlib import Path
from typing import Any

from supplier_quality.calculator.sampling_design_commands import aoq, isolated, printed, variables, zero
from supplier_quality.calculator.sampling_lot_commands import skip, switch
from supplier_quality.calculator.sampling_options import (
    AQL_HELP,
    DEFAULT_STANDARD,
    FILE,
    LEVEL_HELP,
    LEVELS,
    LOT_SIZE_HELP,
    OVERRIDES_HELP,
    SAMPLE_HELP,
    SEVERITIES,
    STANDARD_HELP,
    STANDARDS,
    read_overrides,
)
from supplier_quality.console import Console, command, group, option
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Evidence, Single

DOUBTS: dict[Evidence, Words] = {
    Evidence.DISPUTED: _("Sources disagree about this cell of the table; compare it with a licensed copy."),
    Evidence.UNVERIFIED: _("This cell of the table was not seen, only inferred; compare it with a licensed copy."),
}
"""What is said with a plan whose cell is not sure; see docs/sampling.md."""


@command("plan", help=_("The single sampling plan of a lot"))
@option("--lot-size", type=int, required=True, help=LOT_SIZE_HELP)
@option("--level", type=LEVELS, required=True, help=LEVEL_HELP)
@option("--aql", required=True, help=AQL_HELP)
@option("--severity", type=SEVERITIES, default="normal", show_default=True, help=_("Severity of inspection"))
@option("--standard", type=STANDARDS, default=DEFAULT_STANDARD, show_default=True, help=STANDARD_HELP)
@option("--overrides", type=FILE, help=OVERRIDES_HELP)
def plan(
    console: Console, *, lot_size: int, level: str, aql: str, severity: str, standard: str, overrides: Path | None
) -> None:
    found = sampling.look_up_plan(
        lot_size=lot_size, level=level, aql=aql, severity=severity, standard=standard,
        overrides=read_overrides(overrides, standard),
    )  # fmt: skip
    if found.evidence in DOUBTS:
        console.progress(DOUBTS[found.evidence])
    console.answer(found.as_json(), lambda: _show_plan(console, found))


def _show_plan(console: Console, found: sampling.Plan) -> None:
    about = sampling.published(found.standard)
    console.say(f"{about.standard}:{about.edition}, {found.lot_code_letter} -> {found.code_letter}")
    if found.inspect_all:
        console.say(_("Inspect all %(count)s pieces.", count=found.sample_size))
    else:
        console.say(_("Inspect %(count)s pieces.", count=found.sample_size))
    console.say(
        _("Accept with up to %(ac)s nonconforming pieces, do not accept from %(re)s on.", ac=found.ac, re=found.re)
    )
    if found.reason is not None:
        console.say(_("The cell was put in by the user: %(reason)s", reason=found.reason))


@command("oc", help=_("The probability that lots of given qualities are accepted"))
@option("--sample-size", type=int, required=True, help=SAMPLE_HELP)
@option("--ac", type=int, required=True, help=_("Acceptance number"))
@option("--p", "fractions", type=float, multiple=True, required=True, help=_("Fraction nonconforming, such as 0.01"))
@option("--lot-size", type=int, help=_("Pieces in the lot, for the exact curve of small lots"))
def oc(console: Console, *, sample_size: int, ac: int, fractions: tuple[float, ...], lot_size: int | None) -> None:
    points = sampling.oc_curve(Single(sample_size, ac, lot_size), fractions)
    answer = [{"p": point.p, "pa": point.pa} for point in points]
    rows = [(f"{point.p:.4%}", f"{point.pa:.4f}") for point in points]
    console.answer(answer, lambda: console.table((_("Fraction nonconforming"), _("Probability of acceptance")), rows))


@command("find", help=_("The smallest plan that suits producer and consumer"))
@option("--aql", type=float, required=True, help=_("Good quality as a fraction, such as 0.01"))
@option("--alpha", type=float, required=True, help=_("Probability of not accepting it at most, such as 0.05"))
@option("--lq", type=float, required=True, help=_("Bad quality as a fraction, such as 0.06"))
@option("--beta", type=float, required=True, help=_("Probability of accepting it at most, such as 0.10"))
@option("--lot-size", type=int, help=_("Pieces in the lot, for the exact curve of small lots"))
def find(console: Console, *, aql: float, alpha: float, lq: float, beta: float, lot_size: int | None) -> None:
    found = sampling.find_plan(aql=aql, alpha=alpha, lq=lq, beta=beta, lot_size=lot_size)
    console.answer(found.as_json(), lambda: _show_found(console, found.as_json()))


def _show_found(console: Console, found: dict[str, Any]) -> None:
    console.say(_("Inspect %(count)s pieces.", count=found["sample_size"]))
    console.say(
        _(
            "Accept with up to %(ac)s nonconforming pieces, do not accept from %(re)s on.",
            ac=found["ac"],
            re=found["re"],
        )
    )
    console.say(
        _(
            "Good lots are refused with probability %(alpha)s, bad ones accepted with %(beta)s.",
            alpha=f"{found['producers_risk']:.4f}",
            beta=f"{found['consumers_risk']:.4f}",
        )
    )


commands = (
    group(
        "sampling",
        help=_("Acceptance sampling: plans, switching rules, OC curves"),
        commands=(plan, switch, skip, oc, aoq, find, zero, isolated, printed, variables),
    ),
)
