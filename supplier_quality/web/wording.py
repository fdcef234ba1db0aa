"""The trail in words: every kind of entry has a sentence, a colour and a sign; features register theirs.

An action of a process file needs no wording: its label and the labels of the states say what happened.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine import words
from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.engine.definitions.model import Action, Process
from supplier_quality.engine.models import Definition
from supplier_quality.engine.store import content_of
from supplier_quality.identity.models import User
from supplier_quality.language import Message, Text, Words, _
from supplier_quality.trail import ActorRef, Entry
from supplier_quality.web.field_names import field_name

_PLACES = re.compile(r"%\((\w+)\)s")
# What every entry of the engine holds beside its own values.
_MACHINERY = frozenset({"version", "form", "rules", "signature", "changes"})
_NOTES = ("comment", "reason", "note")
# How the trail names somebody who acted for another; see identity.Actor.ref.
_DEPUTY = re.compile(r"(?P<name>.+) \(deputy for (?P<other>.+)\)")
_TONES = {"waiting_supplier": "waiting", "due": "soon", "bad": "bad", "good": "done", "held": "held"}

VIA: Mapping[str, Message] = {
    "api": _("through the API"),
    "link": _("through a mailed link"),
    "timer": _("when a deadline was reached"),
    "policy": _("by a policy"),
    "join": _("when all parts were done"),
    "command": _("on the command line"),
    "sign_in": _("at sign-in"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How entries whose action fits ``pattern`` are told.

    ``%(name)s`` in the sentence takes that value of the entry's data. ``tone`` and ``symbol`` are those of a timeline's dot.
    """

    pattern: str
    sentence: Message
    tone: str = "open"
    symbol: str = "circle-fill"


@dataclass(frozen=True, slots=True)
class SpokenRule:
    """One rule as it was evaluated then: ``passed`` None when it was left open, ``labels`` of the form it read."""

    id: str
    sentence: Words | None
    expression: str
    passed: bool | None
    values: Mapping[str, Any]
    clauses: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An entry of the trail ready to be shown, by the macro ``timeline`` and on the page of the trail."""

    entry: Entry
    sentence: Words
    tone: str = "open"
    symbol: str = "circle-fill"
    note: str = ""
    sign: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[Words, tuple[Any, Any]] = field(default_factory=dict)
    answers: Sequence[tuple[Words | str, Any]] = ()
    rules: Sequence[SpokenRule] = ()
    rest: Mapping[Words, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def actor(self) -> Words:
        return say_actor(self.entry.actor)

    @property
    def signature(self) -> str:
        """What was signed, empty without a signature."""
        return str(self.sign.get("meaning") or "")

    @property
    def details(self) -> dict[str, Any]:
        """What the entry holds beside its sentence, by name, for a short list."""
        told: dict[str, Any] = {str(label): value for label, value in self.answers}
        return told | {str(label): value for label, value in dict(self.rest).items()}

    @property
    def has_more(self) -> bool:
        return bool(self.sign or self.changes or self.answers or self.rules or self.rest)


_wordings: dict[str, Wording] = {}


def register_wording(pattern: str, sentence: Message, *, tone: str = "open", symbol: str = "circle-fill") -> None:
    """Give entries a sentence by the name of their action; ``*`` in the pattern fits any end. A later one replaces."""
    _wordings[pattern] = Wording(pattern, sentence, tone, symbol)
    _find.cache_clear()


def known_actions() -> dict[str, Words]:
    """The actions that have a sentence, for filters."""
    return {pattern: Text.of(humanise(pattern.replace(".", " "))) for pattern in _wordings if "*" not in pattern}


def say_actor(actor: ActorRef) -> Words:
    """Who acted and, unless it was a person on a page, by which way."""
    way = VIA.get(actor.via)
    if actor.kind == "system":
        return _("The system, %(way)s", way=way) if way else _("The system")
    deputy = _DEPUTY.fullmatch(actor.label)
    who = _("%(name)s, deputy for %(other)s", **deputy.groupdict()) if deputy else Text.of(actor.label)
    return _("%(who)s, %(way)s", who=who, way=way) if way else who


def speak(session: Session, entries: Sequence[Entry]) -> list[Spoken]:
    """The entries in words, in their order; asks one query for all process versions and one for all owners they name."""
    entries = _with_policies(session, _with_owners(session, entries))
    processes = _processes(session, {entry.definition for entry in entries if entry.definition})
    return [_speak(entry, processes.get(entry.definition or "")) for entry in entries]


def _with_owners(session: Session, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries with the names of owners in place of their numbers, for showing."""
    wanted: set[int] = set()
    for entry in entries:
        _owners(entry.data, wanted.add)
    if not wanted:
        return entries
    names = {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}
    return [replace(entry, data=_owners(entry.data, lambda number: names.get(number, number))) for entry in entries]


def _owners(told: Mapping[str, Any], say: Callable[[int], Any]) -> dict[str, Any]:
    """A copy of the data in which every number of an owner, alone or as old and new, is what ``say`` makes of it."""
    copied: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            copied[name] = _owners(value, say)
        elif name == "owner_id" and isinstance(value, list | tuple):
            copied[name] = [say(each) if isinstance(each, int) else each for each in value]
        elif name == "owner_id" and isinstance(value, int):
            copied[name] = say(value)
        else:
            copied[name] = value
    return copied


def _with_policies(session: Session, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries with the titles of policies in place of their ids, from the file that was in force when they acted."""
    wanted = {entry.data.get("hash") for entry in entries if entry.action.startswith("policy.")}
    if not wanted:
        return entries
    query = select(Definition.id, Definition.hash).where(Definition.hash.in_(wanted), Definition.kind == "policies")
    titles = {
        (row.hash, policy.id): policy.title
        for row in session.execute(query)
        for policy in content_of(session, row.id).policies
    }
    return [
        replace(entry, data={**entry.data, "policy": title})
        if (title := titles.get((entry.data.get("hash"), entry.data.get("policy"))))
        else entry
        for entry in entries
    ]


def _processes(session: Session, hashes: set[str]) -> dict[str, Process]:
    if not hashes:
        return {}
    rows = session.execute(
        select(Definition.id, Definition.hash).where(Definition.hash.in_(hashes), Definition.kind == "workflow")
    )
    return {row.hash: content_of(session, row.id) for row in rows}


def _speak(entry: Entry, process: Process | None) -> Spoken:
    step = process.actions.get(entry.action) if process else None
    sentence, tone, symbol = _sentence(entry, process, step)
    form = entry.data.get("form") or {}
    return Spoken(
        entry=entry,
        sentence=sentence,
        tone=tone,
        symbol=symbol,
        note=next((str(form[name]) for name in _NOTES if form.get(name)), ""),
        sign=entry.data.get("signature") or {},
        changes=_changes(entry),
        answers=_answers(form, step),
        rules=[_rule(rule, step) for rule in entry.data.get("rules", ())],
        rest=_rest(entry),
    )


def _sentence(entry: Entry, process: Process | None, step: Action | None) -> tuple[Words, str, str]:
    own = _find(entry.action)
    if (
        process is not None
        and entry.to_state
        and entry.to_state in process.states
        and (own is None or step is not None)
    ):
        target = process.states[entry.to_state]
        tone = _TONES.get(target.tone, "open")
        label: Words = step.label if step else Text.of(humanise(entry.action))
        if entry.from_state == entry.to_state:
            return label, tone, "arrow-repeat"
        source = process.states.get(entry.from_state or "")
        return (
            (
                _("%(action)s: %(source)s → %(target)s", action=label, source=source.label, target=target.label)
                if source
                else _("%(action)s: → %(target)s", action=label, target=target.label)
            ),
            tone,
            "arrow-right",
        )
    if own is not None:
        return _filled(own.sentence, entry, process), own.tone, own.symbol
    return Text.of(humanise(entry.action.replace(".", " "))), "open", "circle-fill"


@cache
def _find(action: str) -> Wording | None:
    exact = _wordings.get(action)
    if exact is not None:
        return exact
    fitting = [wording for pattern, wording in _wordings.items() if fnmatchcase(action, pattern)]
    return max(fitting, key=lambda wording: len(wording.pattern), default=None)


def _filled(sentence: Message, entry: Entry, process: Process | None) -> Message:
    state = process.states.get(entry.to_state or "") if process else None
    known = {**entry.data, "record": entry.record.label, "state": state.label if state else entry.to_state}
    known.setdefault("name", entry.data.get("name") or _of_added(entry))
    values = {name: _SAY.get(name, _plain)(known.get(name)) for name in _PLACES.findall(sentence.id)}
    return Message(sentence.id, values)


def _of_added(entry: Entry) -> object:
    """The name of what was added or edited, which stands among its values."""
    for part in ("added", "values"):
        inner = entry.data.get(part)
        if isinstance(inner, Mapping) and inner.get("name"):
            return inner["name"]
    return None


def _plain(value: object) -> object:
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return value


def _say_name(value: object) -> Words:
    if isinstance(value, Text):
        return value
    return Text.of(humanise(str(value))) if value else Text.of("–")


def _say_act(value: object) -> Words:
    return words.describe_effect(str(value)) if value else Text.of("–")


def _say_role(value: object) -> Words:
    return words.describe_role(str(value)) if value else Text.of("–")


# Names of rule files' parts are for machines; these values are told as people call them.
_SAY: Mapping[str, Callable[[object], object]] = {
    "rule": _say_name,
    "policy": _say_name,
    "effect": _say_act,
    "act": _say_act,
    "kind": _say_act,
    "role": _say_role,
    "to": _say_role,
    "purpose": _say_name,
}


def _changes(entry: Entry) -> dict[Words, tuple[Any, Any]]:
    """What changed as field -> (old, new); entries about people keep it flat."""
    told = entry.data.get("changes")
    source = told if isinstance(told, Mapping) else entry.data if entry.action.endswith("_changed") else {}
    return {
        field_name(name): (pair[0], pair[1])
        for name, pair in source.items()
        if isinstance(pair, list | tuple) and len(pair) == 2 and name not in _MACHINERY
    }


def _answers(form: Mapping[str, Any], step: Action | None) -> list[tuple[Words | str, Any]]:
    labels = {wanted.id: wanted for wanted in step.form} if step else {}
    answers: list[tuple[Words | str, Any]] = []
    for name, value in form.items():
        wanted = labels.get(name)
        choice = next((label for choice, label in wanted.choices if choice == value), None) if wanted else None
        if wanted is not None and wanted.type == "file" and isinstance(value, str):
            # Only its name: the hash before it is what the signature covers, and stands in the entry itself.
            choice = Text.of(value.partition(" ")[2] or value)
        answers.append((wanted.label if wanted else field_name(name), choice or value))
    return [(label, value) for label, value in answers if value not in (None, "")]


def _rule(told: Mapping[str, Any], step: Action | None) -> SpokenRule:
    rule = next((rule for rule in step.require if rule.id == told.get("id")), None) if step else None
    return SpokenRule(
        id=str(told.get("id")),
        sentence=rule.otherwise if rule else None,
        expression=rule.expression.text if rule else "",
        passed=told.get("passed"),
        values=told.get("values") or {},
        clauses=told.get("clauses") or (),
        labels={f"form.{asked.id}": asked.label for asked in step.form} if step else {},
    )


def _said(name: str, value: Any) -> Any:
    """A value as people call it: a record by its label, a role or a rule by its words."""
    if isinstance(value, Mapping) and value.get("label"):
        return value["label"]
    if name == "roles" and isinstance(value, list):
        return words.Listed(tuple(words.ROLES.get(role) or Text.of(humanise(str(role))) for role in value))
    if isinstance(value, Mapping):
        return {field_name(part): _said(part, inner) for part, inner in value.items()}
    if isinstance(value, list):
        return [_said(name, inner) for inner in value]
    return _SAY[name](value) if name in _SAY and isinstance(value, str) else value


def _rest(entry: Entry) -> dict[Words, Any]:
    changed = set(_changes(entry))
    return {
        field_name(name): _said(name, value)
        for name, value in entry.data.items()
        if name not in _MACHINERY
        and not (entry.action.startswith("task.") and name in ("title", "record"))
        and field_name(name) not in changed
        and value not in (None, "", [], {})
    }


for _pattern, _words, _tone, _symbol in (
    ("start", _("Started: %(state)s"), "open", "plus-lg"),
    ("definition.migrated", _("Moved to version %(to_version)s of the process"), "open", "arrow-up"),
    ("timer.*", _("Deadline “%(rule)s” reached: %(effect)s"), "soon", "clock"),
    ("policy.*", _("Policy acted: %(policy)s"), "open", "diagram-3"),
    ("task.opened", _("Task opened: look after the mail of %(record)s"), "soon", "envelope"),
    ("task.finished", _("Task done: the mail of %(record)s was looked after"), "done", "check-lg"),
    ("incident.retried", _("Failed effect %(kind)s tried again"), "open", "arrow-repeat"),
    ("incident.dismissed", _("Failed effect %(kind)s dismissed: %(reason)s"), "held", "x-lg"),
    ("installation.restored", _("The installation was restored from a backup"), "soon", "arrow-counterclockwise"),
    ("user.created", _("Account made for %(record)s"), "open", "person-plus"),
    ("user.invited", _("%(record)s invited"), "open", "person-plus"),
    ("user.roles_changed", _("Roles of %(record)s changed"), "soon", "people"),
    ("user.disabled", _("Account of %(record)s disabled"), "held", "lock"),
    ("user.enabled", _("Account of %(record)s opened again"), "done", "unlock"),
    ("user.password_reset", _("Password reset asked for %(record)s"), "soon", "key"),
    ("user.password_chosen", _("Password chosen by mailed link"), "open", "key"),
    ("user.password_changed", _("Password changed"), "open", "key"),
    ("user.profile_changed", _("Profile changed"), "open", "pencil"),
    ("user.signed_in", _("Signed in"), "open", "box-arrow-in-right"),
    ("user.session_revoked", _("Session ended"), "open", "box-arrow-right"),
    ("user.totp_switched_on", _("Authenticator set up"), "done", "shield-check"),
    ("user.totp_switched_off", _("Authenticator switched off"), "soon", "shield"),
    ("user.totp_reset", _("Authenticator removed by an administrator"), "soon", "shield"),
    ("user.recovery_codes_renewed", _("Recovery codes renewed"), "open", "key"),
    ("user.deputy_named", _("Deputy named for the role %(role)s: %(name)s"), "open", "people"),
    ("user.deputy_ended", _("Deputy's time ended for the role %(role)s"), "open", "people"),
    ("api_token.created", _("API token made"), "soon", "key"),
    ("calendar_feed.created", _("Calendar address made"), "soon", "calendar3"),
    ("calendar_feed.revoked", _("Calendar address revoked"), "held", "calendar3"),
    ("api_token.revoked", _("API token revoked"), "held", "key"),
    ("access_link.created", _("Access link made for a contact"), "open", "link-45deg"),
    ("access_link.prolonged", _("Access link prolonged"), "open", "link-45deg"),
    ("access_link.copied", _("Access link copied"), "open", "clipboard"),
    ("access_link.revoked", _("Access link revoked"), "held", "link-45deg"),
    ("access_link.delegated", _("Access link passed on to a colleague"), "open", "link-45deg"),
    ("access_link.opened", _("Access link opened with a mailed code"), "open", "box-arrow-in-right"),
    ("access_link.new_one_asked", _("A new access link was asked for"), "soon", "link-45deg"),
):
    register_wording(_pattern, _words, tone=_tone, symbol=_symbol)
