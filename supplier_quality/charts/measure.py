"""How wide a text will be, without a font.

The reader's font is unknown when a picture is drawn, so widths are those of a rather wide sans serif; a narrower font
only leaves a little more air. Chinese characters are as wide as they are high.
"""

from functools import lru_cache
from unicodedata import category, east_asian_width

_NARROW = frozenset("iljtfrI.,:;!|'()[]/ ")
_WIDE = frozenset("mwMW%@…—")


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """Width in pixels of one line in a font of ``size`` pixels."""
    return size * sum(_em(character) for character in text)


@lru_cache(maxsize=2048)
def wrap(text: str, *, size: float, width: float) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` pixels where it can be broken, balanced; at least one line."""
    lines = _fill(text, size, width)
    if len(lines) == 1:
        return lines
    # The same number of lines in the smallest width: two even lines read better than a long and a short one.
    for narrower in range(int(width) - 4, 0, -4):
        tighter = _fill(text, size, narrower)
        if len(tighter) > len(lines) or max(text_width(line, size) for line in tighter) > width:
            break
        lines = tighter
    return lines


def is_full_width(character: str) -> bool:
    return east_asian_width(character) in ("W", "F")


def _em(character: str) -> float:
    if is_full_width(character):
        return 1.0
    if category(character) == "Mn":
        return 0.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.92
    return 0.7 if character.isupper() else 0.59


def _fill(text: str, size: float, width: float) -> tuple[str, ...]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return (*lines, line.rstrip())


def _pieces(text: str) -> list[str]:
    """The parts between which a line may end: words with the space after them, single Chinese characters."""
    pieces: list[str] = []
    word = ""
    for character in " ".join(text.split()):
        if is_full_width(character):
            if word:
                pieces.append(word)
                word = ""
            # Closing punctuation never starts a line.
            if pieces and category(character) in ("Pe", "Pf", "Po"):
                pieces[-1] += character
            else:
                pieces.append(character)
            continue
        word += character
        if character in " -/":
            pieces.append(word)
            word = ""
    return [*pieces, word] if word else pieces
