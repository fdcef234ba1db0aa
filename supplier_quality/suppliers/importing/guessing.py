"""Guessing which column of a file is what, from its header and from what stands in it, each guess with its reason. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from supplier_quality import resources
from supplier_quality.sheets.reading import Glance, Sheet
from supplier_quality.sheets.table import Where, guess_header, header_texts, is_blank
from supplier_quality.suppliers import places
from supplier_quality.suppliers.importing.cells import CHECKS, BadCellError
from supplier_quality.suppliers.importing.fields import FIELDS, Part
from supplier_quality.suppliers.names import sort_key, tidy

ENOUGH = 0.8
"""What share of a column's values has to be of a kind for the column to be taken for it by them alone."""

NONE_FIT = 0.2
"""With so few fitting values a column is not taken for what its header says."""

_MOST_COLUMNS, _LONGEST = 200, 300
"""Columns that are looked at, and the longest text among them that is; nobody's list of suppliers has more."""

_FEW = 3
"""With fewer values the header is believed rather than they."""

_REPEATED = 0.2
"""In a list of suppliers two of them may share a name; where more rows than this share repeat one, the rows are about other things."""

_ALIKE = 88
"""How alike a header and a known one are that one means (100: equal): Adress and Adresse, not Note and Notar."""

_ALONE = 80
"""How sure a base without a part is: of two columns ID and Vendor ID the second is the vendor's."""

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_MARKS = re.compile(r"[^\w]|_|的")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TURNED = re.compile(r"^(.+?)\s+(?:of|of the|des|der|vom|von)\s+(.+)$", re.IGNORECASE)


class Why(StrEnum):
    """Why a column is taken for a field, or why not."""

    OWN_NAME = "own_name"  # the header is the field's name in a map file
    HEADER = "header"  # language of the word
    ALIKE = "alike"  # the known header it resembles
    CONTENT = "content"  # how many of how many values fit
    DOUBT = "doubt"  # the header says so, but few values fit
    NOT_THAT = "not_that"  # the header would say a field, but hardly a value fits
    VARIES = "varies"  # one supplier has several values in it
    TAKEN = "taken"  # a better column was found for the field
    REMEMBERED = "remembered"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for; ``field`` is None where it is not imported. ``about`` is the field a refusal is about."""

    field: str | None
    why: Why
    values: tuple[Any, ...] = ()
    about: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    strength: int
    place: int
    field: str
    guess: Guess


_BY_CONTENT: tuple[tuple[str, int, int], ...] = (
    # field, strength, how many different values are needed
    ("number", 95, 1), ("business_licence", 85, 1), ("duns", 80, 2), ("contact.email", 70, 1), ("website", 60, 2),
    ("site.zone", 58, 2), ("country", 55, 2),
)  # fmt: skip


def guess_where(glances: Sequence[Glance]) -> Where:
    """Where the table of a file seems to stand: on the shown sheet whose header holds most known names, the first of equals."""
    filled = [each for each in glances if any(not is_blank(row) for row in each.rows)]
    shown = [each for each in filled if each.is_shown] or filled
    best, most = Where(), -1
    for each in shown:
        line, lines = guess_header(each.rows, each.merged, is_known_header)
        header = header_texts(each.rows, line - 1, lines, each.merged)
        known = sum(is_known_header(text) for text in header if text)
        # A sheet of nothing but a header, or a cover page, is hardly meant.
        known = known if len(each.rows) > line + lines - 1 else 0
        if known > most:
            best, most = Where(each.sheet, line, lines), known
    return best


def guess_columns(sheet: Sheet) -> dict[int, Guess]:
    """For every column, by its place, what it seems to be. A field is given to one column, the one that fits it best."""
    candidates: list[_Candidate] = []
    guesses: dict[int, Guess] = {}
    for place, header in enumerate(sheet.header[:_MOST_COLUMNS]):
        values = [text for text in (tidy(cell) for cell in sheet.column(place)) if text]
        for found in _candidates(place, header, values):
            if found.guess.field is None:
                guesses.setdefault(place, found.guess)
            else:
                candidates.append(found)
    _choose(candidates, guesses)
    _drop_what_varies(sheet, guesses)
    return guesses


def _choose(candidates: Sequence[_Candidate], guesses: dict[int, Guess]) -> None:
    taken: set[str] = set()
    for each in sorted(candidates, key=lambda found: (-found.strength, found.place)):
        if each.place in guesses and guesses[each.place].field is not None:
            continue
        if each.field in taken:
            guesses.setdefault(each.place, Guess(None, Why.TAKEN, about=each.field))
            continue
        taken.add(each.field)
        guesses[each.place] = each.guess


def _drop_what_varies(sheet: Sheet, guesses: dict[int, Guess]) -> None:
    """A column about suppliers says the same wherever one of them stands; lists of deliveries have others, too."""
    by_field = {guess.field: place for place, guess in guesses.items()}
    if "name" not in by_field:
        return
    names = sheet.column(by_field["name"])
    for field, place in by_field.items():
        if field is None or field == "name" or FIELDS[field].part is not Part.SUPPLIER:
            continue
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for name, value in zip(names, sheet.column(place), strict=True):
            if tidy(name) and tidy(value):
                said[tidy(name)][tidy(value)] += 1
        repeated = [values for values in said.values() if values.total() > 1]
        often = sum(values.total() for values in repeated) > _REPEATED * sum(map(Counter.total, said.values()))
        if often and sum(len(values) > 1 for values in repeated) > len(repeated) / 2:
            guesses[place] = Guess(None, Why.VARIES, about=field)


def _candidates(place: int, header: str, values: Sequence[str]) -> Iterator[_Candidate]:
    said = _by_header(header)
    if said is not None:
        field, strength, guess = said
        fitting = _fitting(field, values)
        if fitting is not None and len(values) >= _FEW and fitting < NONE_FIT * len(values):
            yield _Candidate(0, place, field, Guess(None, Why.NOT_THAT, (fitting, len(values)), about=field))
        elif fitting is not None and fitting < ENOUGH * len(values):
            yield _Candidate(30, place, field, Guess(field, Why.DOUBT, (fitting, len(values))))
        else:
            yield _Candidate(strength, place, field, guess)
            return
    for field, strength, needed in _BY_CONTENT:
        different = set(values)
        fitting = _fitting(field, values) if len(different) >= needed else None
        if fitting and fitting >= ENOUGH * len(values):
            yield _Candidate(strength, place, field, Guess(field, Why.CONTENT, (fitting, len(values))))
            return


def _fitting(field: str, values: Sequence[str]) -> int | None:
    """How many values the check of a field takes; None for fields that take any text."""
    check = _checks().get(field)
    if check is None:
        return None
    # Lists repeat their values, and a check of one costs more than counting it.
    return sum(count for value, count in Counter(values).items() if len(value) <= _LONGEST and check(value))


@cache
def _checks() -> dict[str, Callable[[str], bool]]:
    def fits(name: str) -> Callable[[str], bool]:
        def check(text: str) -> bool:
            try:
                CHECKS[name](text)
            except BadCellError:
                return False
            return True

        return check

    checks = {field: fits(item.check) for field, item in FIELDS.items() if item.check in CHECKS}
    checks["owner"] = fits("email")
    # A DUNS number is told from other numbers by its nine digits, so marks between them are no sign of one.
    checks["country"] = lambda text: places.country_of(text) is not None
    return checks


def _by_header(header: str) -> tuple[str, int, Guess] | None:
    if len(header) > _LONGEST:
        return None
    if header in FIELDS:
        return header, 100, Guess(header, Why.OWN_NAME)
    known = _known_headers()
    for spelling in (header, _BRACKETS.sub("", header)):
        found = known.get(_compact(spelling))
        if found is None and (turned := _TURNED.match(tidy(spelling))):
            found = known.get(_compact(f"{turned.group(2)} {turned.group(1)}"))
        if found is not None:
            return found[0], found[3], Guess(found[0], Why.HEADER, (found[1],))
    bare = _compact(_BRACKETS.sub("", header))
    near = process.extractOne(bare, known.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE) if len(bare) >= 4 else None
    if near:
        field, _language, shown, _strength = known[near[0]]
        return field, 50, Guess(field, Why.ALIKE, (shown,))
    return None


def is_known_header(text: str) -> bool:
    """Whether a text is a usual name of a column."""
    return text in FIELDS or _compact(_BRACKETS.sub("", text)) in _known_headers()


def _compact(text: str) -> str:
    return _MARKS.sub("", sort_key(_HUMP.sub(" ", text)).replace("ß", "ss"))


@cache
def _known_headers() -> dict[str, tuple[str, str, str, int]]:
    """Header without spaces and marks -> field, language, the header as people write it, strength. The first meaning wins."""
    # Every word is a text: "no" is a header, and YAML would make it false.
    read = yaml.load(resources.header_words().read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    known: dict[str, tuple[str, str, str, int]] = {}

    def learn(text: str, field: str, language: str, strength: int = 90) -> None:
        known.setdefault(_compact(text), (field, language, text, strength))

    for field, words in read["whole"].items():
        for language, text in _words(words):
            learn(text, field, language)
    for part, words in read["parts"].items():
        for language, text in _words(words):
            learn(text, read["bases"]["name"][part], language)
    for base in read["bases"].values():
        for language, text in _words(base):
            learn(text, base["alone"], language, _ALONE)
        for part, words in read["parts"].items():
            if part in base:
                _learn_pairs(learn, base, part, words)
    return known


def _learn_pairs(learn: Callable[..., None], base: dict[str, Any], part: str, words: dict[str, Any]) -> None:
    for language, text in _words(words):
        for of_base, added in _words(base):
            # Lists mix languages: 供应商 DUNS, Lieferant ID.
            if of_base in (language, "en"):
                learn(f"{text} {added}", base[part], language)


def _words(words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for language in ("en", "de", "zh"):
        for text in words.get(language, ()):
            yield language, str(text)
