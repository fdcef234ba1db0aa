"""How names are compared: for keys, for sorting and for search. Pure."""

import re
import unicodedata

from supplier_quality.sheets.table import tidy

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)

MAX_TOKENS = 32
MAX_TOKEN_LENGTH = 40


def sort_key(name: str) -> str:
    """A name as it is sorted and compared without regard to case, width or accents: ``Müller`` sorts with ``muller``."""
    if name.isascii():
        return name.lower()
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def search_tokens(*texts: str | None) -> tuple[str, ...]:
    """The words under which a record is found, each once.

    Chinese, Japanese and Korean are written without spaces: of them every two neighbouring characters are a word, and so is
    every single one, so that ``轴承`` finds ``上海轴承有限公司`` on a plain index of both databases.
    """
    joined = " ".join(filter(None, texts))
    if joined.isascii():
        # Most names by far; without the search for other scripts an import of 100,000 spends a third of the time here.
        return tuple({word[:MAX_TOKEN_LENGTH]: None for word in _WORD.findall(joined.lower())})[:MAX_TOKENS]
    found: dict[str, None] = {}
    for text in texts:
        if text:
            for word in words_of(text):
                for token in _tokens_of_word(word):
                    found[token[:MAX_TOKEN_LENGTH]] = None
    return tuple(found)[:MAX_TOKENS]


def query_terms(query: str) -> tuple[str, ...]:
    """What must all be found for a query: words are the beginnings of tokens, Chinese words are cut in pairs."""
    terms: dict[str, None] = {}
    for word in words_of(query):
        for part, is_cjk in split_scripts(word):
            pairs = [part[i : i + 2] for i in range(len(part) - 1)] if is_cjk and len(part) > 1 else [part]
            for term in pairs:
                terms[term[:MAX_TOKEN_LENGTH]] = None
    return tuple(terms)[:8]


def words_of(text: str) -> list[str]:
    return _WORD.findall(sort_key(text))


def _tokens_of_word(word: str) -> list[str]:
    if word.isascii():
        return [word]
    tokens = []
    for part, is_cjk in split_scripts(word):
        if is_cjk:
            tokens += [part[i : i + 2] for i in range(len(part))]
        else:
            tokens.append(part)
    return tokens


def split_scripts(word: str) -> list[tuple[str, bool]]:
    """A word cut where the script changes between CJK and others."""
    parts, end = [], 0
    for run in _CJK.finditer(word):
        if run.start() > end:
            parts.append((word[end : run.start()], False))
        parts.append((run.group(), True))
        end = run.end()
    if end < len(word):
        parts.append((word[end:], False))
    return parts


def is_cjk(letter: str) -> bool:
    """Whether a letter belongs to a script that is written without spaces."""
    return _CJK.match(letter) is not None


__all__ = [
    "MAX_TOKENS",
    "MAX_TOKEN_LENGTH",
    "is_cjk",
    "query_terms",
    "search_tokens",
    "sort_key",
    "split_scripts",
    "tidy",
    "words_of",
]
