"""The rule files that are or were in force, as the viewer shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import humanise, kind_names
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.models import Definition
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import content_of, definitions
from supplier_quality.errors import NotFound
from supplier_quality.language import Text, Words, _

KIND_NAMES: Mapping[str, Words] = {
    "workflow": _("Workflow"),
    "table": _("Decision table"),
    "checks": _("Checks"),
    "policies": _("Policies"),
    "document_types": _("Types of documents"),
    "special_processes": _("Special processes"),
    "ladder": _("Ladder"),
    "questionnaire": _("Questionnaire"),
}
WORKFLOW = "workflow"


class RuleFileNotFound(NotFound):
    """There is no rule file of that name."""

    code = "rule_file_not_found"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule file. ``running`` counts records on it that are not in a final state; None for other kinds."""

    id: int
    kind: str
    name: str
    title: Words
    version: int
    origin: str
    hash: str
    loaded_at: datetime
    active: bool
    running: int | None
    records: int | None


@dataclass(frozen=True, slots=True)
class RuleFileView:
    """A rule file in one version, with all versions of its name, newest first."""

    shown: Version
    content: Any
    source: str
    versions: Sequence[Version]

    @property
    def is_workflow(self) -> bool:
        return self.shown.kind == WORKFLOW

    @property
    def in_force(self) -> Version:
        return next(version for version in self.versions if version.active)


def kind_name(kind: str) -> Words:
    """What a kind of rule file is called."""
    return KIND_NAMES.get(kind) or Text.of(humanise(kind))


def address(kind: str, name: str, tab: str = "") -> str:
    """The page of a rule file; a workflow needs no kind in its address."""
    path = f"/workflows/{name}" + (f"/{tab}" if tab else "")
    return path if kind == WORKFLOW else f"{path}?kind={kind}"


def list_in_force(session: Session) -> list[Version]:
    """The rule files of all kinds in force, workflows first, with how many records run on every version of a name."""
    rows = definitions(session, active=False)
    counts = _counts(session, rows)
    order = {kind: place for place, kind in enumerate(kind_names())}
    active = [_version(session, row, counts) for row in rows if row.active]
    return sorted(active, key=lambda version: (order.get(version.kind, len(order)), version.name))


def on_older_versions(session: Session) -> dict[str, int]:
    """By workflow, how many records still run on a version that is not in force."""
    rows = definitions(session, WORKFLOW, active=False)
    counts = _counts(session, rows)
    older: Counter[str] = Counter()
    for row in rows:
        if not row.active:
            older[row.name] += counts.get(row.id, (0, 0))[0]
    return dict(older)


def get_rule_file(session: Session, name: str, *, kind: str | None = None, version: int | None = None) -> RuleFileView:
    """A rule file by name, in the version in force or a given one. Raises RuleFileNotFound."""
    query = select(Definition).where(Definition.name == name)
    rows = list(session.scalars(query.where(Definition.kind == kind) if kind else query))
    if not kind and rows:
        order = list(kind_names())
        first = min(rows, key=lambda row: order.index(row.kind) if row.kind in order else len(order)).kind
        rows = [row for row in rows if row.kind == first]
    rows.sort(key=lambda row: (row.version, row.active, row.id), reverse=True)
    chosen = next((row for row in rows if (row.active if version is None else row.version == version)), None)
    if chosen is None:
        raise RuleFileNotFound(_("There is no rule file %(name)s in this version.", name=name[:80]))
    counts = _counts(session, rows)
    versions = [_version(session, row, counts) for row in rows]
    shown = next(each for each in versions if each.id == chosen.id)
    return RuleFileView(shown, content_of(session, chosen.id), chosen.source, versions)


def _version(session: Session, row: Definition, counts: Mapping[int, tuple[int, int]]) -> Version:
    content = content_of(session, row.id)
    running, records = counts.get(row.id, (0, 0)) if row.kind == WORKFLOW else (None, None)
    return Version(
        id=row.id,
        kind=row.kind,
        name=row.name,
        title=getattr(content, "title", None) or Text.of(humanise(row.name)),
        version=row.version,
        origin=row.origin,
        hash=row.hash,
        loaded_at=row.loaded_at,
        active=row.active,
        running=running,
        records=records,
    )


def _counts(session: Session, rows: Sequence[Definition]) -> dict[int, tuple[int, int]]:
    """By definition: records not in a final state, and all records. One query per kind of record."""
    wanted = {row.name for row in rows if row.kind == WORKFLOW}
    found: dict[int, tuple[int, int]] = {}
    for model in registry.subjects.values():
        if model.workflow not in wanted:
            continue
        query = select(model.definition_id, model.state, func.count()).group_by(model.definition_id, model.state)
        for definition_id, state, count in session.execute(query):
            process: Process = content_of(session, definition_id)
            running, records = found.get(definition_id, (0, 0))
            final = state in process.states and process.states[state].final
            found[definition_id] = (running + (0 if final else count), records + count)
    return found
