"""Growth: the list and the page of a supplier at 1,000 and at 100,000 suppliers; the time must not grow by more than half."""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import serving
from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, room
from benchmarks.serving import Client, gunicorn

MOST = 1.5
PAGES = {"list": "/suppliers", "search": "/suppliers?q=castings", "supplier": "/suppliers/SUP-00007"}


def run(plan: Plan) -> Iterator[Result]:
    few, many = plan.size(1_000, 100), plan.size(100_000, 400)
    requests = plan.size(50, 5)
    for kind in KINDS:
        with ExitStack() as stack:
            clients = []
            for suppliers in (many, few):
                place = stack.enter_context(room(kind))
                serving.fill(place, suppliers)
                port = stack.enter_context(gunicorn(serving.OURS, **serving.environment_of(place)))
                clients.append(Client(port, serving.signed_in(place)))
            large, small = clients
            for name, path in PAGES.items():
                assert len(small.get(path)) > 1_000 and len(large.get(path)) > 1_000
                turns = in_turns(
                    lambda: 1 / large.rate(path, requests),  # noqa: B023 - called within the round
                    lambda: 1 / small.rate(path, requests),  # noqa: B023
                    rounds=plan.rounds,
                )
                yield Result(
                    "growth",
                    f"{name} page, {kind}, {many:,} against {few:,} suppliers",
                    "s",
                    turns.median(0),
                    turns.median(1),
                    turns.ratios(0, 1),
                    most=MOST,
                )
