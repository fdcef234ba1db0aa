"""Follows a pattern's tree through a text in one pass: time grows with the text only, never with how it is written."""

from supplier_quality.engine.expressions.pattern_syntax import CharSet, PatternNode

_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
MAX_CACHED = 2_000


class Automaton:
    """A Thompson automaton whose sets of states are remembered as they are met."""

    def __init__(self, tree: PatternNode) -> None:
        # A step is ("set", CharSet, next), ("split", next, next), ("look", kind, next) or ("match",).
        self.steps: list[tuple[object, ...]] = [("match",)]
        self.start = self._add(tree, 0)
        self.moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        # RE2 reads bytes: between those of one character beyond ASCII there is no word boundary either.
        self.inside = 0 in self._closure(frozenset({self.start}), "inside", "inside")

    def _step(self, *step: object) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def _add(self, node: PatternNode, following: int) -> int:
        """Add a node whose end leads to ``following``; the number of its first step."""
        kind = node[0]
        if kind == "seq":
            for part in reversed(node[1]):
                following = self._add(part, following)
            return following
        if kind == "alt":
            starts = [self._add(part, following) for part in node[1]]
            first = starts.pop()
            while starts:
                first = self._step("split", starts.pop(), first)
            return first
        if kind == "repeat":
            return self._repeat(node, following)
        return self._step(kind, node[1], following)

    def _repeat(self, node: PatternNode, following: int) -> int:
        _kind, inner, low, high = node
        if high is None:
            loop = self._step("split", 0, following)
            self.steps[loop] = ("split", self._add(inner, loop), following)
            following = loop
        else:
            end = following
            for _count in range(high - low):
                following = self._step("split", self._add(inner, following), end)
        for _count in range(low):
            following = self._add(inner, following)
        return following

    def _closure(self, states: frozenset[int], before: str, after: str) -> frozenset[int]:
        """All steps reached without reading, between two characters ("" at the ends of the text)."""
        pending = list(states)
        found: set[int] = set()
        while pending:
            number = pending.pop()
            if number in found:
                continue
            found.add(number)
            step = self.steps[number]
            if step[0] == "split":
                pending += step[1:]  # type: ignore[arg-type]
            elif step[0] == "look" and _holds(str(step[1]), before, after):
                pending.append(step[2])  # type: ignore[arg-type]
        return frozenset(found)

    def occurs_in(self, text: str) -> bool:
        states = frozenset({self.start})
        before = ""
        if self.inside and not text.isascii():
            return True
        for character in text:
            states = self._closure_of(states, before, character)
            if 0 in states:
                return True
            states = self._move(states, character)
            before = character
        return 0 in self._closure_of(states, before, "")

    def _closure_of(self, states: frozenset[int], before: str, after: str) -> frozenset[int]:
        key = (states, _context(before) + "|" + _context(after))
        found = self.moves.get(key)
        if found is None:
            found = self.moves[key] = self._closure(states, before, after)
            self._bound()
        return found

    def _move(self, states: frozenset[int], character: str) -> frozenset[int]:
        key = (states, character)
        found = self.moves.get(key)
        if found is None:
            # The start is always added: the pattern may begin at any character.
            reached = {self.start}
            for number in states:
                step = self.steps[number]
                if step[0] == "set" and isinstance(step[1], CharSet) and step[1].has(character):
                    reached.add(step[2])  # type: ignore[arg-type]
            found = self.moves[key] = frozenset(reached)
            self._bound()
        return found

    def _bound(self) -> None:
        if len(self.moves) > MAX_CACHED:
            self.moves.clear()


def _context(character: str) -> str:
    """What looking around can tell about a character: the end, a line break, a word character or another."""
    return "end" if not character else "line" if character == "\n" else "word" if character in _WORD else "other"


def _holds(kind: str, before: str, after: str) -> bool:
    if kind == "A":
        return not before
    if kind == "z":
        return not after
    if kind == "^":
        return before in ("", "\n")
    if kind == "$":
        return after in ("", "\n")
    boundary = (before in _WORD and bool(before)) != (after in _WORD and bool(after))
    return boundary if kind == "b" else not boundary
