"""The values that rules saw, as people read them: facts by their names, people by theirs, dates by the page's language."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, g
from sqlalchemy import select

from supplier_quality import language
from supplier_quality.engine.fact_names import fact_name, named_value
from supplier_quality.identity.models import User
from supplier_quality.language import Words, _
from supplier_quality.web import visitors
from supplier_quality.web.formatting import day, moment, plain
from supplier_quality.web.installation import reading

_USER = re.compile(r"user:(\d+)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")
_ACTOR = "actor.id"


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One value with the words for its fact. ``path`` is how rules call it."""

    path: str
    label: Words
    value: str


def tell_facts(values: Mapping[str, Any] | None, labels: Mapping[str, Words] | None = None) -> list[ToldFact]:
    """The values in words; ``labels`` are those of paths only the caller knows, such as fields of a form. Who acts is left out where another value already says that it was them."""
    values = values or {}
    people = _names_of(_strings(values.values()))
    actor = values.get(_ACTOR)
    twice = actor is not None and any(value == actor for path, value in values.items() if path != _ACTOR)
    return [
        ToldFact(path, (labels or {}).get(path) or fact_name(path), _say(path, value, people))
        for path, value in values.items()
        if not (twice and path == _ACTOR)
    ]


def tell_value(value: Any) -> str:
    """Any value of an entry of the trail in words: people by name, moments in the plant's time zone."""
    return _tell(value, _names_of(_strings([value])))


def _tell(value: Any, people: Mapping[str, str]) -> str:
    match value:
        case str():
            return _say_text("", value, people)
        case Mapping():
            return language.listed(f"{name} {_tell(inner, people)}" for name, inner in value.items()) or "–"
        case list() | tuple():
            return language.listed(_tell(inner, people) for inner in value) or "–"
    return plain(value)


def _strings(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value.values())
        elif isinstance(value, list | tuple):
            yield from _strings(value)


def _names_of(texts: Iterable[str]) -> Mapping[str, str]:
    """The names of the people among these values; asked once in a request, and only when there are any."""
    known: dict[str, str] = g.setdefault("people_told", {})
    wanted = {text: int(found[1]) for text in texts if (found := _USER.fullmatch(text)) and text not in known}
    if wanted:
        with reading() as session:
            rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted.values()))).all()
        known.update({f"user:{row.id}": row.name for row in rows})
    return known


def _say(path: str, value: Any, people: Mapping[str, str]) -> str:
    match value:
        case str():
            return _say_text(path, value, people)
        case Mapping():
            parts = (_labelled(f"{path}.{name}", part, people) for name, part in value.items() if part is not None)
            return language.listed(parts) or "–"
        case list() | tuple() if any(isinstance(item, Mapping) for item in value):
            return "; ".join(_say(path, item, people) for item in value)
        case list() | tuple():
            return language.listed(_say(path, item, people) for item in value) or str(_("none"))
    return plain(value)


def _labelled(path: str, value: Any, people: Mapping[str, str]) -> str:
    said = _say(path, value, people)
    # A number and a value with words of its own say by themselves what they are.
    speaks = path.endswith(".number") or (isinstance(value, str) and named_value(path, value) is not None)
    return said if speaks else f"{fact_name(path, short=True)} {said}"


def _say_text(path: str, value: str, people: Mapping[str, str]) -> str:
    if value in people:
        return _name(path, value, people[value])
    if (words := named_value(path, value)) is not None:
        return str(words)
    try:
        if _DAY.fullmatch(value):
            return day(date.fromisoformat(value))
        if _MOMENT.fullmatch(value):
            return moment(datetime.fromisoformat(value))
    except ValueError:
        return value
    return value or "–"


def _name(path: str, id_: str, name: str) -> str:
    reader = visitors.signed_in_staff()
    if path != _ACTOR and reader is not None and reader.actor.id == id_:
        return str(_("you (%(name)s)", name=name))
    return name


def install(app: Flask) -> None:
    app.jinja_env.globals.update(tell_facts=tell_facts, tell_value=tell_value)
