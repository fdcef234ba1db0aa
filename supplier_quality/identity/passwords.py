"""Passwords: hashing, verifying, and which are too weak.

Rules follow NIST SP 800-63B and OWASP ASVS 5 chapter 6: length instead of character classes, every character allowed,
no forced change, and a check against what attackers try first. That check needs no network: it takes a password apart
into common words (also in leet spelling), runs on the keyboard or alphabet, years, repetitions, and the names of the
product and of the person. A password that falls apart into few such pieces is weak, however long it is.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from supplier_quality import resources
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

MINIMUM_LENGTH = 12
# Far above any passphrase; a bound keeps somebody from making the server hash megabytes.
MAXIMUM_LENGTH = 256
# How many pieces a password must fall apart into to be kept.
MINIMUM_PIECES = 5
PRODUCT_WORDS = frozenset({"supplierquality", "supplier", "quality"})

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "10203040506070809000",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "yxcvbnm",
    "1234567890-=",
    "!@#$%^&*()_+",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1qazxsw23edcvfr45tgbnhy67ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "zaq12wsxcde34rfvbgt5",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7",
    "qweasdzxcrtyfghvbn",
    "qwerasdfzxcv",
    "147258369",
    "159753",
    "741852963",
    "112233445566778899",
)
_RUN_TEXT = "\n".join([*_RUNS, *(run[::-1] for run in _RUNS)])
_LEET = tuple(str.maketrans(f"0{one}34578@$!+|", f"o{letter}eastbasitl") for one, letter in (("1", "i"), ("1", "l")))
_YEAR = re.compile(r"(19|20)\d\d")
_SEPARATORS = frozenset(" -_.,;:/+")
_LONGEST_PIECE = 40

_hasher = PasswordHasher()


def make_hashing_cheap() -> None:
    """For tests, which sign in hundreds of times: the same algorithm with the smallest parameters."""
    global _hasher  # noqa: PLW0603 - the cost of hashing is one for the whole process
    _hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    _hash_of_nobody.cache_clear()


@contextmanager
def hashing_cheaply() -> Iterator[None]:
    """Hash cheaply inside the block: for the demo, whose password everybody knows. Who signs in later gets a proper hash."""
    global _hasher  # noqa: PLW0603 - as above
    before = _hasher
    make_hashing_cheap()
    try:
        yield
    finally:
        _hasher = before
        _hash_of_nobody.cache_clear()


class WeakPassword(BadInput):
    """The password is too short, too long or among the first that are tried."""

    code = "weak_password"

    def __init__(self, problem: Words, remedy: Words) -> None:
        super().__init__(problem, (Problem(problem, remedy, column="password"),))


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters and salt, as it is stored. Takes a tenth of a second on purpose."""
    return _hasher.hash(_normalised(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash. Without a hash it takes as long as with one, and is False."""
    try:
        return _hasher.verify(stored or _hash_of_nobody(), _normalised(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated_hash(stored: str) -> bool:
    """Whether the hash was made with other parameters than those in force, so that it should be made anew."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, personal: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed; ``personal`` are the person's name, mail address and the like.

    Raises WeakPassword.
    """
    length = len(_normalised(password))
    longer = _("Take four or more words that have nothing to do with each other, or let a password manager choose.")
    if length < MINIMUM_LENGTH:
        raise WeakPassword(_("The password needs at least %(count)s characters.", count=MINIMUM_LENGTH), longer)
    if length > MAXIMUM_LENGTH:
        raise WeakPassword(
            _("The password may have at most %(count)s characters.", count=MAXIMUM_LENGTH), _("Take a shorter one.")
        )
    if count_pieces(password, own_words=_words_of(personal)) < MINIMUM_PIECES:
        raise WeakPassword(_("This password is among the first that are tried."), longer)


def count_pieces(password: str, *, own_words: frozenset[str] = frozenset()) -> int:
    """The fewest pieces the password falls apart into: a known word, a run, a year or a repetition is one piece,
    and so is any other character; a separator counts nothing."""
    text = _normalised(password).casefold()
    text = _without_repetition(text)
    spellings = (text, *(text.translate(table) for table in _LEET))
    known = _weak_words() | own_words
    fewest = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        best = fewest[end - 1] + (text[end - 1] not in _SEPARATORS)
        for start in range(max(0, end - _LONGEST_PIECE), end - 1):
            if fewest[start] + 1 < best and _is_piece(text, spellings, known, start, end):
                best = fewest[start] + 1
        fewest[end] = best
    return fewest[-1]


def _is_piece(text: str, spellings: tuple[str, ...], known: frozenset[str], start: int, end: int) -> bool:
    part = text[start:end]
    if len(set(part)) == 1:
        return True
    if end - start < 3:
        return False
    return (
        part in _RUN_TEXT
        or any(spelling[start:end] in known or spelling[start:end][::-1] in known for spelling in spellings)
        or _YEAR.fullmatch(part) is not None
    )


def _without_repetition(text: str) -> str:
    """The unit a text repeats, such as ``qwe123`` for ``qwe123qwe123``, or the text itself."""
    at = (text + text).find(text, 1)
    return text[:at]


def _words_of(personal: Iterable[str]) -> frozenset[str]:
    """The words of a person's name and address, from three letters on, alone and written together."""
    found = set(PRODUCT_WORDS)
    for text in personal:
        words = re.findall(r"\w+", _normalised(text).casefold())
        found.update(word for word in [*words, "".join(words)] if len(word) >= 3)
    return frozenset(found)


def _normalised(password: str) -> str:
    # The same password typed on two systems may arrive composed or decomposed, full width or half width.
    return unicodedata.normalize("NFKC", password)


@cache
def _weak_words() -> frozenset[str]:
    lines = resources.weak_words().read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())
