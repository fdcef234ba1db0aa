"""What number a text means, written with a decimal point or a decimal comma. Pure.

``1,234`` may be 1.234 or 1234. It is never guessed from the digits: other numbers of the table, the delimiter of its file or the
user say which sign is the decimal one; otherwise the text is refused.
"""

import math
import re
from collections.abc import Iterable
from enum import StrEnum


class Decimal(StrEnum):
    """The sign between whole and fraction."""

    POINT = "point"
    COMMA = "comma"


class Form(StrEnum):
    """How a text is written, as far as it alone tells."""

    WHOLE = "whole"  # no sign inside: the same in both
    POINT = "point"  # a number only where the point is the decimal sign
    COMMA = "comma"  # a number only where the comma is the decimal sign
    POINT_OR_GROUP = "point or group"  # 1.234
    COMMA_OR_GROUP = "comma or group"  # 1,234
    NONE = "none"  # no number


_EXPONENT = r"(?:[eE][+-]?[0-9]{1,4})?"
_SPACES = " \u00a0\u2009\u202f'\u2019"
_GROUPED = f"[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+"
_FORMS = (
    (Form.WHOLE, re.compile(rf"(?:[0-9]+|{_GROUPED}){_EXPONENT}")),
    (Form.POINT_OR_GROUP, re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")),
    (Form.COMMA_OR_GROUP, re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")),
    (Form.POINT, re.compile(rf"(?:(?:[0-9]+|{_GROUPED})\.[0-9]*|\.[0-9]+){_EXPONENT}")),
    (Form.COMMA, re.compile(rf"(?:(?:[0-9]+|{_GROUPED}),[0-9]*|,[0-9]+){_EXPONENT}")),
    (Form.POINT, re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}")),
    (Form.COMMA, re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]*|[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")),
)
_SIGNS = str.maketrans({"\u2212": "-", "\uff0d": "-", "\uff0b": "+"})
_NO_GROUPS = {
    Decimal.POINT: str.maketrans("", "", _SPACES + ","),
    Decimal.COMMA: str.maketrans(",", ".", _SPACES + "."),
}


def form_of(text: str) -> Form:
    """How the text is written."""
    bare = text.translate(_SIGNS).removeprefix("-").removeprefix("+")
    return next((form for form, pattern in _FORMS if pattern.fullmatch(bare)), Form.NONE)


def decimal_of(forms: Iterable[Form]) -> Decimal | None:
    """The decimal sign that the forms of a table agree on; None when they do not tell.

    ``1.234`` counts for the point, because that is how programs write numbers; ``1,234`` counts for nothing. Where both
    signs are used, the more frequent one is the decimal sign and the other cells are refused by :func:`number_of`.
    """
    point = comma = 0
    lone = 0
    for form in forms:
        point += form is Form.POINT
        comma += form is Form.COMMA
        lone += form is Form.POINT_OR_GROUP
    if comma:
        return Decimal.COMMA if comma > point else Decimal.POINT
    return Decimal.POINT if point or lone else None


def is_unclear(form: Form, decimal: Decimal | None, *, is_given: bool) -> bool:
    """Whether a text of this form may mean two numbers.

    With the sign only found, not given, ``1.234`` beside decimal commas and ``1,234`` beside decimal points stay unclear:
    the user may have written thousands, or mixed the signs.
    """
    if form is Form.COMMA_OR_GROUP:
        return decimal is None or (decimal is Decimal.POINT and not is_given)
    return form is Form.POINT_OR_GROUP and decimal is Decimal.COMMA and not is_given


def number_of(text: str, form: Form, decimal: Decimal | None) -> float | None:
    """The finite number that a text of this form means under this decimal sign; None when it means none."""
    if form is Form.NONE or (form is Form.POINT and decimal is Decimal.COMMA):
        return None
    if form is Form.COMMA and decimal is Decimal.POINT:
        return None
    number = float(text.translate(_SIGNS).translate(_NO_GROUPS[decimal or Decimal.POINT]))
    return number if math.isfinite(number) else None
