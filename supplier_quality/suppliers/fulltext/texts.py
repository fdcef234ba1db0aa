"""From texts to the words they are found by, and where in a text a search was found. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from supplier_quality.suppliers.names import MAX_TOKEN_LENGTH, is_cjk, query_terms, sort_key, split_scripts, words_of

RULES = 1
"""Raised when the words of a text change, so that everything is taken in anew."""

MOST_TOKENS = 1_500
SHORTEST_PART = 3
_LONGEST_WORD = 24
_AROUND = 60

Part = tuple[str, bool]
"""A piece of a text, and whether it is what was searched for."""


def tokens_of(title: str, texts: Iterable[str]) -> list[str]:
    """The words of a document, each once: words, of Chinese every two neighbours and every single character's beginning.

    Words of the title are also found by what stands inside of them, as in long German words.
    """
    found: dict[str, None] = {}
    for text in (title, *texts):
        found.update(dict.fromkeys(_words(text)))
    for word in words_of(title):
        if len(word) <= _LONGEST_WORD and not is_cjk(word[0]):
            for start in range(1, len(word) - SHORTEST_PART + 1):
                found[word[start : start + MAX_TOKEN_LENGTH]] = None
    return list(found)[:MOST_TOKENS]


def _words(text: str) -> Iterator[str]:
    for word in words_of(text):
        for part, written_without_gaps in split_scripts(word):
            if written_without_gaps:
                yield from (part[place : place + 2] for place in range(len(part)))
            else:
                yield part[:MAX_TOKEN_LENGTH]


def holds_all(texts: Sequence[str], terms: Sequence[str]) -> bool:
    """Whether every term stands in one of the texts."""
    folded = [sort_key(text) for text in texts]
    return all(any(term in text for text in folded) for term in terms)


def marked(text: str, search: str) -> list[Part]:
    """The text in pieces, those marked that the search named; the words of the search as they were written, not in pairs."""
    folded, places = _folded(text)
    hits = [False] * len(text)
    for word in words_of(search) or query_terms(search):
        at = folded.find(word)
        while at >= 0:
            for place in range(at, at + len(word)):
                hits[places[place]] = True
            at = folded.find(word, at + 1)
    return _joined(text, hits)


def snippet(text: str, search: str) -> list[Part] | None:
    """The place of a text where the search is found, with some words around it; None when it is not."""
    parts = marked(text, search)
    first = next((place for place, (_piece, hit) in enumerate(parts) if hit), None)
    if first is None:
        return None
    before = "".join(piece for piece, _hit in parts[:first])
    begin = max(0, len(before) - _AROUND)
    end = len(before) + 2 * _AROUND
    shown: list[Part] = [("…", False)] if begin else []
    at = 0
    for piece, hit in parts:
        cut = piece[max(0, begin - at) : max(0, end - at)]
        at += len(piece)
        if cut:
            shown.append((cut, hit))
    if end < len(text):
        shown.append(("…", False))
    return shown


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place in the text it comes from."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for folded in sort_key(letter):
            letters.append(folded)
            places.append(place)
    return "".join(letters), places


def _joined(text: str, hits: Sequence[bool]) -> list[Part]:
    parts: list[Part] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hits[place] != hits[start]:
            parts.append((text[start:place], hits[start]))
            start = place
    return parts
