"""Whatever a file holds, verify answers with findings; it never fails itself."""

import json
import random
from pathlib import Path

import pytest

from supplier_quality.engine.definitions import verify_text
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.nodes import Mapping, plain, read_nodes

GOOD = sorted((Path(__file__).parent / "files").glob("*.yaml"))
ODD = [
    None, True, 0, -1, 1.5, "", " ", "x", "a.b", "P1D", "value > 1", "1 +", [], ["x"], [[]], [None], {}, {"x": None}, {"en": 1},
    {"x": {}},
]  # fmt: skip


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def changed(value: object, path: tuple[object, ...], new: object) -> object:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: changed(item, path[1:], new) if key == path[0] else item for key, item in value.items()}
    assert isinstance(value, list)
    return [changed(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_any_value_in_any_place_gives_findings_and_no_failure(path: Path) -> None:
    root = read_nodes(path.read_text(), Notes())
    assert isinstance(root, Mapping)
    content = plain(root)
    chance = random.Random(7)
    for place in places(content):
        for new in chance.sample(ODD, 2):
            # JSON is YAML, so every damaged content can be written down.
            for finding in verify_text(json.dumps(changed(content, place, new), ensure_ascii=False)):
                assert str(finding.message)
                assert finding.line >= 1
                assert finding.column >= 1


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_file_that_lost_or_gained_characters_gives_findings_and_no_failure(path: Path) -> None:
    text = path.read_text()
    chance = random.Random(11)
    for _ in range(60):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice([0, 1, 3, 20]))
        piece = chance.choice(
            ["", "\t", ":", "- ", "{", "]", '"', "&a ", "*a", "!x ", "\n", "#", "|", "é", "%", "? ", "\x00"]
        )
        for finding in verify_text(text[:start] + piece + text[end:]):
            assert str(finding.message)
