"""The folder of rule files, and what differs between versions."""

from pathlib import Path

import pytest

from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.definitions.difference import compare_processes
from supplier_quality.engine.definitions.folder import FolderErrors, load_folder

MINIMAL = (Path(__file__).parent / "files" / "minimal.yaml").read_text()


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    (folder / "tables").mkdir(parents=True)
    (folder / "minimal.yaml").write_text(MINIMAL)
    (folder / "tables" / "intervals.yaml").write_text(
        (Path(__file__).parent / "files" / "audit_interval.yaml").read_text()
    )
    (folder / "README.md").write_text("not a rule file")
    return folder


def test_a_folder_is_read_with_its_sub_folders(shipped: Path) -> None:
    catalogue = load_folder(shipped)

    assert [(file.kind, file.name, file.origin) for file in catalogue.files] == [
        ("table", "audit_interval", "shipped"),
        ("workflow", "minimal", "shipped"),
    ]
    assert list(catalogue.processes) == ["minimal"]


def test_a_local_file_takes_the_place_of_the_shipped_one_by_name(shipped: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.mkdir()
    (local / "ours.yml").write_text(MINIMAL.replace("title: Minimal", "title: Ours"))

    found = load_folder(shipped, local).find("workflow", "minimal")

    assert found is not None
    assert (str(found.title), found.origin, found.version) == ("Ours", "local", 1)


def test_two_files_of_one_name_are_refused(shipped: Path) -> None:
    (shipped / "second.yaml").write_text(MINIMAL)

    with pytest.raises(FolderErrors, match="duplicate_file"):
        load_folder(shipped)


def test_faults_of_all_files_are_told_at_once(shipped: Path) -> None:
    (shipped / "bad.yaml").write_text("format: 2\nworkflow: bad")
    (shipped / "worse.yaml").write_bytes(b"\xff")

    with pytest.raises(FolderErrors) as raised:
        load_folder(shipped)

    assert {Path(name).name for name in raised.value.by_file} == {"bad.yaml", "worse.yaml"}


def test_a_folder_that_is_missing_is_refused(shipped: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderErrors, match="missing_folder"):
        load_folder(shipped, tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("child", "code"),
    [("{workflow: minimal, done: closed}", None), ("{workflow: minimal, done: shut}", "unknown_state"),
     ("{workflow: minimum, done: closed}", "unknown_workflow")],
)  # fmt: skip
def test_child_processes_must_exist_with_the_states_that_are_named(shipped: Path, child: str, code: str | None) -> None:
    parent = MINIMAL.replace("workflow: minimal", "workflow: parent").replace(
        "  open:\n", f"  open: {{children: {{parts: {child}}}}}\n"
    )
    (shipped / "parent.yaml").write_text(parent)

    if code is None:
        assert "parent" in load_folder(shipped).processes
        return
    with pytest.raises(FolderErrors, match=code):
        load_folder(shipped)


def test_the_difference_of_two_versions_is_told_by_id() -> None:
    old_text = (Path(__file__).parent / "files" / "concession.yaml").read_text()
    new_text = old_text.replace("version: 2", "version: 3")
    new_text = new_text.replace("form.quantity <= request.quantity", "form.quantity < request.quantity")
    new_text = new_text.replace("P5D, calendar", "P6D, calendar").replace("  - {id: note, ", "  - {id: remark, ")
    new_text = new_text.replace("over: {label: Over, final: true}", "over: {label: Ended, final: true}")
    old, new = (load_rule_file(text, file="concession.yaml").content for text in (old_text, new_text))

    difference = compare_processes(old, new)

    assert (difference.actions.added, difference.actions.removed) == (("remark",), ("note",))
    assert difference.rules.changed == {
        "ask.enough": {"when": ("form.quantity <= request.quantity", "form.quantity < request.quantity")}
    }
    assert difference.timers.changed == {"answer_due": {"after": ("P5D", "P6D")}}
    assert difference.states.changed == {"over": {"label": ({"en": "Over"}, {"en": "Ended"})}}
    assert not difference.facts
    assert not compare_processes(old, old)
