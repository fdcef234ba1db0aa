"""Reading what somebody filled into the form of an action: typed values, or one fault per field.

Values come from HTML (texts) or JSON (numbers, true and false); both are accepted where they mean the same.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.language import Words, _

# Longest texts taken when the process file sets no max_length.
DEFAULT_LENGTH = {"text": 500, "longtext": 20_000, "file": 200}
_LARGEST = 2**63 - 1
_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0", ""})


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with the value of one field."""

    field: str
    message: Words
    value: Plain


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A form that was read: ``values`` for expressions, ``plain`` for the trail (dates as ISO texts), its faults."""

    values: Mapping[str, object]
    plain: Mapping[str, Plain]
    faults: tuple[FieldFault, ...]


class _Unfit(Exception):
    """The value cannot be taken; carries the sentence that says why."""

    def __init__(self, message: Words) -> None:
        super().__init__(str(message))
        self.message = message


EMPTY = FormEntry({}, {}, ())


def read_form(fields: tuple[FormField, ...], given: Mapping[str, object]) -> FormEntry:
    """Judge the given values against the fields. Every field is judged; a value nobody asked for is a fault."""
    if not fields and not given:
        return EMPTY
    values: dict[str, object] = {}
    plain: dict[str, Plain] = {}
    faults = []
    for field in fields:
        try:
            value = _read_value(field, given.get(field.id))
        except _Unfit as unfit:
            faults.append(FieldFault(field.id, unfit.message, _shown(given.get(field.id))))
            continue
        values[field.id] = value
        plain[field.id] = value.isoformat() if isinstance(value, date) else value  # type: ignore[assignment]
    known = {field.id for field in fields}
    faults += [
        FieldFault(name, _("This action does not ask for %(name)s.", name=name), _shown(value))
        for name, value in given.items()
        if name not in known
    ]
    return FormEntry(values, plain, tuple(faults))


def _shown(value: object) -> Plain:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:200]


def _read_value(field: FormField, given: object) -> object:
    if isinstance(given, str) and field.type != "bool":
        given = given.strip() if field.type != "longtext" else given.strip("\r\n").rstrip()
    if given is None or (given == "" and field.type != "bool"):
        if field.type == "bool" and not field.required:
            return False
        if field.required:
            raise _Unfit(_("%(label)s is required.", label=field.label))
        return None
    value = _READERS[field.type](field, given)
    _check_bounds(field, value)
    return value


def _read_text(field: FormField, given: object) -> str:
    if not isinstance(given, str):
        raise _Unfit(_("%(label)s must be a text.", label=field.label))
    allowed = "\n\r\t" if field.type == "longtext" else ""
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in allowed for character in given):
        raise _Unfit(_("%(label)s contains a character that cannot be kept.", label=field.label))
    most = field.max_length or DEFAULT_LENGTH.get(field.type, 500)
    if len(given) > most:
        raise _Unfit(
            _(
                "%(label)s has %(length)s characters; at most %(most)s are allowed.",
                label=field.label,
                length=len(given),
                most=most,
            )
        )
    return given


def _read_bool(field: FormField, given: object) -> bool:
    if isinstance(given, str):
        word = given.strip().lower()
        given = True if word in _TRUE else False if word in _FALSE else given
    if not isinstance(given, bool):
        raise _Unfit(_("%(label)s must be yes or no.", label=field.label))
    if field.required and not given:
        raise _Unfit(_("%(label)s must be confirmed.", label=field.label))
    return given


def _read_int(field: FormField, given: object) -> int:
    value = given
    if isinstance(given, str):
        try:
            value = int(given) if len(given) < 25 and given.isascii() and "_" not in given else None
        except ValueError:
            value = None
    elif isinstance(given, float) and given.is_integer():
        value = int(given)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise _Unfit(_("%(label)s must be a whole number.", label=field.label))
    return value


def _read_number(field: FormField, given: object) -> float:
    value: object = given
    if isinstance(given, str):
        try:
            value = float(given) if given.isascii() and "_" not in given else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit(_("%(label)s must be a number.", label=field.label))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _Unfit(_("%(label)s must be a number.", label=field.label))
    return number


def _read_date(field: FormField, given: object) -> date:
    if type(given) is date:
        return given
    try:
        if isinstance(given, str) and len(given) == 10:
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise _Unfit(_("%(label)s must be a date such as 2026-01-31.", label=field.label))


def _read_choice(field: FormField, given: object) -> str:
    if any(given == value for value, _label in field.choices):
        return str(given)
    raise _Unfit(_("%(label)s must be one of the choices offered.", label=field.label))


_READERS: dict[str, Callable[[FormField, object], object]] = {
    "text": _read_text,
    "longtext": _read_text,
    "file": _read_text,
    "bool": _read_bool,
    "int": _read_int,
    "number": _read_number,
    "date": _read_date,
    "choice": _read_choice,
}


def _check_bounds(field: FormField, value: object) -> None:
    least: object = date.fromisoformat(field.min) if isinstance(field.min, str) else field.min
    most: object = date.fromisoformat(field.max) if isinstance(field.max, str) else field.max
    if least is not None and value < least:  # type: ignore[operator]
        raise _Unfit(_("%(label)s must be at least %(least)s.", label=field.label, least=field.min))
    if most is not None and value > most:  # type: ignore[operator]
        raise _Unfit(_("%(label)s must be at most %(most)s.", label=field.label, most=field.max))
