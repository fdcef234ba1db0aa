"""What features bring to the engine, by name: records with a process, facts about them, acts of policies.

Filled once by ``features.load_runtime()``; the engine knows no feature.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from supplier_quality.engine.expressions import Type, parse_types
from supplier_quality.engine.subject import Subject
from supplier_quality.outbox import Handler

Loader = Callable[..., Mapping[int, object]]


@dataclass(frozen=True, slots=True)
class FactProvider:
    """Knowledge about records of one kind under one name, loaded for many records by one query.

    ``type`` is in the syntax of ``facts:`` in a process file. ``load`` gets a session and ids and answers by id; an id
    that is missing in the answer has no such fact. A ``dated`` one changes with the day by itself: its ``load`` is also told
    the moment, as ``at``.
    """

    subject_kind: str
    name: str
    type: object
    load: Loader
    dated: bool = False

    @property
    def parsed(self) -> Type:
        return parse_types({self.name: self.type})[self.name]


@dataclass
class Registry:
    """The engine's register. ``effects`` are outbox handlers by kind, ``acts`` what a policy may do."""

    subjects: dict[str, type[Subject]] = field(default_factory=dict)
    facts: dict[tuple[str, str], FactProvider] = field(default_factory=dict)
    effects: dict[str, Handler] = field(default_factory=dict)
    acts: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def add_subject(self, model: type[Subject]) -> None:
        self._once(self.subjects, model.subject_kind, model)

    def add_fact(self, provider: FactProvider) -> None:
        self._once(self.facts, (provider.subject_kind, provider.name), provider)

    def add_effects(self, effects: Mapping[str, Handler]) -> None:
        for name, handler in effects.items():
            self._once(self.effects, name, handler)

    def add_acts(self, acts: Mapping[str, Callable[..., Any]]) -> None:
        for name, act in acts.items():
            self._once(self.acts, name, act)

    @staticmethod
    def _once(known: dict[Any, Any], name: Any, thing: Any) -> None:
        if known.setdefault(name, thing) is not thing:
            raise ValueError(f"{name!r} is registered twice, by {known[name]!r} and {thing!r}")

    def model(self, kind: str) -> type[Subject]:
        """The table of a kind of record. Raises KeyError for a kind that no feature brings."""
        return self.subjects[kind]

    def kinds_of(self, workflow: str) -> list[str]:
        """The kinds of records that follow a workflow."""
        return [kind for kind, model in self.subjects.items() if model.workflow == workflow]


registry = Registry()
