"""Published values that the product is checked against, each with its source: read them with :func:`published`."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def published(name: str) -> list[dict[str, str]]:
    """The rows of one of the files here."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
