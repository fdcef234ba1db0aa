"""Answers as their reader says them: the label of a choice, a day, yes or no, the name of a file."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from supplier_quality.engine.definitions.model import FormField
from supplier_quality.language import _
from supplier_quality.web.formatting import day, number


def show_answer(field: FormField, value: Any) -> str:
    """A stored answer, or one still as text; empty when nothing was answered. What cannot be read is shown as it is."""
    if value is None or value == "":
        return ""
    show = _BY_TYPE.get(field.type)
    try:
        return show(field, value) if show else str(value)
    except ValueError:
        return str(value)


def _choice(field: FormField, value: Any) -> str:
    return next((str(label) for key, label in field.choices if key == value), str(value))


def _yes_or_no(_field: FormField, value: Any) -> str:
    return str(_("Yes") if value is True or str(value).lower() == "true" else _("No"))


def _file_name(_field: FormField, value: Any) -> str:
    return str(value).partition(" ")[2] or str(value)


_BY_TYPE: Mapping[str, Callable[[FormField, Any], str]] = {
    "bool": _yes_or_no,
    "choice": _choice,
    "date": lambda _field, value: day(date.fromisoformat(str(value))),
    "file": _file_name,
    "int": lambda _field, value: number(int(value)),
    "number": lambda _field, value: number(float(value)),
}
