"""What an import did or would do, in the shape that the command prints and the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from supplier_quality.errors import Problem


@dataclass(slots=True)
class PartCounts:
    """Sites or contacts: how many different ones were new, changed or known, and how often a row repeated one."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0

    def as_json(self) -> dict[str, int]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
        }


@dataclass(slots=True)
class ImportReport:
    """Every row of the file is counted once: ``rows = created + updated + unchanged + repeated`` + rows in ``rejected``.

    A row counts as created, updated or unchanged when it is the first good row of its supplier, as repeated when another one
    came before. ``keyed`` of the updated ones were stored without a key, were known by their name and get their key. With any rejected row nothing is stored (``applied`` is False) and the counts say what would have been.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    keyed: int = 0
    rejected: Sequence[Problem] = ()
    sites: PartCounts = field(default_factory=PartCounts)
    contacts: PartCounts = field(default_factory=PartCounts)
    applied: bool = False
    dry_run: bool = False

    @property
    def is_refused(self) -> bool:
        return bool(self.rejected)

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
            "keyed": self.keyed,
            "rejected": [problem.as_json(language) for problem in self.rejected],
            "sites": self.sites.as_json(),
            "contacts": self.contacts.as_json(),
            "applied": self.applied,
            "dry_run": self.dry_run,
        }
