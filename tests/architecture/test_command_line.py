"""The command line answers at once because it imports what it uses, when it uses it."""

import json
import subprocess
import sys
import time

import pytest

from supplier_quality.cli import COMMANDS

_LIST_IMPORTS = """
import json, sys
before = set(sys.modules)
from supplier_quality import cli
assert cli.run(["--help"]) == 0
new = set(sys.modules) - before
ours = {name for name in new if name.startswith("supplier_quality")}
others = {name.split(".")[0] for name in new - ours if not name.startswith("_")} - sys.stdlib_module_names
print(json.dumps(sorted(ours | others)))
"""


def test_help_imports_only_the_frame() -> None:
    done = subprocess.run([sys.executable, "-c", _LIST_IMPORTS], capture_output=True, text=True, check=True)
    # Babel looks whether pytz happens to be there; it is no dependency of the product.
    imported = set(json.loads(done.stdout.splitlines()[-1])) - {"pytz"}
    assert imported == {
        "babel",
        "click",
        "supplier_quality",
        "supplier_quality.cli",
        "supplier_quality.console",
        "supplier_quality.language",
        "supplier_quality.resources",
    }


def test_help_answers_in_less_than_400_ms() -> None:
    took = []
    for _attempt in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "supplier_quality.cli", "--help"], capture_output=True, check=True)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.4


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_help_names_exists_and_explains_itself(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "supplier_quality.cli", name, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: supplier-quality {name}")
