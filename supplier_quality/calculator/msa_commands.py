"""``stats grr``, ``agreement``, ``bias``, ``linearity``, ``stability``: measurement system analysis of a CSV or XLSX file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from supplier_quality.calculator import msa_studies
from supplier_quality.calculator.msa_words import COMPONENT_WORDS, SOURCE_WORDS, TOTAL_VARIATION
from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.stats_commands import DECIMAL_HELP, DECIMALS, FILE, stats
from supplier_quality.calculator.tables import Table, read_table
from supplier_quality.console import Console, command, option
from supplier_quality.language import _


@command("grr", help=_("Repeatability and reproducibility of a gauge (GRR)"))
@click.argument("file", type=FILE)
@option("--part", default="part", show_default=True, help=_("Column of the parts"))
@option("--appraiser", default="appraiser", show_default=True, help=_("Column of the appraisers"))
@option("--value", default="value", show_default=True, help=_("Column of the readings"))
@option(
    "--method",
    type=click.Choice(["anova", "range"]),
    default="anova",
    show_default=True,
    help=_("Analysis of variance, or average and range"),
)
@option(
    "--design",
    type=click.Choice(["crossed", "nested"]),
    default="crossed",
    show_default=True,
    help=_("Nested when every appraiser has parts of their own"),
)
@option("--alpha", type=float, help=_("The interaction is pooled when its p value is greater; 0.25 by default"))
@option("--tolerance", type=float, help=_("Upper minus lower specification limit, in the unit of the readings"))
@option(
    "--multiplier",
    type=float,
    default=6,
    show_default=True,
    help=_("Standard deviations that make up the study variation"),
)
@option("--limit-included", is_flag=True, help=_("GRR of exactly 10 percent is acceptable"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def grr(console: Console, *, file: Path, decimal: str | None, limit_included: bool, **options: Any) -> None:
    result = msa_studies.gauge_study(_read(file, decimal), limit_included=limit_included or None, **options)
    document = msa_studies.gauge_document(result)
    console.answer(document, lambda: _show_gauge(console, document))


def _show_gauge(console: Console, answer: Mapping[str, Any]) -> None:
    rows = []
    for name, words in {**COMPONENT_WORDS, "tv": TOTAL_VARIATION}.items():
        if answer[name] is None:
            continue
        shares = [answer[f"percent_{kind}"] for kind in ("study_variation", "contribution", "tolerance")]
        percents = [_percent(name, of) for of in shares]
        rows.append((words, _number(answer[name]), *percents))
    columns = (
        _("Source of variation"),
        _("Standard deviation"),
        _("Study variation in percent"),
        _("Contribution in percent"),
        _("Tolerance in percent"),
    )
    console.table(columns, rows)
    tables = [answer["anova"], answer["anova_pooled"]]
    for table in filter(None, tables):
        console.say("")
        console.table(
            (_("Source of variation"), _("Degrees of freedom"), _("Sum of squares"), _("Mean square"), "F", "p"),
            [
                (SOURCE_WORDS[row["source"]], row["df"], *(_number(row[name]) for name in ("ss", "ms", "f", "p")))
                for row in table
            ],
        )
    console.say("")
    _say_all(console, answer["sentences"])


def _percent(name: str, of: Mapping[str, Any] | None) -> str | None:
    if of is None or name not in of or of[name] is None:
        return None
    return f"{of[name]:.2f}"


@command("agreement", help=_("Agreement of appraisers who rate parts as conforming or not"))
@click.argument("file", type=FILE)
@option("--good", required=True, help=_("Label of a conforming part"))
@option("--appraiser", default="appraiser", show_default=True, help=_("Column of the appraisers"))
@option("--part", default="part", show_default=True, help=_("Column of the parts"))
@option("--trial", default="trial", show_default=True, help=_("Column of the trials"))
@option("--rating", default="rating", show_default=True, help=_("Column of the ratings"))
@option("--reference", default="reference", show_default=True, help=_("Column of the right ratings"))
@option("--confidence", type=float, default=0.95, show_default=True, help=_("Level of the confidence intervals"))
def agreement(console: Console, *, file: Path, **options: Any) -> None:
    document = msa_studies.agreement_document(msa_studies.agreement_study(read_table(file), **options))
    console.answer(document, lambda: _show_agreement(console, document))


def _show_agreement(console: Console, answer: Mapping[str, Any]) -> None:
    names = ("kappa_reference", "within", "effectiveness", "miss_rate", "false_alarm_rate")
    columns = (
        _("Appraiser"), _("Kappa, reference"), _("Kappa, within"), _("Effectiveness"), _("Miss rate"),
        _("False alarm rate"),
    )  # fmt: skip
    console.table(
        columns, [(one["appraiser"], *(_number(one[name]) for name in names)) for one in answer["appraisers"]]
    )
    between = answer["between"]
    console.say(_("Kappa between all appraisers: %(kappa)s", kappa=_number(between["kappa"]) or "-"))
    for pair in between["pairs"]:
        first, second = pair["appraisers"]
        console.say(f"  {first} / {second}: {_number(pair['kappa']) or '-'}")
    _say_all(console, answer["sentences"])


@command("bias", help=_("Bias of a gauge on a part with a known value"))
@click.argument("file", type=FILE)
@option("--value", default="value", show_default=True, help=_("Column of the readings"))
@option("--reference", type=float, required=True, help=_("Reference value of the part"))
@option("--alpha", type=float, default=0.05, show_default=True, help=_("Level of significance"))
@option("--process-sigma", type=float, help=_("Standard deviation of the process"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def bias(console: Console, *, file: Path, decimal: str | None, **options: Any) -> None:
    document = msa_studies.bias_document(msa_studies.bias_study(_read(file, decimal), **options))

    def show() -> None:
        rows = [
            (_("Readings"), document["n"]),
            (_("Mean"), _number(document["mean"])),
            (_("Bias"), _number(document["bias"])),
            (_("Repeatability"), _number(document["sigma_repeatability"])),
            ("t", _number(document["t"])),
            ("p", _number(document["p"])),
            (_("Confidence interval"), f"{document['lower']:.6g} ... {document['upper']:.6g}"),
        ]
        console.table(("", ""), rows)
        _say_all(console, document["sentences"])

    console.answer(document, show)


@command("linearity", help=_("Whether the bias of a gauge changes over its range"))
@click.argument("file", type=FILE)
@option("--value", default="value", show_default=True, help=_("Column of the readings"))
@option("--reference", default="reference", show_default=True, help=_("Column of the reference values"))
@option("--part", help=_("Column of the parts"))
@option("--alpha", type=float, default=0.05, show_default=True, help=_("Level of significance"))
@option("--process-variation", type=float, help=_("Six standard deviations of the process"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def linearity(console: Console, *, file: Path, decimal: str | None, **options: Any) -> None:
    document = msa_studies.linearity_document(msa_studies.linearity_study(_read(file, decimal), **options))

    def show() -> None:
        console.table(
            (_("Part"), _("Reference value"), _("Bias"), "t", "p"),
            [
                (part["part"], *(_number(part[name]) for name in ("reference", "bias", "t", "p")))
                for part in document["parts"]
            ],
        )
        console.say("")
        console.table(
            (_("Line"), _("Value"), _("Standard error"), "t", "p"),
            [
                (words, *(_number(document[name][key]) for key in ("value", "standard_error", "t", "p")))
                for name, words in (("slope", _("Slope")), ("intercept", _("Intercept")))
            ],
        )
        _say_all(console, document["sentences"])

    console.answer(document, show)


@command("stability", help=_("Whether a gauge stays the same over time: control chart of a master part"))
@click.argument("file", type=FILE)
@option("--value", default="value", show_default=True, help=_("Column of the readings"))
@option("--subgroup", help=_("Column that names the subgroup of each reading"))
@option("--subgroup-size", type=int, help=_("Readings in each subgroup, when they stand one after the other"))
@option(
    "--chart",
    type=click.Choice(msa_studies.STABILITY_CHARTS),
    default=msa_studies.STABILITY_CHARTS[0],
    show_default=True,
    help=_("Kind of the chart"),
)
@option("--rules", default="nelson", show_default=True, help=_("nelson, western-electric, or rules such as N1,N2,WE4"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def stability(console: Console, *, file: Path, decimal: str | None, rules: str, **options: Any) -> None:
    names = tuple(name.strip() for name in rules.split(",") if name.strip())
    result = msa_studies.stability_study(_read(file, decimal), rules=names, **options)

    def show() -> None:
        _say_all(console, [str(sentence) for sentence in result.sentences])
        _say_all(console, [str(violation.sentence) for violation in result.chart.violations])

    console.answer(msa_studies.stability_document(result), show)


def _read(file: Path, decimal: str | None) -> Table:
    return read_table(file, decimal=Decimal(decimal) if decimal else None)


def _say_all(console: Console, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        console.say(sentence)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.6g}"


for _each in (grr, agreement, bias, linearity, stability):
    stats.add_command(_each)

commands: tuple[click.Command, ...] = ()
"""All are in the group ``stats``."""
