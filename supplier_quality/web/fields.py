"""Fields of forms and of JSON, whose errors say in the reader's language what to do.

marshmallow's own messages are English only and fixed when the class is made; these are made when something is wrong, so
they speak the language of the request.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from supplier_quality.language import Words, _

# marshmallow's key of an error -> what we say.
_SAID: Mapping[str, Words] = {
    "required": _("Fill in this field."),
    "null": _("Fill in this field."),
    "invalid": _("This is not in the expected form."),
    "invalid_utf8": _("This text is damaged. Type it again."),
    "too_large": _("This number is too large."),
    "special": _("Write a number."),
    "type": _("This is not in the expected form."),
    "unknown": _("There is no such field."),
}
_INVALID: Mapping[str, Words] = {
    "Text": _("Write a text."),
    "Integer": _("Write a whole number, such as 12."),
    "Number": _("Write a number, such as 12.5."),
    "Date": _("Write a date as year-month-day, such as 2026-11-20."),
    "Flag": _("Answer yes or no."),
    "Email": _("Write a mail address, such as name@example.com."),
    "Choice": _("Choose one of the offered answers."),
    "Choices": _("Choose from the offered answers."),
}


class _Speaks:
    """Says errors in the language of the reader."""

    def make_error(self, key: str, **_values: object) -> ValidationError:
        own = _INVALID.get(type(self).__name__) if key in ("invalid", "format", "special") else None
        return ValidationError(str(own or _SAID.get(key) or _SAID["invalid"]))


class Text(_Speaks, fields.String):
    """A text without blanks around it; an empty one counts as not given."""

    def __init__(self, *, max_length: int = 200, min_length: int | None = None, required: bool = False, **more: Any):
        super().__init__(required=required, allow_none=not required, **more)
        self.max_length = max_length
        self.min_length = min_length

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **more: Any) -> Any:
        if isinstance(value, str):
            value = value.strip() or None
        return super().deserialize(value, attr, data, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **more)
        if "\x00" in text:
            raise self.make_error("invalid_utf8")
        if len(text) > self.max_length:
            said = _("At most %(count)s letters; these are %(found)s.", count=self.max_length, found=len(text))
            raise ValidationError(str(said))
        if self.min_length is not None and len(text) < self.min_length:
            raise ValidationError(str(_("At least %(count)s letters.", count=self.min_length)))
        return text


class Password(Text):
    """A password as it was typed, blanks included."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **more: Any) -> Any:
        return fields.String.deserialize(self, value or None, attr, data, **more)


class Email(Text):
    """A mail address that fits in one header line."""

    def __init__(self, **more: Any):
        super().__init__(max_length=254, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        address = super()._deserialize(value, attr, data, **more)
        try:
            validate.Email()(address)
        except ValidationError:
            raise self.make_error("invalid") from None
        return address


class _Blank(_Speaks):
    """An empty input of a form means that nothing was given."""

    def __init__(self, *, required: bool = False, **more: Any):
        super().__init__(required=required, allow_none=not required, **more)  # type: ignore[call-arg]

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **more: Any) -> Any:
        if isinstance(value, str):
            value = value.strip() or None
        return super().deserialize(value, attr, data, **more)  # type: ignore[misc]


class _Bounded(_Blank):
    """A value with a lowest and a highest allowed one."""

    def __init__(self, *, lowest: Any = None, highest: Any = None, **more: Any):
        super().__init__(**more)
        self.lowest = lowest
        self.highest = highest

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        found = super()._deserialize(value, attr, data, **more)  # type: ignore[misc]
        if self.lowest is not None and found < self.lowest:
            raise ValidationError(str(_("Not less than %(lowest)s.", lowest=self.lowest)))
        if self.highest is not None and found > self.highest:
            raise ValidationError(str(_("Not more than %(highest)s.", highest=self.highest)))
        return found


class Integer(_Bounded, fields.Integer):
    """A whole number."""


class Number(_Bounded, fields.Float):
    """A number; a comma is read as the decimal point when it stands alone, as in 12,5."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        if isinstance(value, str) and value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
        return super()._deserialize(value, attr, data, **more)


class Date(_Bounded, fields.Date):
    """A day, year-month-day, as the browser's date input sends it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> date:
        found: date = super()._deserialize(value, attr, data, **more)
        return found


class Flag(_Blank, fields.Boolean):
    """Yes or no; a checkbox that is not ticked sends nothing, which is no."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **more: Any) -> Any:
        from_form = value in (None, "") or not isinstance(value, (str, bool, int))
        return False if from_form else super().deserialize(value, attr, data, **more)


class Choice(_Blank, fields.String):
    """One of the offered answers, by its value."""

    def __init__(self, choices: Sequence[str], **more: Any):
        super().__init__(**more)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        found: str = super()._deserialize(value, attr, data, **more)
        if found not in self.choices:
            raise self.make_error("invalid")
        return found


class Choices(_Speaks, fields.List):  # type: ignore[type-arg]
    """Any number of the offered answers, by their values."""

    def __init__(self, choices: Sequence[str], **more: Any):
        super().__init__(Choice(choices, required=True), **more)
