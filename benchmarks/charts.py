"""Drawing charts, as times of bare string formatting that writes the same points, rows and titles."""

import re
import time
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.measuring import Plan, Result, in_turns
from supplier_quality.charts import (
    CapabilityHistogram,
    ControlChart,
    Figure,
    Panel,
    draw_capability_histogram,
    draw_control_chart,
    normal_curve,
)
from supplier_quality.charts.figure import NARROW, WIDE

CENTER, UPPER, LOWER = 10.0, 13.5, 6.5
LSL, USL = 5.0, 15.0
_HEIGHT = 250.0
_POINTS = re.compile(r"[ML]-?[\d.]+ -?[\d.]+")

Drawn = tuple[str, str, list[tuple[str, ...]]]


def run(plan: Plan) -> Iterator[Result]:
    random = Random(1)
    readings = [random.gauss(10, 1) for _point in range(plan.size(1000, 200))]
    _check(readings)
    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (f"control chart of {len(readings):,} points", lambda: control_chart(readings), lambda: bare_chart(readings)),
        (f"capability histogram of {len(readings):,} readings, two curves", lambda: histogram(readings),
         lambda: bare_histogram(readings)),
    ]  # fmt: skip
    for name, ours, reference in pairs:
        turns = in_turns(lambda: _rate(ours), lambda: _rate(reference), rounds=plan.rounds)  # noqa: B023
        yield Result("charts", name, "/s", turns.median(0), turns.median(1), turns.ratios(0, 1))


def control_chart(readings: list[float]) -> Figure:
    """Ours: for a desk and for a phone, in words and as a table of all points."""
    panel = Panel("Mean", readings, CENTER, UPPER, LOWER, symbol="CL")
    return draw_control_chart(ControlChart("Bore", panel, points_name="Point"), language="en")


def bare_chart(readings: list[float]) -> Drawn:
    """The line through the points, in both widths, three level lines, and a row for each point: what nobody can do without."""
    lowest, highest = min(*readings, LOWER), max(*readings, UPPER)
    pictures = []
    for shape in (WIDE, NARROW):
        step, up = shape.width / len(readings), _HEIGHT / (highest - lowest)
        line = "".join(
            f"{'L' if place else 'M'}{place * step:.1f} {(highest - value) * up:.1f}"
            for place, value in enumerate(readings)
        )
        levels = "".join(
            f'<path class="level" d="M0 {(highest - value) * up:.1f}L{shape.width:.1f} {(highest - value) * up:.1f}"/>'
            for value in (CENTER, UPPER, LOWER)
        )
        pictures.append(_svg(shape.width, f'<path class="line" d="{line}"/>{levels}'))
    rows = [(str(place + 1), f"{value:.12g}", f"{LOWER:.12g}", f"{CENTER:.12g}", f"{UPPER:.12g}", "")
            for place, value in enumerate(readings)]  # fmt: skip
    return pictures[0], pictures[1], rows


def histogram(readings: list[float]) -> Figure:
    """Ours: bars with limits and two normal curves."""
    curves = (normal_curve("Overall", 10, 1), normal_curve("Within subgroups", 10, 0.98))
    return draw_capability_histogram(CapabilityHistogram("Bore", readings, LSL, USL, 10, curves, "mm"), language="en")


def bare_histogram(readings: list[float]) -> Drawn:
    """The same bars, limits and curves."""
    count, lowest, highest = 30, min(readings), max(readings)
    width = (highest - lowest) / count
    counts = [0] * count
    for value in readings:
        counts[min(count - 1, int((value - lowest) / width))] += 1
    curves = [normal_curve("", 10, sigma).points for sigma in (1, 0.98)]
    pictures = []
    for shape in (WIDE, NARROW):
        across, up = shape.width / (USL - LSL), _HEIGHT / max(counts)
        bars = "".join(
            f'<g><title>{lowest + place * width:.12g} … {lowest + (place + 1) * width:.12g}: {many}</title>'
            f'<rect x="{(lowest + place * width - LSL) * across:.1f}" y="{_HEIGHT - many * up:.1f}" '
            f'width="{width * across:.1f}" height="{many * up:.1f}"/></g>'
            for place, many in enumerate(counts)
        )  # fmt: skip
        lines = "".join(
            '<path d="{}"/>'.format(
                "".join(
                    f"{'L' if place else 'M'}{(x - LSL) * across:.1f} {_HEIGHT - density * len(readings) * width * up:.1f}"
                    for place, (x, density) in enumerate(points)
                )
            )
            for points in curves
        )
        limits = "".join(
            f'<path d="M{(value - LSL) * across:.1f} 0L{(value - LSL) * across:.1f} {_HEIGHT:.1f}"/>'
            for value in (LSL, USL, 10.0)
        )
        pictures.append(_svg(shape.width, bars + lines + limits))
    rows = [(f"{lowest + place * width:.12g}", str(many)) for place, many in enumerate(counts)]
    return pictures[0], pictures[1], rows


def _svg(width: float, drawn: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {_HEIGHT:.1f}">{drawn}</svg>'


def _check(readings: list[float]) -> None:
    """Both sides draw every point of the chart in both widths, name them all in the table, and count every reading."""
    ours, bare = control_chart(readings), bare_chart(readings)
    assert [row[:2] for row in ours.tables[0].rows] == [row[:2] for row in bare[2]]
    for picture, reference in ((ours.wide, bare[0]), (ours.narrow, bare[1])):
        assert _longest(picture) >= len(readings) // 2 and _longest(reference) == len(readings)
    counted = histogram(readings).tables[0].rows
    assert (
        sum(int(row[1]) for row in counted) == sum(int(row[1]) for row in bare_histogram(readings)[2]) == len(readings)
    )


def _longest(picture: str) -> int:
    """Points of the longest line."""
    return max(len(_POINTS.findall(data)) for data in re.findall(r' d="([^"]*)"', picture))


def _rate(call: Callable[[], object]) -> float:
    """Per second of processor time: both sides run in one thread, and a busy machine then disturbs less."""
    began = time.process_time()
    for _time in range(5):
        call()
    return 5 / (time.process_time() - began)
