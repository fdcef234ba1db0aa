"""Which values the record that stays has after a merge. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from supplier_quality.suppliers.models import Supplier

FIELDS = ("name", "country", "language", "duns", "business_licence", "website", "note", "owner_id")
"""Columns whose value is chosen. The key in the outside system is none: each record keeps its own, and imports find both."""


def differing(survivor: Supplier, merged: Supplier) -> list[str]:
    """The fields in which the two differ, in their order."""
    return [name for name in FIELDS if getattr(survivor, name) != getattr(merged, name)]


def taken_by_default(survivor: Supplier, merged: Supplier) -> set[str]:
    """Gaps of the record that stays are filled from the one that goes."""
    return {
        name
        for name in differing(survivor, merged)
        if getattr(survivor, name) in (None, "") and getattr(merged, name) not in (None, "")
    }


def changes_of(survivor: Supplier, merged: Supplier, take: Collection[str]) -> dict[str, list[Any]]:
    """What changes at the record that stays: field -> [before, after]."""
    return {
        name: [getattr(survivor, name), getattr(merged, name)]
        for name in differing(survivor, merged)
        if name in take
    }  # fmt: skip


def still_as_merged(survivor: Supplier, fields: Mapping[str, list[Any]]) -> tuple[dict[str, Any], list[str]]:
    """The values to go back to, and the fields that were changed again since and therefore stay."""
    back = {name: old for name, (old, new) in fields.items() if getattr(survivor, name) == new}
    return back, [name for name in fields if name not in back]
