"""The tuple of features names everything the product is made of, and nothing that is not there."""

import ast
import subprocess
import sys
from importlib import import_module

import pytest

from supplier_quality import features
from tests.architecture.source import PACKAGE, python_files, tree


def test_every_table_in_the_source_is_known_after_importing_the_models() -> None:
    declared = {
        statement.value.value
        for path in python_files("supplier_quality")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "__tablename__"
        and isinstance(statement.value, ast.Constant)
    }
    script = "from supplier_quality import features; features.import_models(); from supplier_quality.persistence import Base;"
    listed = subprocess.run(
        [sys.executable, "-c", f"{script} print(*Base.metadata.tables)"], capture_output=True, text=True, check=True
    )
    assert declared - set(listed.stdout.split()) == set()


@pytest.mark.parametrize(
    "door", ["kinds", "contacts", "facts", "effects", "acts", "routes", "api", "portal", "commands", "jobs"]
)
def test_every_door_opens(door: str) -> None:
    named = [path for feature in features.FEATURES if (path := getattr(feature, door))]
    assert [module.__name__ for module in features.modules(door)] == named
    assert all(import_module(path) for path in named)


def test_every_rule_file_speaks_of_registered_records_and_effects() -> None:
    from supplier_quality.engine.definitions import Process, load_rule_file
    from supplier_quality.engine.registry import registry

    features.load_runtime()
    for path in sorted((PACKAGE.parent / "workflows").rglob("*.yaml")):
        file = load_rule_file(path.read_text(encoding="utf-8"), file=str(path))
        if isinstance(file.content, Process):
            assert registry.kinds_of(file.name), f"no record follows {file.name}"
            effects = {effect.name for action in file.content.actions.values() for effect in action.effects}
            assert effects - set(registry.effects) == set(), file.name
