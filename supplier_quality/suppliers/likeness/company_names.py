"""Taking a company's name apart: place, brand, trade and legal form, in whatever script it is written. Pure.

``上海立信精密机械有限公司`` and ``Shanghai Lixin Precision Machinery Co., Ltd.`` come to the same parts: the place Shanghai, the
brand that sounds "lixin", the trades precision and machinery. The words are in ``data/company_words.yaml``, with their sources.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml

from supplier_quality import resources
from supplier_quality.suppliers.names import is_cjk, split_scripts

_INITIALS = re.compile(r"\b(?:\w\.\s?){2,}")
_WORD = re.compile(r"[^\W_]+|&")
_BRACKETS = re.compile(r"[(\[（【](.*?)[)\]）】]")
_UMLAUT = re.compile(r"(?<=[a-z])(?<!q)(a|o|u)e(?=[a-z])")
# Letters that no decomposition takes apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
# Marks that make another letter of a Japanese one; without them デ would be テ.
_VOICED = "\u3099\u309a"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The parts of a name. ``brand`` is what is left when place, trade and legal form are gone, its words in order.

    ``sounds`` is the brand in Latin letters and without spaces, Chinese as pinyin without tones. ``form`` is the legal form as
    it is written. A name that is nothing but generic words has those as its brand.
    """

    brand: tuple[str, ...]
    sounds: str
    places: frozenset[str]
    trades: frozenset[str]
    form: str
    chinese: bool

    @property
    def compact(self) -> str:
        """The brand without spaces, its words sorted, so that their order does not count."""
        return "".join(sorted(self.brand))


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words of the data file, ready to be looked up: word -> common word; forms as words, the longest first."""

    forms: tuple[tuple[str, ...], ...]
    beginnings: tuple[tuple[str, ...], ...]
    forms_cjk: tuple[str, ...]
    joining: frozenset[str]
    trades: Mapping[str, str]
    trades_cjk: tuple[tuple[str, str], ...]
    places: Mapping[str, str]
    places_cjk: tuple[tuple[str, str], ...]
    place_endings: tuple[str, ...]


@cache
def _vocabulary() -> _Vocabulary:
    read = yaml.safe_load(resources.company_words().read_text(encoding="utf-8"))
    trades = {word: common for common, words in read["trades"].items() for word in words}
    countries = {word: common for common, words in read["countries"].items() for word in words}
    places = {name: name for name in read["places"]} | countries
    places_cjk = {written: name for name, written in read["places"].items()} | countries
    return _Vocabulary(
        forms=_by_length(tuple(form.split()) for form in read["legal_forms"]),
        beginnings=_by_length(tuple(form.split()) for form in read["legal_beginnings"]),
        forms_cjk=tuple(sorted(read["legal_forms_cjk"], key=len, reverse=True)),
        joining=frozenset(read["joining"]) | {"&"},
        trades=trades,
        trades_cjk=_longest_first(trades),
        places=places,
        places_cjk=_longest_first(places_cjk),
        place_endings=tuple(read["place_endings"]),
    )


def _by_length(forms: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(forms, key=len, reverse=True))


def _longest_first(words: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    cjk = [(word, common) for word, common in words.items() if is_cjk(word[0])]
    return tuple(sorted(cjk, key=lambda pair: len(pair[0]), reverse=True))


@lru_cache(maxsize=20_000)
def take_apart(name: str) -> CompanyName:
    """The parts of a company's name."""
    vocabulary = _vocabulary()
    found = _Parts()
    text = _folded(name[:_LONGEST])
    for inside in _BRACKETS.findall(text):
        _read_words(inside, found, vocabulary, aside=True)
    _read_words(_BRACKETS.sub(" ", text), found, vocabulary)
    brand = found.brand or sorted(found.generic) or ["".join(text.split())]
    return CompanyName(
        brand=tuple(brand),
        sounds="".join(_sound(word) for word in brand),
        places=frozenset(found.places),
        trades=frozenset(found.trades),
        form=" ".join(found.forms),
        chinese=any(is_cjk(word[0]) for word in brand),
    )


class _Parts:
    """What was found of a name so far."""

    def __init__(self) -> None:
        self.brand: list[str] = []
        self.generic: list[str] = []
        self.places: set[str] = set()
        self.trades: set[str] = set()
        self.forms: list[str] = []


def _folded(name: str) -> str:
    """Without case, width, accents and the dots of initials: ``S.p.A.`` and ``SpA`` are written alike, and ``Müller``, ``Mueller``."""
    wide = unicodedata.normalize("NFKC", name).casefold().translate(_UMLAUTS).translate(_LETTERS)
    parts = unicodedata.normalize("NFKD", wide)
    bare = "".join(letter for letter in parts if letter in _VOICED or not unicodedata.combining(letter))
    bare = unicodedata.normalize("NFC", bare).replace("'", "").replace("’", "")
    return _INITIALS.sub(lambda found: found[0].replace(".", "").replace(" ", "") + " ", bare)


def _read_words(text: str, found: _Parts, vocabulary: _Vocabulary, *, aside: bool = False) -> None:
    words = _without_forms(_WORD.findall(text), found, vocabulary)
    for word in words:
        if word in vocabulary.joining and len(words) > 1:
            continue
        for part, chinese in split_scripts(word):
            if chinese:
                _read_chinese(part, found, vocabulary)
            else:
                _read_latin(part, found, vocabulary, aside=aside)


def _without_forms(words: list[str], found: _Parts, vocabulary: _Vocabulary) -> list[str]:
    """The words without legal forms at the end and at the beginning; something is always left."""
    ends = True
    while ends:
        ends = False
        for form in vocabulary.forms:
            if len(words) > len(form) and tuple(words[-len(form) :]) == form:
                found.forms.insert(0, " ".join(form))
                words, ends = words[: -len(form)], True
                break
    for form in vocabulary.beginnings:
        if len(words) > len(form) and tuple(words[: len(form)]) == form:
            found.forms.append(" ".join(form))
            return words[len(form) :]
    return words


def _read_latin(word: str, found: _Parts, vocabulary: _Vocabulary, *, aside: bool) -> None:
    plain = _UMLAUT.sub(r"\1", word)
    if word in vocabulary.places:
        found.places.add(vocabulary.places[word])
        found.generic.append(word)
    elif word in vocabulary.trades or plain in vocabulary.trades:
        common = vocabulary.trades.get(word) or vocabulary.trades[plain]
        found.trades.add(common)
        found.generic.append(common)
    elif not aside:
        found.brand.append(plain)


def _read_chinese(text: str, found: _Parts, vocabulary: _Vocabulary) -> None:
    """Place first, legal form last, trades in between; what is left is the brand."""
    text = _cut_forms(text, found, vocabulary)
    text = _cut_places(text, found, vocabulary)
    for word, common in vocabulary.trades_cjk:
        if word in text:
            found.trades.add(common)
            found.generic.append(common)
            text = text.replace(word, "", 1)
    if text:
        found.brand.append(text)


def _cut_forms(text: str, found: _Parts, vocabulary: _Vocabulary) -> str:
    if text in vocabulary.forms_cjk:
        found.forms.append(text)
        return ""
    for form in vocabulary.forms_cjk:
        if text.endswith(form) and len(text) > len(form):
            found.forms.append(form)
            return text[: -len(form)]
        if text.startswith(form) and len(text) > len(form):
            found.forms.append(form)
            return text[len(form) :]
    return text


def _cut_places(text: str, found: _Parts, vocabulary: _Vocabulary) -> str:
    """Up to two places at the beginning, such as province and city. A name that is only a place keeps it as its brand."""
    for _level in range(2):
        for place, common in vocabulary.places_cjk:
            if text == place:
                found.places.add(common)
                found.generic.append(common)
                return ""
            if text.startswith(place):
                found.places.add(common)
                found.generic.append(common)
                text = text.removeprefix(place)
                ending = next((end for end in vocabulary.place_endings if text.startswith(end)), "")
                text = text.removeprefix(ending) or text
                break
        else:
            break
    return text


def _sound(word: str) -> str:
    return _pinyin(word) if is_cjk(word[0]) else word


@lru_cache(maxsize=20_000)
def _pinyin(word: str) -> str:
    # Its tables take a moment to load; names without Chinese never need them.
    from pypinyin import lazy_pinyin

    return _UMLAUT.sub(r"\1", "".join(lazy_pinyin(word, errors="ignore")))


def blocking_keys(name: CompanyName) -> Sequence[str]:
    """The keys under which names that may be the same meet: two names that share none are never compared.

    ``n`` the whole brand, ``s`` how it sounds, ``w`` a word of it, ``b``, ``e`` and ``m`` its beginning, its end and both:
    one of them survives a wrong letter. A brand of one or two letters is only met as a whole.
    """
    keys = {f"n:{name.compact}"[:KEY_LENGTH]}
    sounds = name.sounds
    if len(sounds) >= 3:
        keys.add(f"s:{sounds}"[:KEY_LENGTH])
    if len(sounds) >= 5:
        edge = 3 if len(sounds) >= 8 else 2
        keys |= {f"b:{sounds[:5]}", f"e:{sounds[-5:]}", f"m:{sounds[:edge]}{sounds[-2:]}"}
    for word in name.brand:
        if len(word) >= 2 if is_cjk(word[0]) else len(word) >= 4:
            keys.add(f"w:{word}"[:KEY_LENGTH])
    return sorted(keys)


KEY_LENGTH = 60
