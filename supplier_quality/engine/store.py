"""Definitions in the database: which versions exist, which one is in force, and the compiled process of each.

Rule files are loaded when the product starts. A record keeps the version it started with, so every version that was ever
in force stays, with its source; a changed file with an unchanged version number is refused.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import RuleFile, load_rule_file
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.models import Definition
from supplier_quality.errors import Misconfigured, NotFound, Problem
from supplier_quality.language import _


class ChangedWithoutVersion(Misconfigured):
    """A rule file differs from what was loaded under the same version."""

    code = "changed_without_version"


class UnknownDefinition(NotFound):
    """No rule file of that kind and name was ever loaded."""

    code = "unknown_definition"


def store_files(session: Session, files: Sequence[RuleFile], *, at: datetime) -> list[Definition]:
    """Make these files the ones in force; the definitions that are new.

    Raises ChangedWithoutVersion with one problem for every file whose content changed under the same version; nothing is
    stored then.
    """
    known = check_files(session, files)
    added = []
    for file in files:
        row = known.get((file.kind, file.name, file.origin, file.version))
        if row is None:
            row = Definition(
                kind=file.kind,
                name=file.name,
                version=file.version,
                origin=file.origin,
                hash=file.hash,
                source=file.source,
                loaded_at=at,
                active=False,
            )
            session.add(row)
            added.append(row)
        if not row.active:
            _retire_others(session, row)
            row.active = True
    session.flush()
    session.info["cache"].pop("listened_events", None)
    return added


def check_files(session: Session, files: Sequence[RuleFile]) -> dict[tuple[str, str, str, int], Definition]:
    """The definitions in the database by kind, name, origin and version, when these files go with them.

    Raises ChangedWithoutVersion with one problem for every file whose content changed under the same version.
    """
    known = {(row.kind, row.name, row.origin, row.version): row for row in session.scalars(select(Definition))}
    changed = [
        Problem(
            _(
                "The %(kind)s %(name)s changed but still says version %(version)s",
                kind=f.kind,
                name=f.name,
                version=f.version,
            ),
            _(
                "Set version: %(next)s in the file; running records stay on version %(version)s",
                next=f.version + 1,
                version=f.version,
            ),
            column=f.file,
        )
        for f in files
        if (row := known.get((f.kind, f.name, f.origin, f.version))) is not None and row.hash != f.hash
    ]
    if changed:
        raise ChangedWithoutVersion(_("Rule files changed without a new version number."), tuple(changed))
    return known


def _retire_others(session: Session, row: Definition) -> None:
    session.flush()
    session.execute(
        update(Definition)
        .where(Definition.kind == row.kind, Definition.name == row.name, Definition.active)
        .values(active=False)
    )


_ACTIVE = select(Definition).where(
    Definition.kind == bindparam("kind"), Definition.name == bindparam("name"), Definition.active
)


def active_definition(session: Session, name: str, kind: str = "workflow") -> Definition:
    """The version new records start on. Raises UnknownDefinition."""
    row = session.scalars(_ACTIVE, {"kind": kind, "name": name}).one_or_none()
    if row is None:
        raise UnknownDefinition(_("There is no %(kind)s named %(name)s.", kind=kind, name=name))
    return row


def definitions(session: Session, kind: str | None = None, *, active: bool = True) -> list[Definition]:
    """Definitions by kind and name, only those in force unless ``active`` is False."""
    query = select(Definition).order_by(Definition.kind, Definition.name, Definition.version.desc())
    if kind is not None:
        query = query.where(Definition.kind == kind)
    if active:
        query = query.where(Definition.active)
    return list(session.scalars(query))


def process_of(session: Session, definition_id: int) -> Process:
    """The compiled process of a definition."""
    process: Process = content_of(session, definition_id)
    return process


def processes_of(session: Session, workflow: str) -> dict[int, Process]:
    """All versions of a workflow, by the id of their definition."""
    query = select(Definition.id).where(Definition.kind == "workflow", Definition.name == workflow)
    return {id_: process_of(session, id_) for id_ in session.scalars(query)}


def active_process(session: Session, name: str) -> tuple[Definition, Process]:
    """The definition in force of a workflow and its process. Raises UnknownDefinition."""
    row = active_definition(session, name)
    return row, process_of(session, row.id)


def content_of(session: Session, definition_id: int) -> Any:
    """The loaded content of a definition: a process, a table, policies, checks. Kept for the life of the program."""
    cache: dict[int, Any] = session.info["cache"].setdefault("contents", {})
    content = cache.get(definition_id)
    if content is None:
        row = session.get_one(Definition, definition_id)
        content = cache[definition_id] = _content(row.source, f"{row.kind} {row.name} version {row.version}")
    return content


@lru_cache(maxsize=256)
def _content(source: str, file: str) -> Any:
    """Kept beside the databases' own caches: a program that opens several, or one anew, reads the same files again."""
    return load_rule_file(source, file=file, verify=False).content
