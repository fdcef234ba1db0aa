"""What the pages, the report and the command say about guesses, rows and changes of an import."""

from collections.abc import Mapping, Sequence
from typing import Any

from supplier_quality.language import Message, Words, _
from supplier_quality.suppliers import places
from supplier_quality.suppliers.enums import RowOutcome
from supplier_quality.suppliers.importing.fields import FIELDS, MatchBy
from supplier_quality.suppliers.importing.guessing import Guess, Why
from supplier_quality.suppliers.wording import FIELD_WORDS, ROLE_WORDS

OUTCOME_WORDS: Mapping[str, Words] = {
    RowOutcome.NEW: _("New"),
    RowOutcome.CHANGED: _("Changed"),
    RowOutcome.UNCHANGED: _("Unchanged"),
    RowOutcome.REPEATED: _("Repeats a row"),
    RowOutcome.REFUSED: _("Has problems"),
}
OUTCOME_TONES: Mapping[str, str] = {
    RowOutcome.NEW: "done",
    RowOutcome.CHANGED: "soon",
    RowOutcome.UNCHANGED: "open",
    RowOutcome.REPEATED: "open",
    RowOutcome.REFUSED: "bad",
}
MATCH_WORDS: Mapping[MatchBy, Words] = {
    MatchBy.KEY: _("Key of the other system, without one the name"),
    MatchBy.NUMBER: _("Our number"),
    MatchBy.DUNS: _("DUNS number"),
    MatchBy.LICENCE: _("Business licence number"),
    MatchBy.NAME: _("Name"),
}
ADDED_WORDS: Mapping[str, Words] = {"site": _("New site"), "contact": _("New contact")}

_BY_LANGUAGE: Mapping[str, Message] = {
    "en": _("The header means this."),
    "de": _("The header means this in German."),
    "zh": _("The header means this in Chinese."),
}
_WHY: Mapping[Why, Message] = {
    Why.OWN_NAME: _("The header is the name of this field in a map."),
    Why.ALIKE: _("The header resembles “%(a)s”."),
    Why.CONTENT: _("%(a)s of %(b)s values looked at are of this kind."),
    Why.DOUBT: _("The header says so, but only %(a)s of %(b)s values fit: look at it."),
    Why.NOT_THAT: _("The header says “%(field)s”, but only %(a)s of %(b)s values are one."),
    Why.VARIES: _("Looks like “%(field)s”, but one supplier has several values in it."),
    Why.TAKEN: _("Could be “%(field)s”, but another column fits it better."),
    Why.REMEMBERED: _("As it was last time."),
    Why.CHOSEN: _("You chose this."),
}


def say_guess(guess: Guess | None) -> Words:
    """Why a column is taken for a field, or why it is left out."""
    if guess is None:
        return _("Nothing tells what this column is.")
    if guess.why is Why.HEADER:
        return _BY_LANGUAGE[guess.values[0]]
    values = dict(zip("ab", guess.values, strict=False))
    return Message(_WHY[guess.why].id, {**values, **({"field": FIELD_WORDS[guess.about]} if guess.about else {})})


def say_value(field: str, value: Any) -> Words | str:
    """A value of a record as people read it; an empty text for none."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(ROLE_WORDS.get(each, each)) for each in value)
    if field in FIELDS and FIELDS[field].check == "country":
        return places.country_name(str(value))
    return str(value)


def say_change(change: Sequence[Any]) -> tuple[Words, Words | str, Words | str]:
    """What a change is about, and the value before and after."""
    field, of, before, after = change
    about: Words = ADDED_WORDS.get(field) or FIELD_WORDS.get(field, field)
    if of and field not in ADDED_WORDS:
        about = _("%(field)s (%(of)s)", field=about, of=of)
    return about, say_value(field, before), say_value(field, after)
