"""Writes the tables of plans from their structure: ``python -m supplier_quality.statistics.sampling.generate``.

With ``--check`` it changes nothing and fails when a file differs.
"""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from supplier_quality import resources
from supplier_quality.statistics.sampling import structure
from supplier_quality.statistics.sampling.tables import published


def generated() -> Iterator[tuple[Path, str]]:
    """Every table of single plans with the text its file should hold."""
    for standard in structure.STANDARDS:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(structure.Line._fields)
        writer.writerows(structure.lines(standard))
        yield resources.sampling_data() / published(standard).file, text.getvalue()


def main(arguments: list[str]) -> int:
    old = [(path, text) for path, text in generated() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path, _text in old:
            sys.stderr.write(f"{path.name} differs from the structure; run without --check\n")
        return 1 if old else 0
    for path, text in old:
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
