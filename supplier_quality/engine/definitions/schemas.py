"""JSON Schemas of the rule files, for editors that complete keys and mark mistakes while somebody types.

A schema knows the form of a file only; names, types of rules and the process as a whole are the business of ``verify``.
"""

import json
from pathlib import Path

from supplier_quality.engine.definitions.model import FIELD_TYPES, ROLES, TONES
from supplier_quality.language import LANGUAGES

Schema = dict[str, object]

DURATION = {"type": "string", "pattern": "^P", "description": "ISO 8601 duration: P5D, P2W, P1Y6M, PT36H"}
NAME = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,39}$"}
PATH = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z_][A-Za-z0-9_-]*)*$"}
EXPRESSION = {"type": ["string", "boolean"], "description": "CEL over the declared facts, see docs/expressions.md"}
TEXT: Schema = {
    "description": "One text, or one per language",
    "anyOf": [
        {"type": ["string", "number"]},
        {
            "type": "object",
            "properties": {language: {"type": ["string", "number"]} for language in LANGUAGES},
            "required": ["en"],
            "additionalProperties": False,
        },
    ],
}
FACTS: Schema = {
    "description": "The names that rules may read, with their types",
    "type": ["object", "null"],
    "additionalProperties": {"type": ["string", "array", "object"]},
}
PLAIN_OBJECT: Schema = {"type": ["object", "null"]}
ROLE: Schema = {"enum": sorted(ROLES)}
EFFECT: Schema = {
    "anyOf": [PATH, {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": PLAIN_OBJECT}]
}


def one_or_many(item: object) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "uniqueItems": True}]}


def mapping(properties: dict[str, object], *, required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def file_schema(kind: str, properties: dict[str, object], *, required: tuple[str, ...], test: object) -> Schema:
    """The schema of a whole file of a kind: the common keys and those of the kind."""
    common: dict[str, object] = {
        "format": {"const": 1},
        kind: {**NAME, "description": "The name of the " + kind},
        "version": {"type": "integer", "minimum": 1, "description": "Raise it with every change"},
        "title": TEXT,
        "description": TEXT,
        "tests": {"type": "array", "items": test},
    }
    body = mapping({**common, **properties}, required=("format", kind, "version", *required))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Rule file: {kind}", **body}


def workflow_schema() -> Schema:
    properties: dict[str, object] = {
        "facts": FACTS,
        "initial": NAME,
        "states": {"type": "object", "minProperties": 1, "additionalProperties": _state()},
        "actions": {"type": "array", "minItems": 1, "items": _action()},
        "timers": {"type": "array", "items": _timer()},
        "migrate": {"type": "array", "items": _migration()},
    }
    return file_schema("workflow", properties, required=("initial", "states", "actions"), test=_test())


def _state() -> Schema:
    child = mapping(
        {"workflow": NAME, "done": one_or_many(NAME), "when_all": NAME},
        required=("workflow", "done"),
    )
    properties: dict[str, object] = {
        "label": TEXT,
        "final": {"type": "boolean"},
        "tone": {"enum": list(TONES)},
        "who": TEXT,
        "children": {"type": "object", "additionalProperties": child},
    }
    return {"anyOf": [mapping(properties), {"type": "null"}]}


def _action() -> Schema:
    rule = mapping(
        {"id": NAME, "when": EXPRESSION, "else": TEXT, "mend": {"type": "string"}}, required=("id", "when", "else")
    )
    return mapping(
        {
            "id": NAME,
            "label": TEXT,
            "from": one_or_many(NAME),
            "to": NAME,
            "by": one_or_many(ROLE),
            "sign": TEXT,
            "confirm": TEXT,
            "primary": {"type": "boolean"},
            "form": {"type": "object", "additionalProperties": _form_field()},
            "four_eyes": one_or_many(PATH),
            "require": {"type": "array", "items": rule},
            "effects": one_or_many(EFFECT),
        },
        required=("id", "from", "by"),
    )


def _form_field() -> Schema:
    bound = {"type": ["number", "string"]}
    field = mapping(
        {
            "type": {"enum": list(FIELD_TYPES)},
            "label": TEXT,
            "required": {"type": "boolean"},
            "choices": {"anyOf": [one_or_many(NAME), {"type": "object", "additionalProperties": TEXT}]},
            "help": TEXT,
            "min": bound,
            "max": bound,
            "max_length": {"type": "integer", "minimum": 1},
            "archives": {"type": "boolean"},
        },
        required=("type",),
    )
    return {"anyOf": [field, {"enum": list(FIELD_TYPES)}]}


def _timer() -> Schema:
    return mapping(
        {
            "id": NAME,
            "in": one_or_many(NAME),
            "after": DURATION,
            "at": PATH,
            "before": one_or_many(DURATION),
            "calendar": {"enum": ["business", "continuous"]},
            "of": PATH,
            "effect": EFFECT,
            "fire": NAME,
            "to": ROLE,
            "repeat": DURATION,
            "max": {"type": "integer", "minimum": 1},
        },
        required=("id", "in"),
    )


def _migration() -> Schema:
    return mapping(
        {
            "from_version": {"type": "integer", "minimum": 1},
            "map": {"type": "object", "additionalProperties": NAME},
            "timers": {"enum": ["keep_started_at", "restart", "drop"]},
        },
        required=("from_version",),
    )


def _test() -> Schema:
    expect = mapping(
        {"allowed": {"type": "boolean"}, "to": NAME, "refused": one_or_many(PATH), "effects": one_or_many(PATH)}
    )
    return mapping(
        {
            "name": {"type": "string"},
            "state": NAME,
            "as": one_or_many(ROLE),
            "facts": PLAIN_OBJECT,
            "form": PLAIN_OBJECT,
            "fire": NAME,
            "expect": expect,
        },
        required=("state", "as", "fire", "expect"),
    )


def write_schemas(folder: Path) -> None:
    """Write the schema of every kind of the engine into ``docs/schemas``."""
    from supplier_quality.engine.definitions.kinds import find_kind, kind_names

    for name in kind_names():
        text = json.dumps(find_kind(name).schema(), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path("docs/schemas"))
