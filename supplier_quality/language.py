"""Words in the reader's language, without a web request.

A sentence made below the doors does not know who will read it, so :func:`_` returns a :class:`Message` that is translated
when it is shown. Texts of rule files, which carry their languages with them, are :class:`Text`. Both render the same way.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from babel.support import NullTranslations, Translations

from supplier_quality import resources

LANGUAGES = ("en", "zh")
DEFAULT = "en"

# Between sentences, and between the items of a row. Chinese has no blank after its full stop.
_GAPS = {"en": " ", "zh": ""}
_COMMAS = {"en": ", ", "zh": "、"}

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


class Words(Protocol):
    """Anything that can be said in a language."""

    def render(self, language: str | None = None) -> str: ...


@dataclass(frozen=True)
class Message:
    """A sentence of the product with its values, translated when shown. ``id`` is the English sentence."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, language: str | None = None) -> str:
        language = language or _current.get()
        sentence = _translated(self.id, language)
        if not self.values:
            return sentence
        with speaking(language):
            return sentence % {name: str(value) for name, value in self.values.items()}

    def __str__(self) -> str:
        return self.render()

    def __hash__(self) -> int:
        return hash((self.id, tuple(sorted((name, str(value)) for name, value in self.values.items()))))


@dataclass(frozen=True)
class Text:
    """A text of a rule file: the same thing said in several languages, or one text for all of them."""

    by_language: Mapping[str, str]

    @classmethod
    def of(cls, value: "str | Mapping[str, str]") -> "Text":
        return cls({DEFAULT: value} if isinstance(value, str) else dict(value))

    def render(self, language: str | None = None) -> str:
        language = language or _current.get()
        if language in self.by_language:
            return self.by_language[language]
        english = self.by_language.get(DEFAULT)
        if english is None:
            return next(iter(self.by_language.values()))
        return _translated(english, language)

    def __str__(self) -> str:
        return self.render()

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_language.items())))


def _(sentence: str, /, **values: object) -> Message:
    """Mark a sentence for translation; ``%(name)s`` places take the values when it is shown."""
    return Message(sentence, values)


def joined(sentences: Iterable[object]) -> str:
    """Sentences one after the other, in the language in force; empty ones are left out."""
    return _GAPS[_current.get()].join(filter(None, map(str, sentences)))


def listed(items: Iterable[object]) -> str:
    """``a, b, c``, in Chinese ``a、b、c``."""
    return _COMMAS[_current.get()].join(map(str, items))


def current() -> str:
    """The language in force, ``en`` unless a door has chosen another."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Render messages in this language inside the block: a request, a mail to one recipient, a command."""
    token = _current.set(nearest(language))
    try:
        yield
    finally:
        _current.reset(token)


def nearest(tag: str | None) -> str:
    """The language we have that is closest to a tag such as ``zh-Hans-CN``."""
    primary = (tag or DEFAULT).replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT


def plural(singular: str, many: str, count: int) -> str:
    """The sentence for so many, in the language in force; its places are not filled."""
    return _catalogue(_current.get()).ngettext(singular, many, count)


def _translated(sentence: str, language: str) -> str:
    # A catalogue answers the empty text with its own header.
    return _catalogue(language).gettext(sentence) if sentence else ""


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == DEFAULT:
        return NullTranslations()
    return Translations.load(str(resources.translations()), [language])
