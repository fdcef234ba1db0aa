"""Durations as ISO 8601 writes them, kept by their parts.

``P1M`` is a month, not 30 days: what it adds up to depends on the day it is added to, so the parts are never mixed into
one number of seconds. Adding them to a moment is the work of ``engine.calendars``.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_FORM = re.compile(
    rf"P(?=[0-9T])(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?\Z"
)
_WEEKS = re.compile(rf"P(?P<weeks>{_NUMBER})W\Z")

# A fraction of a unit is handed down to these smaller ones; years and months have no fixed parts.
_SMALLER = (("weeks", 7, "days"), ("days", 24, "hours"), ("hours", 60, "minutes"), ("minutes", 60, "seconds"))
_LONGEST = timedelta(days=366 * 200)


class NotADuration(ValueError):
    """The text is not an ISO 8601 duration of whole seconds, or it is longer than two centuries."""


@dataclass(frozen=True, slots=True)
class IsoDuration:
    """An ISO 8601 duration by its parts, each a whole number."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> "IsoDuration":
        """Read ``P5D``, ``P1Y6M``, ``P2W``, ``PT36H`` or ``PT1.5H``. Raises NotADuration."""
        found = _WEEKS.match(text) or _FORM.match(text)
        if found is None:
            raise NotADuration(text)
        given = {name: Fraction(number.replace(",", ".")) for name, number in found.groupdict().items() if number}
        # ISO 8601 allows a decimal fraction only in the smallest unit given.
        if any(amount.denominator != 1 for amount in list(given.values())[:-1]):
            raise NotADuration(text)
        for unit, parts, smaller in _SMALLER:
            amount = given.get(unit, Fraction(0))
            if amount.denominator != 1:
                given[unit] = Fraction(int(amount))
                given[smaller] = (amount - int(amount)) * parts
        if any(amount.denominator != 1 for amount in given.values()):
            raise NotADuration(text)
        duration = cls(**{name: int(amount) for name, amount in given.items()})
        if duration._longer_than_allowed():
            raise NotADuration(text)
        return duration

    @property
    def shortest(self) -> timedelta:
        """The least it can last: months of 28 days, years of 365."""
        return timedelta(days=self.years * 365 + self.months * 28) + self._exact

    @property
    def longest(self) -> timedelta:
        """The most it can last: months of 31 days, years of 366."""
        return timedelta(days=self.years * 366 + self.months * 31) + self._exact

    @property
    def _exact(self) -> timedelta:
        days = self.weeks * 7 + self.days
        return timedelta(days=days, hours=self.hours, minutes=self.minutes, seconds=self.seconds)

    def _longer_than_allowed(self) -> bool:
        try:
            return self.longest > _LONGEST
        except OverflowError:
            return True

    def __bool__(self) -> bool:
        return self != IsoDuration()

    def __str__(self) -> str:
        date = _written((self.years, "Y"), (self.months, "M"), (self.weeks * 7 + self.days, "D"))
        time = _written((self.hours, "H"), (self.minutes, "M"), (self.seconds, "S"))
        if self.weeks and self == IsoDuration(weeks=self.weeks):
            return f"P{self.weeks}W"
        return "P" + date + ("T" + time if time else "") if date or time else "PT0S"


def _written(*parts: tuple[int, str]) -> str:
    return "".join(f"{amount}{unit}" for amount, unit in parts if amount)
