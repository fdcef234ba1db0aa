"""The kind of rule file ``questionnaire``: how it is read, tested, and described to editors."""

from typing import Any

from supplier_quality.engine.definitions.kinds import RuleKind, register_kind
from supplier_quality.engine.definitions.schemas import (
    EXPRESSION,
    PLAIN_OBJECT,
    TEXT,
    file_schema,
    mapping,
    one_or_many,
)
from supplier_quality.language import LANGUAGES
from supplier_quality.suppliers.questionnaires.enums import QuestionType
from supplier_quality.suppliers.questionnaires.examples import run_examples
from supplier_quality.suppliers.questionnaires.reading import KEYS, read_questionnaire

NAME = "questionnaire"
_ID = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$"}


def questionnaire_schema() -> dict[str, object]:
    properties: dict[str, object] = {
        "languages": one_or_many({"enum": list(LANGUAGES)}),
        "intro": TEXT,
        "minutes": {"type": "integer", "minimum": 1, "description": "How long answering takes"},
        "sections": {"type": "array", "minItems": 1, "items": _section()},
    }
    expect = mapping(
        {"percent": {"type": "number"}, "knock_outs": one_or_many(_ID), "not_asked": one_or_many(_ID)},
    )
    # A test may expect that nothing is a knock-out.
    test = mapping({"name": {"type": "string"}, "answers": PLAIN_OBJECT, "expect": expect}, required=("expect",))
    return file_schema(NAME, properties, required=("sections",), test=test)


def _section() -> dict[str, object]:
    return mapping(
        {
            "id": _ID,
            "title": TEXT,
            "intro": TEXT,
            "weight": {"type": "integer", "minimum": 1},
            "when": EXPRESSION,
            "questions": {"type": "array", "minItems": 1, "items": _question()},
        },
        required=("id", "title", "questions"),
    )


def _question() -> dict[str, object]:
    band = mapping(
        {"at_least": {"type": "number"}, "at_most": {"type": "number"}, "points": {"type": "integer", "minimum": 0}},
        required=("points",),
    )
    points: dict[str, Any] = {
        "description": "{yes, no} for yes_no, bands for number, points of anything given for text, date and file",
        "anyOf": [
            {"type": "integer", "minimum": 1},
            mapping({each: {"type": "integer", "minimum": 0} for each in ("yes", "no")}, required=("yes", "no")),
            {"type": "array", "items": band},
        ],
    }
    choice = mapping({"label": TEXT, "points": {"type": "integer", "minimum": 0}}, required=("label",))
    limits = mapping({"below": {"type": "number"}, "above": {"type": "number"}})
    return mapping(
        {
            "id": _ID,
            "type": {"enum": [each.value for each in QuestionType]},
            "text": TEXT,
            "help": TEXT,
            "source": {"type": "string"},
            "required": {"type": "boolean"},
            "not_applicable": {"type": "boolean"},
            "when": EXPRESSION,
            "weight": {"type": "integer", "minimum": 1},
            "points": points,
            "choices": {"type": "object", "minProperties": 2, "additionalProperties": choice},
            "knock_out": {"anyOf": [one_or_many(_ID), limits]},
            "unit": TEXT,
            "min": {"type": "number"},
            "max": {"type": "number"},
        },
        required=("id", "type", "text"),
    )


KIND = RuleKind(name=NAME, keys=KEYS, read=read_questionnaire, run_tests=run_examples, schema=questionnaire_schema)
register_kind(KIND)
