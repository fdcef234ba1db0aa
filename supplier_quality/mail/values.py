"""Values of a mail on their way through the outbox: sentences stay untranslated until the recipient is known."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from supplier_quality.language import LANGUAGES, Message, Text
from supplier_quality.persistence.types import as_text

_MESSAGE = "__message__"
_TEXT = "__text__"


def freeze(value: object) -> Any:
    """The value as plain JSON. Raises TypeError for what a mail cannot say."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):  # a datetime is one, too
        return as_text(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Message):
        return {_MESSAGE: value.id, "values": {name: freeze(item) for name, item in value.values.items()}}
    if isinstance(value, Text):
        return {_TEXT: dict(value.by_language)}
    if isinstance(value, Mapping):
        return {str(name): freeze(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [freeze(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a mail: {value!r}")


def thaw(value: Any) -> Any:
    """What :func:`freeze` was given, except that dates stay ISO texts, which the template's filters read.

    A mapping of languages, as rule files write texts, becomes a Text too.
    """
    if isinstance(value, list):
        return [thaw(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _MESSAGE in value:
        return Message(value[_MESSAGE], {name: thaw(item) for name, item in value["values"].items()})
    if _TEXT in value:
        return Text(value[_TEXT])
    if value and set(value) <= set(LANGUAGES):
        return Text(value)
    return {name: thaw(item) for name, item in value.items()}
