"""The rules of the house that no import contract can say."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import (
    PACKAGE,
    ROOT,
    committed_files,
    dotted,
    imported_packages,
    python_files,
    tree,
    where,
)

LONGEST_FILE = 600
LONGEST_FUNCTION = 60

TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "benchmarks", "docs", "migrations",
    "package-lock.json", "package.json", "pyproject.toml", "requirements-dev.lock", "requirements.lock", "setup.cfg",
    "supplier_quality", "templates", "tests", "workflows",
}  # fmt: skip


def test_the_top_level_holds_only_what_was_argued_for() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in committed_files()}
    assert found - TOP_LEVEL == set()


def test_files_and_functions_stay_short() -> None:
    written = [
        path
        for path in python_files("supplier_quality", "tests", "benchmarks", "docs", "migrations")
        if path.parent.name != "versions"
    ]
    long = [where(path) for path in written if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    long += [
        f"{where(path, node)} {node.name}"
        for path in written
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_only_sessions_begin_and_commit() -> None:
    allowed = {PACKAGE / "persistence" / "sessions.py"}
    found = [
        where(path, node)
        for path in python_files("supplier_quality")
        if path not in allowed
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("commit", "begin")
    ]
    assert found == []


_READS_THE_CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.date.today",
    "time.time", "time.monotonic", "time.perf_counter", "time.time_ns", "func.now", "func.current_timestamp",
    "sa.func.now", "sqlalchemy.func.now",
}  # fmt: skip


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{where(path, node)} {dotted(node)}"
        for path in python_files("supplier_quality", "migrations")
        if path != PACKAGE / "clock.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node) in _READS_THE_CLOCK
    ]
    assert found == []


_ENGINES_OWN = {"state", "version", "definition_id", "trail_seq", "trail_head"}
# These have tables of their own whose state is no state of a process.
_NOT_RECORDS = {"engine", "identity", "mail", "outbox", "trail", "persistence", "documents", "backup"}


def _assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _writes_state(node: ast.AST) -> bool:
    if any(isinstance(target, ast.Attribute) and target.attr in _ENGINES_OWN for target in _assigned(node)):
        return True
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        return any(keyword.arg in _ENGINES_OWN for keyword in node.keywords)
    named = node.args[1] if dotted(node.func) == "setattr" and len(node.args) > 1 else None
    return isinstance(named, ast.Constant) and named.value in _ENGINES_OWN


def test_only_the_engine_writes_the_state_of_a_record() -> None:
    found = [
        where(path, node)
        for path in python_files("supplier_quality")
        if path.relative_to(PACKAGE).parts[0] not in _NOT_RECORDS
        for node in ast.walk(tree(path))
        if _writes_state(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("smtplib", {"mail"}),
        ("apscheduler", {"worker.py"}),
        ("procrastinate", {"worker.py", "outbox"}),
        ("weasyprint", {"documents"}),
        ("boto3", {"documents"}),
    ],
)
def test_a_library_is_imported_in_its_place_only(library: str, allowed: set[str]) -> None:
    importers = {
        path.relative_to(PACKAGE).parts[0]
        for path in python_files("supplier_quality")
        if library in imported_packages(path)
    }
    assert importers - allowed == set()


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in committed_files():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


# Written in pieces, so that this file does not hold what it looks for.
_HOSTS = [f"{name}.{end}" for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("npmmirror", "com"), ("unpkg", "com"),
    ("jsdelivr", "net"), ("cdnjs.cloudflare", "com"), ("googleapis", "com"),
)]  # fmt: skip
_PATHS = re.compile(
    r"(?<![\w./-])/(?:" + "|".join(["wor" + "k", "ro" + "ot", "hom" + "e", "opt/whee" + "ls"]) + r")/\w"
)


def test_nothing_names_a_package_host() -> None:
    assert [(where(path), host) for path, text in _texts() for host in _HOSTS if host in text] == []


def test_nothing_names_a_path_of_one_machine() -> None:
    found = [(where(path), match[0]) for path, text in _texts() if (match := _PATHS.search(text))]
    assert found == []
