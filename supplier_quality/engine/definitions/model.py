"""A process as the engine knows it: what a file of kind ``workflow`` becomes once it has been read.

Nothing here changes after loading; a process may be shared by threads and kept for as long as the program runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from supplier_quality.engine.definitions.durations import IsoDuration
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.engine.expressions import Expression, Type
from supplier_quality.identity import Role
from supplier_quality.language import Text

SUPPLIER = "supplier"  # a contact of the supplier, through an access link
SYSTEM = "system"  # a timer, a policy, a join or a command
ROLES = frozenset(role.value for role in Role) | {SUPPLIER, SYSTEM}

# Effects every process may name; all others are registered by features.
BUILT_IN_EFFECTS = frozenset({"escalate", "remind"})

# What the engine itself provides to every process that declares it.
ENGINE_FACTS: Mapping[str, Plain] = {
    "actor": {"id": "string", "kind": "string", "roles": ["string"]},
    "today": "date",
    "now": "timestamp",
    "record": {"id": "int", "number": "string", "state": "string", "version": "int"},
}

Tone = Literal["neutral", "waiting_supplier", "due", "bad", "good", "held"]
TONES: tuple[Tone, ...] = ("neutral", "waiting_supplier", "due", "bad", "good", "held")
FIELD_TYPES: Mapping[str, str] = {
    "text": "string",
    "longtext": "string",
    "bool": "bool",
    "int": "int",
    "number": "double",
    "date": "date",
    "choice": "string",
    "file": "string",
}
TimerPolicy = Literal["keep_started_at", "restart", "drop"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ChildRule:
    """Child records that run beside a state. When all are in a ``done`` state, the join fires ``when_all``."""

    name: str
    workflow: str
    done: frozenset[str]
    when_all: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class State:
    """One state. ``tone`` colours its chip, ``who`` says in words who is waited for."""

    id: str
    label: Text
    final: bool
    tone: Tone
    who: Text | None
    children: Mapping[str, ChildRule]
    place: Place


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing an action asks for. ``min`` and ``max`` bound numbers (as numbers) and dates (as ISO texts);
    ``archives`` lets a file be an archive of files."""

    id: str
    type: str
    label: Text
    required: bool
    choices: tuple[tuple[str, Text], ...]
    help: Text | None
    min: int | float | str | None
    max: int | float | str | None
    max_length: int | None
    place: Place
    archives: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement of an action. ``otherwise`` is what people read when it does not hold."""

    id: str
    expression: Expression
    otherwise: Text
    mend: str | None
    reads: tuple[tuple[str, tuple[str, ...]], ...]
    needs_form: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action causes outside the record: the name of a registered effect and its arguments."""

    name: str
    args: Mapping[str, Plain]
    place: Place


@dataclass(frozen=True, slots=True)
class Action:
    """One way from state to state. ``to`` is None when the record stays where it is.

    ``facts`` names the facts its rules read, so that no others need to be loaded to answer for it.
    """

    id: str
    label: Text
    from_states: tuple[str, ...]
    to: str | None
    by: frozenset[str]
    sign: Text | None
    confirm: Text | None
    primary: bool
    form: tuple[FormField, ...]
    require: tuple[Rule, ...]
    effects: tuple[Effect, ...]
    facts: frozenset[str]
    types: Mapping[str, Type]
    place: Place


@dataclass(frozen=True, slots=True)
class TimerRule:
    """A deadline or reminder. Exactly one of ``after`` and ``at``, and of ``effect`` and ``fire``, is given."""

    id: str
    in_states: tuple[str, ...]
    after: IsoDuration | None
    at: str | None
    before: tuple[IsoDuration, ...]
    calendar: Literal["business", "continuous"]
    of: str | None
    effect: str | None
    args: Mapping[str, Plain]
    fire: str | None
    to: str | None
    repeat: IsoDuration | None
    max: int | None
    place: Place

    @property
    def is_deadline(self) -> bool:
        """Whether the record has to move on by then: it escalates or acts by itself. A reminder is no deadline."""
        return self.fire is not None or self.effect == "escalate"


@dataclass(frozen=True, slots=True)
class Migration:
    """How records of an older version come to this one; states not in ``map`` keep their name."""

    from_version: int
    map: Mapping[str, str]
    timers: TimerPolicy
    place: Place


@dataclass(frozen=True, slots=True)
class ProcessTest:
    """An example an author wrote into the file; ``verify`` runs it."""

    name: str
    state: str
    roles: frozenset[str]
    facts: Mapping[str, Plain]
    form: Mapping[str, Plain] | None
    fire: str
    allowed: bool | None
    to: str | None
    refused: tuple[str, ...] | None
    effects: tuple[str, ...] | None
    place: Place


@dataclass(frozen=True, slots=True)
class Process:
    """A whole process. ``actions_from`` and ``timers_in`` give by state what ``actions`` and ``timers`` hold by id."""

    name: str
    version: int
    title: Text
    facts: Mapping[str, Type]
    initial: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    timers: tuple[TimerRule, ...]
    migrations: tuple[Migration, ...]
    tests: tuple[ProcessTest, ...]
    actions_from: Mapping[str, tuple[Action, ...]]
    timers_in: Mapping[str, tuple[TimerRule, ...]]
    hash: str
    source: str

    def timer(self, timer_id: str) -> TimerRule | None:
        return next((timer for timer in self.timers if timer.id == timer_id), None)
