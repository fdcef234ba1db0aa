"""docs/workflow-files.md: its examples are good files, and it names every code."""

import re
from pathlib import Path

import pytest

from supplier_quality import features
from supplier_quality.engine.definitions import verify_text

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "workflow-files.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ENGINE = ROOT / "supplier_quality" / "engine"
SUPPLIERS = ROOT / "supplier_quality" / "suppliers"
SOURCES = [
    *sorted((ENGINE / "definitions").glob("*.py")),
    *(ENGINE / f"{name}.py" for name in ("tables", "table_checks", "checks", "policies")),
    *sorted((SUPPLIERS / "questionnaires").glob("*.py")),
    SUPPLIERS / "development" / "ladder.py",
    SUPPLIERS / "document_bank" / "types.py",
]


features.modules("kinds")


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split("\n")[1])
def test_every_example_is_a_good_file(text: str) -> None:
    assert [str(finding.message) for finding in verify_text(text)] == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3


def test_the_page_names_exactly_the_codes_that_exist() -> None:
    table = PAGE[PAGE.index("## Error codes") :]
    documented = set(
        re.findall(
            r"`([a-z_0-9]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
        )
    )
    source = "\n".join(path.read_text() for path in SOURCES)
    used = set(
        re.findall(
            r"(?:\.add\(|_refuse\(|Finding\(|code=|code: str = |_take_id\(\w+, [\w.]+, )\s*\"([a-z_0-9]+)\"", source
        )
    )

    assert used <= documented
    assert documented <= used
