"""``python -m benchmarks``: measure and print the ratios; see docs/benchmarks.md."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Plan, Result, machine, table
from supplier_quality import logs

SUITE = {
    "B1": "pages",
    "B2": "transitions",
    "B3": "mails",
    "approved": "approved",
    "B8": "imports",
    "rules": "rules",
    "growth": "growth",
    "duplicates": "duplicates",
    "certificates": "certificates",
    "statistics": "statistics",
    "sampling": "sampling",
    "charts": "charts",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against the references.")
    parser.add_argument(
        "--only", action="append", choices=list(SUITE), help="one benchmark; may be given several times"
    )
    parser.add_argument("--quick", action="store_true", help="small and short: shows that it runs, not how fast it is")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (5)")
    parser.add_argument(
        "--json", type=Path, default=Path("build/benchmarks.json"), help="where the figures are written"
    )
    given = parser.parse_args()
    logs.configure(level="error")
    plan = Plan(rounds=2 if given.quick else given.rounds, quick=given.quick)

    results: list[Result] = []
    for name in given.only or SUITE:
        for result in import_module(f"benchmarks.{SUITE[name]}").run(plan):
            results.append(result)
            print(f"{result.id}: {result.name}: {result.ratio:.2f}", file=sys.stderr, flush=True)
    print("\n".join(table(results)))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {"machine": machine(), "quick": plan.quick, "results": [result.as_json() for result in results]}
    given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
