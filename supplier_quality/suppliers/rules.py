"""What answers of a self-assessment mean. Pure; whether something is allowed is decided in workflows/ only."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from supplier_quality.suppliers.names import search_tokens

_CERTIFICATES = (("ISO 9001", "iso9001"), ("IATF 16949", "iatf16949"))


def certificates_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The certificates a supplier named: standard, number, last day of validity."""
    found = []
    for standard, name in _CERTIFICATES:
        valid_until = as_date(answers.get(f"{name}_valid_until"))
        if answers.get(name) and valid_until is not None:
            found.append(
                {"standard": standard, "number": answers.get(f"{name}_number") or "", "valid_until": valid_until}
            )
    return found


def as_date(value: object) -> date | None:
    """A day given as a date or as ISO text; None for anything else."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def tokens_of(name: str, source_key: str | None, others: Sequence[str | None] = ()) -> tuple[str, ...]:
    """The words under which a supplier is found: its name and its outside number."""
    return search_tokens(name, source_key, *others)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What changed, as the trail keeps it: field -> [old, new]."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
