"""Running ours and a reference in turns, and saying what came out."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Plan:
    """How much is measured. ``quick`` only shows that the benchmarks run; its figures mean little."""

    rounds: int = 5
    quick: bool = False

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True)
class Result:
    """One comparison: ``ours`` and ``reference`` in ``unit``, the median of the rounds' ratios and their spread.

    ``ratio`` is ours over the reference, where more is better; ``target`` is the least it should be, and ``most`` the most
    where less is better.
    """

    id: str
    name: str
    unit: str
    ours: float
    reference: float
    ratios: tuple[float, ...]
    target: float | None = None
    most: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool | None:
        if self.target is not None:
            return self.ratio >= self.target
        return self.ratio <= self.most if self.most is not None else None

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "ratio": self.ratio,
            "lowest": min(self.ratios),
            "highest": max(self.ratios),
            "reached": self.reached,
        }


@dataclass(frozen=True)
class Turns:
    """The rates of several ways, one list each, measured in the same rounds."""

    rates: tuple[tuple[float, ...], ...]

    def median(self, way: int) -> float:
        return statistics.median(self.rates[way])

    def ratios(self, way: int, other: int) -> tuple[float, ...]:
        """Of each round."""
        return tuple(one / two for one, two in zip(self.rates[way], self.rates[other], strict=True))


def in_turns(*ways: Callable[[], float], rounds: int) -> Turns:
    """Run all ways in every round, each time another one first; each returns its rate."""
    rates: list[list[float]] = [[] for _way in ways]
    for number in range(rounds):
        for turn in range(len(ways)):
            way = (turn + number) % len(ways)
            rates[way].append(ways[way]())
    return Turns(tuple(tuple(each) for each in rates))


def machine() -> dict[str, Any]:
    """What the figures were measured on. The load says how much else was going on."""
    return {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
    }


def table(results: Sequence[Result]) -> Iterator[str]:
    """The results as lines of a Markdown table."""
    yield "| id | what | ours | reference | unit | ratio (lowest - highest) | target | reached |"
    yield "|---|---|---:|---:|---|---|---|---|"
    for result in results:
        if result.target is not None:
            target = f">= {result.target:g}"
        else:
            target = f"<= {result.most:g}" if result.most is not None else "-"
        reached = {True: "yes", False: "no", None: "-"}[result.reached]
        spread = f"{result.ratio:.2f} ({min(result.ratios):.2f} - {max(result.ratios):.2f})"
        yield (
            f"| {result.id} | {result.name} | {_figure(result.ours)} | {_figure(result.reference)} | {result.unit} "
            f"| {spread} | {target} | {reached} |"
        )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
