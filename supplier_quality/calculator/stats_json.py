"""Capability studies and control charts as JSON; sentences come in the language in force. All numbers are finite."""

import math
from typing import TYPE_CHECKING, Any

from supplier_quality.statistics.capability.indices import Indices
from supplier_quality.statistics.capability.normality import Normality
from supplier_quality.statistics.capability.study import Capability, Confidence
from supplier_quality.statistics.capability.verdict import Study
from supplier_quality.statistics.capability.wayout import Rates, WayOut
from supplier_quality.statistics.spc.results import Chart, ControlChart, Standard

if TYPE_CHECKING:
    from supplier_quality.statistics.refusals import Floats

Document = dict[str, Any]


def capability_document(result: Capability) -> Document:
    """A study: the indices at the top, as if the readings were normal; ``way_out`` has those to use when they are not."""
    is_machine = result.study is Study.MACHINE
    judged = result.way_out.indices if result.way_out else result.overall
    return {
        "n": result.n,
        "subgroups": result.subgroups,
        "mean": result.mean,
        "min": result.least,
        "max": result.most,
        "lsl": result.limits.lsl,
        "usl": result.limits.usl,
        "target": result.limits.target,
        "sigma_method": result.sigma_within.method.value,
        "sigma_within": result.sigma_within.value,
        "sigma_overall": result.sigma_overall,
        **_indices(result.within, ("cp", "cpl", "cpu", "cpk")),
        **_indices(result.overall, ("pp", "ppl", "ppu", "ppk")),
        "cpm": result.cpm,
        "cm": judged.both if is_machine else None,
        "cmk": judged.least if is_machine else None,
        "confidence": _confidence(result.confidence),
        "normality": _normality(result.normality),
        "way_out": _way_out(result.way_out),
        "ppm": {
            "observed": _rates(result.observed),
            "expected_within": _rates(result.expected_within),
            "expected_overall": _rates(result.expected_overall),
        },
        "stability": {
            "chart": result.stability.kind.value,
            "is_stable": result.stability.is_stable,
            "rules": [rule.value for rule in result.stability.rules],
            "violations": violations_document(result.stability),
        },
        "verdict": {
            "study": result.study.value,
            "index": result.verdict.index,
            "value": result.verdict.value,
            "band": result.verdict.band.value,
            "is_valid": result.verdict.is_valid,
            "standard": result.verdict.standard,
            "edition": result.verdict.edition,
            "sentence": str(result.verdict.sentence),
        },
        "sentences": [str(sentence) for sentence in result.sentences],
    }


def chart_document(result: ControlChart) -> Document:
    """A chart: the location chart at the top level, ``dispersion`` null when there is none. Limits that vary are lists.

    With phases every line is a list, and null stands in it where a phase has no point.
    """
    return {
        "chart": result.kind.value,
        **_chart(result.location),
        "dispersion": _chart(result.dispersion) if result.dispersion else None,
        "standard": _standard(result.standard),
        "phases": [
            {
                "name": phase.name,
                "first_point": phase.first,
                "points": phase.count,
                "standard": _standard(phase.standard),
            }
            for phase in result.phases
        ],
        "is_stable": result.is_stable,
        "rules": [rule.value for rule in result.rules],
        "violations": violations_document(result),
    }


def violations_document(result: ControlChart) -> list[Document]:
    """Every broken rule, by point."""
    return [
        {
            "chart": violation.chart.value,
            **({"phase": violation.phase} if violation.phase else {}),
            "point": violation.point,
            "rule": violation.rule.value,
            "sentence": str(violation.sentence),
        }
        for violation in result.violations
    ]


def _chart(chart: Chart) -> Document:
    lines = chart.lines
    return {
        "name": chart.name,
        "center": _plain(lines.center),
        "ucl": _plain(lines.ucl),
        "lcl": _plain(lines.lcl),
        "sigma": _plain(lines.sigma),
        "first_point": chart.first,
        "points": _listed(chart.points),
        **({"lower_points": _listed(chart.lower)} if chart.lower is not None else {}),
    }


def _plain(value: "Floats | float") -> float | list[float | None]:
    return value if isinstance(value, float) else _listed(value)


def _listed(values: "Floats") -> list[float | None]:
    """NaN, where a phase has no point, is null."""
    return [None if math.isnan(value) else value for value in values.tolist()]


def _standard(found: "Standard | None") -> Document | None:
    return {"target": found.target, "sigma": found.sigma} if found else None


def _indices(indices: Indices, names: tuple[str, str, str, str]) -> Document:
    return dict(zip(names, (indices.both, indices.lower, indices.upper, indices.least), strict=True))


def _confidence(found: Confidence) -> Document:
    return {"level": found.level, "cp": found.cp, "cpk": found.cpk, "pp": found.pp, "ppk": found.ppk, "cpm": found.cpm}


def _normality(found: Normality | None) -> Document | None:
    if found is None:
        return None
    return {
        "test": "anderson-darling",
        "statistic": found.statistic,
        "adjusted": found.adjusted,
        "p": found.p,
        "alpha": found.alpha,
        "is_normal": found.is_normal,
    }


def _rates(found: Rates) -> Document:
    return {"below": found.below, "above": found.above, "total": found.total}


def _way_out(found: WayOut | None) -> Document | None:
    if found is None:
        return None
    return {
        "method": found.treatment.value,
        "parameters": found.parameters,
        "points": dict(zip(("p0135", "p50", "p99865"), found.points, strict=True)),
        **_indices(found.indices, ("pp", "ppl", "ppu", "ppk")),
        "normality": _normality(found.normality),
        "expected_ppm": _rates(found.expected),
        "sentence": str(found.sentence),
    }
