"""Writing SVG: numbers, attributes, lines of text. Charts and the diagrams of processes are made of these.

Only presentation attributes are used: a page with a strict content security policy shows them, a PDF prints them, and a
style sheet that knows the classes can still give other colours, because any CSS rule outweighs an attribute.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

INK, SOFT, LINE, PAPER, ACCENT = "#1f2a30", "#5b6b73", "#8a979e", "#ffffff", "#0f766e"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"

# What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Point(NamedTuple):
    x: float
    y: float


class Rect(NamedTuple):
    """Left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


def number(value: float) -> str:
    """At most one digit after the point, so that equal pictures are equal texts."""
    said = f"{value:.1f}".removesuffix(".0")
    return "0" if said == "-0" else said


def clean(text: str) -> str:
    """A text that may stand in SVG: escaped, without the characters that no XML can hold."""
    return escape(_NO_XML.sub("", text))


def attributes(**values: object) -> str:
    """``class_`` and the like lose their underline, others inside a name become hyphens; None leaves one out."""
    said = {name.rstrip("_").replace("_", "-"): value for name, value in values.items() if value is not None}
    return "".join(
        f' {name}="{number(value) if isinstance(value, float) else clean(str(value))}"' for name, value in said.items()
    )


def text_line(text: str, x: float, y: float, **values: object) -> str:
    return f"<text{attributes(x=x, y=y, **values)}>{clean(text)}</text>"


def opening(*, css_class: str, role: str, width: float, height: float, title: str, description: str, size: float) -> list[str]:  # fmt: skip
    """The root with its name and its picture in words; ``size`` is that of letters that say none themselves."""
    root = attributes(
        xmlns="http://www.w3.org/2000/svg",
        class_=css_class,
        role=role,
        aria_label=title,
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        font_family=FONT,
        font_size=size,
        fill=INK,
    )
    return [f"<svg{root}>", f"<title>{clean(title)}</title>", f"<desc>{clean(description)}</desc>"]


def polyline(points: Iterable[Point]) -> str:
    """The path data of straight lines through the points."""
    return "".join(f"{'L' if index else 'M'}{number(x)} {number(y)}" for index, (x, y) in enumerate(points))
