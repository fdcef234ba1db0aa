"""The JSON Schemas that editors use: current in the repository, and of one mind with verify about good files."""

import json
from pathlib import Path

import jsonschema
import pytest

from supplier_quality.engine.definitions import json_schema, kind_names
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.nodes import Mapping, plain, read_nodes

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
KINDS = ("workflow", "table", "checks", "policies")
GOOD = sorted((Path(__file__).parent / "files").glob("*.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_current(kind: str) -> None:
    committed = json.loads((SCHEMAS / f"{kind}.json").read_text())
    assert committed == json.loads(json.dumps(json_schema(kind))), (
        "run: python -m supplier_quality.engine.definitions.schemas"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_schema(kind: str) -> None:
    assert kind in kind_names()
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_files_fit_the_schema_of_their_kind(path: Path) -> None:
    root = read_nodes(path.read_text(), Notes())
    assert isinstance(root, Mapping)
    kind = list(root.items)[1]

    jsonschema.validate(plain(root), json_schema(kind), cls=jsonschema.Draft202012Validator)


def test_the_schema_refuses_an_unknown_key() -> None:
    content = {
        "format": 1,
        "workflow": "x",
        "version": 1,
        "initial": "a",
        "states": {"a": {}},
        "actions": [{"idd": "b"}],
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json_schema("workflow"))
