"""Finding records of any kind by the number people read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.registry import registry
from supplier_quality.engine.subject import Subject
from supplier_quality.errors import NotFound
from supplier_quality.language import _


class SubjectNotFound(NotFound):
    """There is no record with that number."""

    code = "record_not_found"


def find_subject(session: Session, kind: str, number: str) -> Subject:
    """The record of that kind and number. Raises SubjectNotFound."""
    model: Any = registry.subjects.get(kind)
    found: Subject | None = session.scalar(select(model).where(model.number == number)) if model else None
    if found is None:
        raise SubjectNotFound(_("There is no record %(number)s.", number=number[:40]))
    return found


def about_of(subject: Subject) -> str:
    """What stands beside the number of a record: its label, unless that is the number itself."""
    return subject.label if subject.label != subject.number else ""


def find_about(
    session: Session, records: Iterable[tuple[str | None, int | None]]
) -> dict[tuple[str | None, int | None], str]:
    """:func:`about_of` records by kind and id, one query for each kind; other things than records are left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, record_id in records:
        if kind in registry.subjects and record_id is not None:
            ids[kind].add(record_id)
    found: dict[tuple[str | None, int | None], str] = {}
    for kind, wanted in ids.items():
        model: Any = registry.subjects[kind]
        for subject in session.scalars(select(model).where(model.id.in_(wanted))):
            found[kind, subject.id] = about_of(subject)
    return found


def find_by_number(session: Session, number: str, kinds: Sequence[str] | None = None) -> Subject | None:
    """The record with that number, of any of these kinds; None when there is none."""
    for kind in kinds if kinds is not None else registry.subjects:
        model: Any = registry.subjects[kind]
        found: Subject | None = session.scalar(select(model).where(model.number == number.strip().upper()))
        if found is not None:
            return found
    return None
