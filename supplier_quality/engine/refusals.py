"""Why an action did not happen. Each says so in the reader's language and as data."""

from collections.abc import Sequence
from typing import Any

from supplier_quality.engine.evaluation import Unmet
from supplier_quality.errors import BadInput, Conflict, Problem, ProductError
from supplier_quality.language import _, joined
from supplier_quality.trail import Entry


class Refused(ProductError):
    """Rules of the action are not met; ``unmet`` holds all of them, not only the first."""

    status = Conflict.status
    code = "refused"

    def __init__(self, action: str, unmet: Sequence[Unmet]) -> None:
        self.action = action
        self.unmet = tuple(unmet)
        super().__init__(
            _("%(reasons)s", reasons=_Joined(self.unmet)),
            tuple(Problem(each.message, column=each.id) for each in self.unmet),
        )

    def as_json(self, language: str | None = None) -> dict[str, object]:
        return {**super().as_json(language), "refused": [each.as_json() for each in self.unmet]}


class _Joined:
    """The sentences of all unmet rules, one after the other."""

    def __init__(self, unmet: Sequence[Unmet]) -> None:
        self.unmet = unmet

    def __str__(self) -> str:
        stop = str(_("."))
        return joined(text if text.endswith((".", "。")) else text + stop for text in self._sentences())

    def _sentences(self) -> list[str]:
        return [str(each.message) for each in self.unmet]


class Stale(Conflict):
    """Somebody changed the record since the caller read it; ``changes`` says who and what."""

    code = "stale"

    def __init__(self, changes: Sequence[Entry]) -> None:
        self.changes = tuple(changes)
        who = ", ".join(dict.fromkeys(entry.actor.label for entry in self.changes))
        super().__init__(
            _("%(who)s changed this record meanwhile. Look at what changed, then decide again.", who=who)
            if who
            else _("This record changed meanwhile. Look at what changed, then decide again.")
        )

    def as_json(self, language: str | None = None) -> dict[str, object]:
        changes: list[dict[str, Any]] = [
            {
                "at": entry.at.isoformat(),
                "actor": entry.actor.label,
                "action": entry.action,
                "from": entry.from_state,
                "to": entry.to_state,
            }
            for entry in self.changes
        ]
        return {**super().as_json(language), "changes": changes}


class KeyReused(BadInput):
    """The idempotency key was used before for something else."""

    code = "key_reused"
