"""B1: the list of suppliers, 50 of 100,000, signed in, through gunicorn; against ready bytes and against a Django page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import serving
from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import Room, room
from benchmarks.serving import Client, gunicorn

OF_PREBUILT, OF_DJANGO, OF_FIRST = 0.30, 4.0, 0.9
PATH = "/suppliers"
_NAME = re.compile(rb"Vendor \d{6} Castings Ltd")


def run(plan: Plan) -> Iterator[Result]:
    suppliers, requests = plan.size(100_000, 500), plan.size(200, 10)
    with ExitStack() as stack:
        place = stack.enter_context(room("sqlite"))
        serving.fill(place, suppliers)
        ours = Client(
            stack.enter_context(gunicorn(serving.OURS, **serving.environment_of(place))), serving.signed_in(place)
        )
        page = place.folder / "page.html"
        page.write_bytes(ours.get(PATH))
        prebuilt = Client(stack.enter_context(gunicorn("benchmarks.prebuilt:application", BENCH_PAGE=str(page))))
        django = _django(stack, place)
        last = serving.last_page(place, suppliers)
        _check(ours, prebuilt, django, last)
        for name, path, other, other_path, target in (
            ("ready bytes", PATH, prebuilt, PATH, OF_PREBUILT),
            ("Django", PATH, django, PATH, OF_DJANGO),
            ("its first page, the last", last, ours, PATH, OF_FIRST),
        ):
            turns = in_turns(
                lambda: ours.rate(path, requests),  # noqa: B023 - called within the round
                lambda: other.rate(other_path, requests),  # noqa: B023
                rounds=plan.rounds,
            )
            yield Result(
                "B1",
                f"list page, 50 of {suppliers:,}, against {name}",
                "requests/s",
                turns.median(0),
                turns.median(1),
                turns.ratios(0, 1),
                target=target,
                notes={"bytes": page.stat().st_size},
            )


def _django(stack: ExitStack, place: Room) -> Client:
    given = {"BENCH_ACCOUNTS": str(place.folder / "django.db"), "BENCH_ROWS": str(place.database.url.database)}
    command = [sys.executable, "-m", "benchmarks.django_page"]
    made = subprocess.run(command, env={**os.environ, **given}, check=True, capture_output=True, text=True)
    port = stack.enter_context(gunicorn("benchmarks.django_page:application", **given))
    return Client(port, {"Cookie": f"sessionid={made.stdout.strip()}"})


def _check(ours: Client, prebuilt: Client, django: Client, last: str) -> None:
    """All show the same suppliers, and the last page shows the last ones."""
    shown = _names(ours.get(PATH))
    assert len(shown) == serving.PAGE and shown == _names(prebuilt.get(PATH)) == _names(django.get(PATH)), shown
    assert _names(ours.get(last)) != shown


def _names(body: bytes) -> list[bytes]:
    return sorted(set(_NAME.findall(body)))
