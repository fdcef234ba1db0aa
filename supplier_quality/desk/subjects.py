"""Finding records of any kind by the number people read."""

from collections.abc import Sequence
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


def find_by_number(session: Session, number: str, kinds: Sequence[str] | None = None) -> Subject | None:
    """The record with that number, of any of these kinds; None when there is none."""
    for kind in kinds if kinds is not None else registry.subjects:
        model: Any = registry.subjects[kind]
        found: Subject | None = session.scalar(select(model).where(model.number == number.strip().upper()))
        if found is not None:
            return found
    return None
