"""Whether two sets of rules can hold together, as far as their texts tell.

Only comparisons of a fact with a constant are understood, and a rule against its own negation; anything else may always
hold. So an answer of "they exclude each other" is certain, and its opposite only means that it could not be shown.
"""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Constant = bool | int | float | str
_PATH = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_STRING = r"'[^'\\]*'|\"[^\"\\]*\""
_CONSTANT = rf"(?:{_STRING}|{_NUMBER}|true|false)"
_COMPARISON = re.compile(rf"({_PATH})\s*(==|!=|<=|>=|<|>)\s*({_CONSTANT})\Z")
_REVERSED = re.compile(rf"({_CONSTANT})\s*(==|!=|<=|>=|<|>)\s*({_PATH})\Z")
_MEMBER = re.compile(rf"({_PATH})\s+in\s+\[\s*({_CONSTANT}(?:\s*,\s*{_CONSTANT})*)\s*\]\Z")
_BARE = re.compile(rf"{_PATH}\Z")
_KEYWORDS = frozenset({"true", "false", "null", "in"})
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class _Atom:
    """One comparison: which values of the fact ``path`` satisfy it, and the constants it mentions."""

    path: str
    holds: Callable[[Constant], bool]
    constants: tuple[Constant, ...]


def exclude_each_other(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether the rules of the first set and those of the second can certainly never all hold for the same facts."""
    clauses_of_first, clauses_of_second = _clauses(first), _clauses(second)
    if any(_negated(clause) in clauses_of_second for clause in clauses_of_first):
        return True
    atoms = [atom for clause in clauses_of_first | clauses_of_second if (atom := _atom(clause)) is not None]
    for path in {atom.path for atom in atoms}:
        about = [atom for atom in atoms if atom.path == path]
        constants = [constant for atom in about for constant in atom.constants]
        if not any(all(_holds(atom, value) for atom in about) for value in _samples(constants)):
            return True
    return False


def _holds(atom: _Atom, value: Constant) -> bool:
    try:
        return atom.holds(value)
    except TypeError:
        return False


def _samples(constants: list[Constant]) -> list[Constant]:
    """Values such that a conjunction of comparisons holds for some value only if it holds for one of these."""
    samples: list[Constant] = []
    if any(isinstance(constant, bool) for constant in constants):
        samples += [True, False]
    numbers = sorted({c for c in constants if isinstance(c, int | float) and not isinstance(c, bool)})
    if numbers:
        samples += [numbers[0] - 1, *numbers, numbers[-1] + 1]
        samples += [(low + high) / 2 for low, high in pairwise(numbers)]
    strings = sorted({c for c in constants if isinstance(c, str)})
    if strings:
        samples += ["", *strings, *(string + "\x00" for string in strings)]
    return samples


def _clauses(rules: Iterable[str]) -> frozenset[str]:
    return frozenset(_bare(clause) for rule in rules for clause in _split_and(_bare(rule)))


def _split_and(text: str) -> list[str]:
    """The parts joined by ``&&`` outside brackets and quotes; the whole text when an ``||`` or ``?`` binds weaker."""
    parts, start, depth, quote = [], 0, 0, ""
    index = 0
    while index < len(text):
        character = text[index]
        if quote:
            index += 2 if character == "\\" else 1
            quote = "" if character == quote else quote
            continue
        if character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0 and (character == "?" or text.startswith("||", index)):
            return [text]
        elif depth == 0 and text.startswith("&&", index):
            parts.append(text[start:index])
            start = index + 2
            index += 1
        index += 1
    nested = [*parts, text[start:]]
    if len(nested) == 1:
        return nested
    return [clause for part in nested for clause in _split_and(_bare(part))]


def _bare(text: str) -> str:
    """Without outer white space and outer brackets that belong to each other."""
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth, quote = 0, ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return index == len(text) - 1
    return False


def _negated(clause: str) -> str:
    if clause.startswith("!") and not clause.startswith("!="):
        inner = clause[1:].strip()
        if _is_unit(inner):
            return _bare(inner)
    return "!" + clause if _is_unit(clause) else f"!({clause})"


def _is_unit(text: str) -> bool:
    """Whether a ``!`` before this text negates all of it."""
    if text.startswith("("):
        return _closes_at_end(text)
    call = re.match(rf"{_PATH}", text)
    if call is None:
        return False
    rest = text[call.end() :]
    return not rest or (rest.startswith("(") and _closes_at_end(rest))


def _atom(clause: str) -> _Atom | None:
    if clause.startswith("!") and not clause.startswith("!="):
        inner = clause[1:].strip()
        atom = _atom(_bare(inner)) if _is_unit(inner) else None
        return _Atom(atom.path, _not(atom.holds), atom.constants) if atom else None
    if found := _COMPARISON.match(clause):
        return _comparison(found[1], found[2], _constant(found[3]))
    if found := _REVERSED.match(clause):
        return _comparison(found[3], _TURNED[found[2]], _constant(found[1]))
    if found := _MEMBER.match(clause):
        constants = tuple(_constant(text) for text in re.findall(_CONSTANT, found[2]))
        return _Atom(found[1], lambda value: value in constants, constants)
    if _BARE.match(clause) and clause not in _KEYWORDS:
        return _Atom(clause, lambda value: value is True, (True, False))
    return None


def _not(holds: Callable[[Constant], bool]) -> Callable[[Constant], bool]:
    return lambda value: not holds(value)


def _comparison(path: str, sign: str, constant: Constant) -> _Atom:
    compare = _OPERATORS[sign]
    return (
        _Atom(path, lambda value: type(value) is not bool and compare(value, constant), (constant,))
        if not isinstance(constant, bool)
        else _Atom(path, lambda value: isinstance(value, bool) and compare(value, constant), (True, False))
    )


def _constant(text: str) -> Constant:
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "'\"":
        return text[1:-1]
    return float(text) if "." in text else int(text)
