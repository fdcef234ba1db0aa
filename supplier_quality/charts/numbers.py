"""Axes: nice ticks, from values to pixels, and numbers as texts.

Values of any size are drawn: an axis whose numbers would be long counts in powers of a thousand and says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10, sqrt

Value = float | None

NO_VALUE = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGE, _SMALL = 1e6, 1e-3
# Nearer to nought, and further from it, floating point has no room left to place a tick.
_NOUGHT, _FURTHEST = 1e-290, 1e290
_MOST_DECIMALS = 12


def known(values: Iterable[Value]) -> list[float]:
    """The values that can be drawn: neither None nor NaN nor infinite."""
    return [value for value in map(number_or_none, values) if value is not None]


def number_or_none(value: Value) -> float | None:
    """A plain float, None for what cannot be drawn. Values beyond 1e290 are drawn there, below 1e-290 at nought."""
    if value is None or not isfinite(value):
        return None
    plain = float(value)
    if abs(plain) < _NOUGHT:
        return 0.0
    return max(-_FURTHEST, min(_FURTHEST, plain))


def exact(value: Value) -> str:
    """A value for a table: twelve digits, nothing rounded that a reader could miss; a dash when there is none."""
    if value is None or not isfinite(value):
        return NO_VALUE
    said = f"{float(value):.12g}"
    return "0" if said == "-0" else said


def brief(value: Value) -> str:
    """A computed value for a sentence: six digits."""
    return exact(None if value is None else float(f"{value:.6g}"))


def percent(share: Value) -> str:
    """A fraction as a percentage: 0.025 is ``2.5 %``."""
    return NO_VALUE if share is None or not isfinite(share) else f"{exact(share * 100)} %"


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels between ``start`` (of ``low``) and ``end`` (of ``high``).

    ``low``, ``high`` and ``step`` count in units of ``10 ** exponent``.
    """

    low: float
    high: float
    start: float
    end: float
    step: float
    exponent: int = 0

    def at(self, value: float) -> float:
        """The pixel of a value; of one outside, the nearer end."""
        share = (value / 10.0**self.exponent - self.low) / (self.high - self.low)
        return self.start + max(0.0, min(1.0, share)) * (self.end - self.start)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Pixels and texts of the ticks."""
        span = self.high - self.low
        first, last = ceil(self.low / self.step - 1e-6), floor(self.high / self.step + 1e-6)
        for number in range(first, last + 1):
            share = (number * self.step - self.low) / span
            yield self.start + max(0.0, min(1.0, share)) * (self.end - self.start), self.text(number * self.step)

    def text(self, scaled: float, *, more: int = 0) -> str:
        """A number of the axis, in its units; ``more`` digits than its ticks have."""
        said = f"{scaled:,.{min(_MOST_DECIMALS, decimals(self.step) + more)}f}"
        if not float(said.replace(",", "")):
            said = said.lstrip("-")
        return said.replace("-", "−")

    def label(self, value: float, *, more: int = 1) -> str:
        """A value of the data beside the axis, up to ``more`` digits finer than the ticks where it needs them."""
        said = self.text(value / 10.0**self.exponent, more=more)
        return said.rstrip("0").removesuffix(".") if "." in said else said

    @property
    def unit(self) -> str:
        """``×10⁶`` when the axis counts in millions, otherwise nothing."""
        return f"×10{str(self.exponent).translate(_SUPERSCRIPTS)}" if self.exponent else ""


def scale(
    values: Iterable[Value],
    start: float,
    end: float,
    *,
    most: int = 6,
    from_zero: bool = False,
    whole: bool = False,
    whole_ticks: bool = False,
    padding: float = 0.05,
) -> Scale:
    """An axis that holds all the values, with at most about ``most`` ticks.

    ``from_zero``: nought is on it and bars may stand there. ``whole``: no ticks between whole numbers.
    ``whole_ticks``: it ends at ticks. ``padding``: air at both ends, as a share of the span.
    """
    shown = known(values) or [0.0, 1.0]
    low, high = min(shown), max(shown)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    exponent = _exponent(max(abs(low), abs(high)))
    low, high = low / 10.0**exponent, high / 10.0**exponent
    largest = max(abs(low), abs(high))
    if high - low <= largest * 1e-11:
        around = largest * 0.05 or 1.0
        low, high = (0.0, 1.0) if from_zero and not largest else (low - around, high + around)
    else:
        air = (high - low) * padding
        low, high = low - (0.0 if from_zero and low == 0 else air), high + (0.0 if from_zero and high == 0 else air)
    step = nice_step((high - low) / max(1, most - 1))
    if whole and not exponent:
        step = max(1.0, step if step >= 5 or step == int(step) else ceil(step))
    if whole_ticks:
        low, high = floor(low / step + 1e-6) * step, ceil(high / step - 1e-6) * step
    return Scale(low, high, start, end, step, exponent)


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** floor(log10(least))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if factor * power >= least * 0.999:
            return factor * power
    return 10.0 * power


def decimals(step: float) -> int:
    """Digits after the point that tell neighbouring ticks apart."""
    for digits in range(_MOST_DECIMALS):
        if abs(round(step, digits) - step) < step * 1e-6:
            return digits
    return _MOST_DECIMALS


def every(count: int, room: float, wanted: float) -> int:
    """Of ``count`` labels in ``room`` pixels that need ``wanted`` each, every how many-th can be written."""
    least = max(1, ceil(count * wanted / max(room, 1.0)))
    return next(step for step in _steps() if step >= least)


def classes(values: Sequence[Value], *, most: int = 30) -> list[tuple[float, float, int]]:
    """Counts in classes of equal width with round bounds: (from, to below, how many); the last holds its upper bound.

    There are about as many classes as the square root of the count, at least about five, at most about ``most``.
    """
    shown = sorted(known(values))
    if not shown:
        return []
    low, high = shown[0], shown[-1]
    if high - low <= max(abs(low), abs(high)) * 1e-11:
        around = abs(low) * 0.005 or 0.5
        return [(low - around, low + around, len(shown))]
    wanted = max(5, min(most, round(sqrt(len(shown)))))
    exactly = (high / wanted) - (low / wanted)
    # Of the round widths around, the one whose number of classes is nearest.
    step = min((nice_step(exactly * part) for part in (1.0, 0.55, 0.35)), key=lambda each: abs(exactly / each - 1))
    first = floor(low / step + 1e-9)
    count = max(1, ceil(high / step - 1e-9) - first)
    counts = [0] * count
    for value in shown:
        counts[max(0, min(count - 1, floor(value / step + 1e-9) - first))] += 1
    return [((first + index) * step, (first + index + 1) * step, many) for index, many in enumerate(counts)]


def _exponent(largest: float) -> int:
    if largest and (largest >= _LARGE or largest < _SMALL):
        return floor(log10(largest) / 3) * 3
    return 0


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10
