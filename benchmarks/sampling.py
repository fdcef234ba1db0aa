"""Looking up the plan of a lot: ours against a dictionary that holds the answers of all code letters ready."""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator

from benchmarks.measuring import Plan, Result, in_turns
from supplier_quality.statistics import sampling

_ENDS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000)
_LEVEL, _AQL = "II", "1.0"
MICROSECONDS = 1_000_000
MOST = 20.0
"""Microseconds that a look-up may take: whoever plans a day's deliveries should not notice it."""


def run(plan: Plan) -> Iterator[Result]:
    rounds, count = plan.rounds, plan.size(20_000, 500)
    ready = [sampling.look_up_plan(lot_size=end, level=_LEVEL, aql=_AQL) for end in (*_ENDS, 500_001)]
    lots = [2 + (number * 7919) % 1_000_000 for number in range(count)]

    def by_hand(lot_size: int) -> tuple[int, int, bool]:
        found = ready[bisect_left(_ENDS, lot_size)]
        size = found.sample_size
        return (lot_size if size >= lot_size else size), found.ac, size >= lot_size

    def ours(lot_size: int) -> tuple[int, int, bool]:
        found = sampling.look_up_plan(lot_size=lot_size, level=_LEVEL, aql=_AQL)
        return found.sample_size, found.ac, found.inspect_all

    assert all(ours(lot) == by_hand(lot) for lot in lots if lot > ready[bisect_left(_ENDS, lot)].sample_size)
    turns = in_turns(lambda: _rate(ours, lots), lambda: _rate(by_hand, lots), rounds=rounds)
    yield Result(
        "sampling", "the plan of a lot, against a dictionary with the answers of one level and AQL", "/s",
        turns.median(0), turns.median(1), turns.ratios(0, 1),
    )  # fmt: skip
    micros = tuple(MICROSECONDS / rate for rate in turns.rates[0])
    yield Result(
        "sampling", "microseconds that a look-up takes", "us", MICROSECONDS / turns.median(0), 1.0, micros, most=MOST
    )


def _rate(look_up: Callable[[int], object], lots: list[int]) -> float:
    began = time.perf_counter()
    for lot in lots:
        look_up(lot)
    return len(lots) / (time.perf_counter() - began)
