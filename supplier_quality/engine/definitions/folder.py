"""The folder of rule files: what is shipped, what a company changed, and whether they fit together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from supplier_quality.engine.definitions.fields import unknown
from supplier_quality.engine.definitions.findings import Finding, Notes, Place, RuleFileErrors
from supplier_quality.engine.definitions.kinds import Origin, RuleFile, load_rule_file
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.definitions.nodes import decode
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _

SUFFIXES = (".yaml", ".yml")


class FolderErrors(BadInput):
    """Rule files of the folders are refused; ``by_file`` holds the findings of each."""

    code = "rule_files_refused"

    def __init__(self, by_file: Mapping[str, list[Finding]]) -> None:
        self.by_file = dict(by_file)
        names = ", ".join(sorted(self.by_file))
        details = tuple(
            Problem(problem=finding.message, row=finding.line, column=f"{file}:{finding.column}", value=finding.code)
            for file, findings in sorted(self.by_file.items())
            for finding in findings
        )
        super().__init__(_("These rule files were not loaded: %(names)s.", names=names), details)

    def __str__(self) -> str:
        lines = [
            f"{file}:{finding.line}:{finding.column}: {finding.code}: {finding.message}"
            for file, findings in sorted(self.by_file.items())
            for finding in findings
        ]
        return "\n".join([str(self.message), *lines])


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rule files in force, by kind and name."""

    files: tuple[RuleFile, ...]

    def find(self, kind: str, name: str) -> RuleFile | None:
        return next((file for file in self.files if (file.kind, file.name) == (kind, name)), None)

    def of_kind(self, kind: str) -> tuple[RuleFile, ...]:
        return tuple(file for file in self.files if file.kind == kind)

    @property
    def processes(self) -> dict[str, Process]:
        return {file.name: file.content for file in self.of_kind("workflow")}


def load_folder(
    shipped: Path, override: Path | None = None, *, known_effects: frozenset[str] | None = None
) -> Catalogue:
    """Read both folders with their sub-folders; a local file replaces the shipped one of the same kind and name.

    Raises FolderErrors with every fault of every file, also when two files of one folder have the same kind and name.
    """
    faults: dict[str, list[Finding]] = {}
    in_force: dict[tuple[str, str], RuleFile] = {}
    folders: tuple[tuple[Path | None, Origin], ...] = ((shipped, "shipped"), (override, "local"))
    for folder, origin in folders:
        if folder is None:
            continue
        if not folder.is_dir():
            faults[str(folder)] = [Finding("missing_folder", _("There is no folder of rule files here."), 1, 1)]
            continue
        in_force |= _load_one(folder, origin, faults, known_effects)
    catalogue = Catalogue(tuple(in_force[key] for key in sorted(in_force)))
    for file, findings in check_references(catalogue):
        faults.setdefault(file, []).extend(findings)
    if faults:
        raise FolderErrors(faults)
    return catalogue


def _load_one(
    folder: Path, origin: Origin, faults: dict[str, list[Finding]], known_effects: frozenset[str] | None
) -> dict[tuple[str, str], RuleFile]:
    loaded: dict[tuple[str, str], RuleFile] = {}
    for path in sorted(rule_file_paths(folder)):
        notes = Notes()
        text = decode(path.read_bytes(), notes)
        try:
            if text is None:
                raise RuleFileErrors(notes.findings, file=str(path))
            file = load_rule_file(text, file=str(path), origin=origin, known_effects=known_effects)
        except RuleFileErrors as error:
            faults[str(path)] = error.findings
            continue
        key = (file.kind, file.name)
        if key in loaded:
            message = _(
                "The %(kind)s %(name)s is also in %(file)s.", kind=file.kind, name=file.name, file=loaded[key].file
            )
            faults[str(path)] = [Finding("duplicate_file", message, 1, 1)]
            continue
        loaded[key] = file
    return loaded


def rule_file_paths(folder: Path) -> Iterator[Path]:
    """The rule files of a folder and its sub-folders; hidden ones are left out."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in SUFFIXES and path.is_file() and not hidden:
            yield path


def check_references(catalogue: Catalogue) -> Iterator[tuple[str, list[Finding]]]:
    """What a process says about its child processes, compared with those."""
    processes = catalogue.processes
    for file in catalogue.of_kind("workflow"):
        notes = Notes()
        for state in file.content.states.values():
            for child in state.children.values():
                _check_child(child.workflow, child.done, processes, notes, child.place)
        if len(notes):
            yield file.file, notes.findings


def _check_child(
    workflow: str, done: frozenset[str], processes: Mapping[str, Process], notes: Notes, place: Place
) -> None:
    process = processes.get(workflow)
    if process is None:
        message = _("There is no workflow %(name)s.", name=workflow)
        notes.add("unknown_workflow", unknown(message, workflow, processes), place)
        return
    for state in sorted(done - set(process.states)):
        message = _("The workflow %(workflow)s has no state %(name)s.", workflow=workflow, name=state)
        notes.add("unknown_state", unknown(message, state, process.states), place)
