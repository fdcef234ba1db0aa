"""RE2's pattern syntax as a tree: what is needed to say whether a text matches, so groups and laziness leave no trace.

A node is a tuple: ``("set", CharSet)``, ``("seq", [nodes])``, ``("alt", [nodes])``, ``("repeat", node, low, high or
None)``, ``("look", kind)`` with the kinds ``^ $ A z b B`` (``^`` and ``$`` are those of multi-line mode).
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_PATTERN = 1_000
MAX_REPEAT = 1_000
MAX_NESTING = 100
MAX_SIZE = 5_000
MAX_CODE = 0x10FFFF

PatternNode = tuple[Any, ...]


class PatternError(Exception):
    """The pattern is none of RE2's, or larger than we follow."""


@dataclass(frozen=True, slots=True)
class CharSet:
    """Ranges of code points, general categories, or all but those; ``fold`` ignores case."""

    ranges: tuple[tuple[int, int], ...]
    categories: tuple[tuple[bool, str], ...] = ()
    parts: tuple["CharSet", ...] = ()
    negated: bool = False
    fold: bool = False

    def has(self, character: str) -> bool:
        folds = _folds(character) if self.fold else (character,)
        return any(self._has_exactly(one) for one in folds) != self.negated

    def _has_exactly(self, character: str) -> bool:
        code = ord(character)
        if any(low <= code <= high for low, high in self.ranges):
            return True
        if any(_in_category(character, name) != negated for negated, name in self.categories):
            return True
        return any(part.has(character) for part in self.parts)


@lru_cache(maxsize=4096)
def _folds(character: str) -> tuple[str, ...]:
    found = {character}
    for one in (character.lower(), character.upper(), character.title()):
        if len(one) == 1:
            found |= {one, *(two for two in (one.lower(), one.upper()) if len(two) == 1)}
    for orbit in ("kK\u212a", "sS\u017f", "\u00e5\u00c5\u212b"):
        if character in orbit:
            found |= set(orbit)
    return tuple(found)


_SCRIPTS = {
    "Han": ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL", "IDEOGRAPHIC ITERATION"),
    "Latin": ("LATIN ", "FULLWIDTH LATIN"),
    "Greek": ("GREEK ",),
    "Cyrillic": ("CYRILLIC ",),
    "Hiragana": ("HIRAGANA ",),
    "Katakana": ("KATAKANA ",),
    "Hangul": ("HANGUL ",),
}
_CATEGORIES = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "C",
        "Cc",
        "Cf",
        "Co",
    ]
)


def _in_category(character: str, name: str) -> bool:
    if name == "Any":
        return True
    if name in _SCRIPTS:
        return unicodedata.name(character, "").startswith(_SCRIPTS[name])
    category = unicodedata.category(character)
    return category != "Cn" and category.startswith(name)


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((ord(text[i]), ord(text[i + 1])) for i in range(0, len(text), 2))


_PERL = {"d": _ranges("09"), "w": _ranges("09AZaz__"), "s": _ranges("\t\n\f\r  ")}
_POSIX = {
    "alnum": _ranges("09AZaz"), "alpha": _ranges("AZaz"), "ascii": ((0, 0x7F),), "blank": _ranges("\t\t  "),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)), "digit": _ranges("09"), "graph": _ranges("!~"), "lower": _ranges("az"),
    "print": _ranges(" ~"), "punct": _ranges("!/:@[`{~"), "space": _ranges("\t\r  "), "upper": _ranges("AZ"),
    "word": _ranges("09AZaz__"), "xdigit": _ranges("09AFaf"),
}  # fmt: skip
_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_ANY = CharSet(((0, MAX_CODE),))
_NOT_NEWLINE = CharSet(((10, 10),), negated=True)


def parse_pattern(pattern: str) -> PatternNode:
    """The tree of a whole pattern. Raises PatternError."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    parser = _PatternParser(pattern)
    tree = parser.alternatives("")
    if parser.rest():
        raise PatternError("unexpected )")
    if _size(tree) > MAX_SIZE:
        raise PatternError("its repetitions make it too large")
    return tree


def _size(node: PatternNode) -> int:
    if node[0] in ("seq", "alt"):
        return 1 + sum(_size(part) for part in node[1])
    if node[0] == "repeat":
        times: int = max(node[3] or 0, node[2], 1)
        return 1 + _size(node[1]) * times
    return 1


class _PatternParser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.nesting = 0

    def rest(self) -> str:
        return self.pattern[self.at :]

    def accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def take(self) -> str:
        if self.at >= len(self.pattern):
            raise PatternError("it ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def alternatives(self, flags: str) -> PatternNode:
        """Alternatives up to a closing bracket or the end; flags set inside hold to that end."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise PatternError("it is nested too deeply")
        branches: list[PatternNode] = []
        items: list[PatternNode] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.accept("|"):
                branches.append(("seq", items))
                items = []
                continue
            changed = self._flag_group(flags)
            if changed is not None:
                flags = changed
                # A repetition after (?i) belongs to what stands before it, as in RE2.
                if items:
                    self._repeats(items)
                continue
            self._item(items, flags)
        branches.append(("seq", items))
        self.nesting -= 1
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def _flag_group(self, flags: str) -> str | None:
        """``(?i)`` and the like, which change the rest of the group they stand in."""
        start = self.at
        if self.accept("(?"):
            changed = self._flags(flags)
            if changed is not None and self.accept(")"):
                return changed
        self.at = start
        return None

    def _flags(self, flags: str) -> str | None:
        negative = False
        found = set(flags)
        seen = False
        while self.at < len(self.pattern) and self.pattern[self.at] in "imsU-":
            mark = self.take()
            if mark == "-":
                if negative:
                    return None
                negative, seen = True, False
            else:
                seen = True
                found = found - {mark} if negative else found | {mark}
        return "".join(sorted(found)) if seen or not negative else None

    def _item(self, items: list[PatternNode], flags: str) -> None:
        character = self.pattern[self.at]
        if character in "*+?" or (character == "{" and self._repetition(peek=True)):
            raise PatternError(f"there is nothing to repeat before {character}")
        if self.accept("\\Q"):
            quoted, _end, _rest = self.rest().partition("\\E")
            self.at += len(quoted) + (2 if _end else 0)
            items.extend(self._letter(one, flags) for one in quoted)
            if not quoted:
                return
        else:
            items.append(self._atom(flags))
        self._repeats(items)

    def _repeats(self, items: list[PatternNode]) -> None:
        bounds = self._quantifier()
        if bounds is None:
            return
        self.accept("?")
        following = self.rest()[:1]
        if (following in ("*", "+", "?") and following) or (following == "{" and self._repetition(peek=True)):
            raise PatternError("a repetition is repeated; put brackets around it")
        items[-1] = ("repeat", items[-1], *bounds)

    def _quantifier(self) -> tuple[int, int | None] | None:
        if self.accept("*"):
            return 0, None
        if self.accept("+"):
            return 1, None
        if self.accept("?"):
            return 0, 1
        return self._repetition(peek=False)

    def _repetition(self, *, peek: bool) -> tuple[int, int | None] | None:
        """``{2}``, ``{2,}`` or ``{2,5}``; anything else in braces is plain text."""
        body, closed, _rest = self.rest().partition("}")
        if not closed or not body.startswith("{"):
            return None
        low, comma, high = body[1:].partition(",")
        if not (low.isascii() and low.isdigit()) or not (high == "" or (high.isascii() and high.isdigit())):
            return None
        if len(low) > 4 or len(high) > 4 or int(low) > MAX_REPEAT or int(high or 0) > MAX_REPEAT:
            raise PatternError(f"a repetition above {MAX_REPEAT}")
        top = int(low) if not comma else int(high) if high else None
        if top is not None and top < int(low):
            raise PatternError("a repetition whose end lies before its start")
        if not peek:
            self.at += len(body) + 1
        return int(low), top

    def _atom(self, flags: str) -> PatternNode:  # noqa: PLR0911 - one answer per kind
        character = self.take()
        if character == "(":
            return self._group(flags)
        if character == "[":
            return "set", self._class(flags)
        if character == ".":
            return "set", _ANY if "s" in flags else _NOT_NEWLINE
        if character == "^":
            return "look", "^" if "m" in flags else "A"
        if character == "$":
            return "look", "$" if "m" in flags else "z"
        if character == "\\":
            return self._escape(flags)
        return self._letter(character, flags)

    @staticmethod
    def _letter(character: str, flags: str) -> PatternNode:
        return "set", CharSet(((ord(character), ord(character)),), fold="i" in flags)

    def _group(self, flags: str) -> PatternNode:
        if self.accept("?P<") or (self.rest()[:3] not in ("?<=", "?<!") and self.accept("?<")):
            name, closed, _rest = self.rest().partition(">")
            if not closed or not name or not all(one == "_" or one.isalnum() for one in name):
                raise PatternError("a group without a usable name")
            self.at += len(name) + 1
        elif self.accept("?"):
            changed = self._flags(flags)
            if changed is None or not self.accept(":"):
                raise PatternError("look-around and other (? groups do not exist")
            flags = changed
        tree = self.alternatives(flags)
        if not self.accept(")"):
            raise PatternError("a ) is missing")
        return tree

    def _escape(self, flags: str) -> PatternNode:
        character = self.pattern[self.at : self.at + 1]
        if character and character in "Azb" + "B":
            self.at += 1
            return "look", character
        if character == "C":
            raise PatternError("single bytes (\\C) are not supported")
        return "set", self._class_escape(flags)

    def _class_escape(self, flags: str) -> CharSet:
        """What follows a backslash, inside or outside of brackets."""
        character = self.take()
        lower = character.lower()
        if lower in _PERL:
            return CharSet(_PERL[lower], negated=character.isupper(), fold="i" in flags)
        if lower == "p":
            return self._category(negated=character == "P")
        code = self._code(character)
        return CharSet(((code, code),), fold="i" in flags)

    def _category(self, *, negated: bool) -> CharSet:
        name = self.take()
        if name == "{":
            name, closed, _rest = self.rest().partition("}")
            self.at += len(name) + 1
            if not closed:
                raise PatternError("a } is missing")
        if name.startswith("^"):
            name, negated = name[1:], not negated
        if name not in _CATEGORIES and name not in _SCRIPTS and name != "Any":
            raise PatternError(f"the class {name} is not known")
        return CharSet((), ((False, name),), negated=negated)

    def _code(self, character: str) -> int:
        if character in _ESCAPES:
            return _ESCAPES[character]
        if character == "x":
            return self._hexadecimal()
        if character in "01234567":
            return self._octal(character)
        if (character.isascii() and not character.isalnum() and character != "_") or character == "_":
            return ord(character)
        raise PatternError(f"the escape \\{character} does not exist")

    def _octal(self, first: str) -> int:
        digits = first
        while len(digits) < 3 and self.rest()[:1] and self.rest()[0] in "01234567":
            digits += self.take()
        if first != "0" and len(digits) == 1:
            raise PatternError(f"the backreference \\{first} does not exist")
        return int(digits, 8)

    def _hexadecimal(self) -> int:
        if self.accept("{"):
            digits, closed, _rest = self.rest().partition("}")
            self.at += len(digits) + 1
        else:
            digits, closed = self.rest()[:2], "}"
            self.at += 2
            if len(digits) < 2:
                closed = ""
        try:
            code = (
                int(digits, 16) if closed and all(one in "0123456789abcdefABCDEF" for one in digits) else MAX_CODE + 1
            )
        except ValueError:
            code = MAX_CODE + 1
        if code > MAX_CODE:
            raise PatternError("a hexadecimal escape that is no character")
        return code

    def _class(self, flags: str) -> CharSet:
        negated = self.accept("^")
        ranges: list[tuple[int, int]] = []
        parts: list[CharSet] = []
        first = True
        while first or not self.rest().startswith("]"):
            if not self.rest():
                raise PatternError("a ] is missing")
            if self._posix(parts):
                first = False
                continue
            self._class_item(ranges, parts, flags, first=first)
            first = False
        self.at += 1
        return CharSet(tuple(ranges), (), tuple(parts), negated, "i" in flags)

    def _posix(self, parts: list[CharSet]) -> bool:
        if not self.rest().startswith("[:"):
            return False
        name, closed, _rest = self.rest()[2:].partition(":]")
        if not closed:
            return False
        inverse = name.startswith("^")
        if name.lstrip("^") not in _POSIX:
            raise PatternError(f"the class [:{name}:] is not known")
        self.at += len(name) + 4
        parts.append(CharSet(_POSIX[name.lstrip("^")], negated=inverse))
        return True

    def _class_item(self, ranges: list[tuple[int, int]], parts: list[CharSet], flags: str, *, first: bool) -> None:
        rest = self.rest()
        # A minus is plain only at an edge of the brackets.
        if rest[0] == "-" and not first and not rest.startswith("-]"):
            if not (len(rest) > 1):
                raise PatternError("a ] is missing")
            raise PatternError("a range without a start")
        low = self._class_character(parts, flags)
        if low is None:
            return
        rest = self.rest()
        if rest.startswith("-") and rest[1:2] not in ("]", ""):
            self.at += 1
            high = self._class_character(None, flags)
            if high is None or high < low:
                raise PatternError("a range whose end lies before its start")
            ranges.append((low, high))
        else:
            ranges.append((low, low))

    def _class_character(self, parts: list[CharSet] | None, flags: str) -> int | None:
        character = self.take()
        if character != "\\":
            return ord(character)
        following = self.rest()[:1]
        if following and following in "dwsDWSpP":
            if parts is None:
                raise PatternError("a class cannot end a range")
            parts.append(self._class_escape(flags))
            return None
        return self._code(self.take())
