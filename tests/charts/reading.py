"""Reading a drawn chart: its elements, its texts, and every coordinate it uses."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from supplier_quality.charts import Figure

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_STEP = re.compile(r"([MLVHZ])([^MLVHZ]*)")


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def pictures(figure: Figure) -> Iterator[ET.Element]:
    """Both shapes."""
    yield parse(figure.wide)
    yield parse(figure.narrow)


def named(root: ET.Element, tag: str, css_class: str = "") -> list[ET.Element]:
    """Elements of a tag, those of a class when one is given."""
    return [each for each in root.iter(SVG + tag) if css_class in (each.get("class") or "").split() or not css_class]


def texts(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(SVG + "text")]


def size(root: ET.Element) -> tuple[float, float]:
    _x, _y, width, height = map(float, (root.get("viewBox") or "").split())
    return width, height


def corners(root: ET.Element) -> Iterator[tuple[float, float]]:
    """Every point that a line, an area or a marker touches; texts and the boxes of sentences are left out."""
    for element in root.iter():
        match element.tag.removeprefix(SVG):
            case "rect" if element.get("class") != "chart-tip-box":
                x, y = float(element.get("x", "0")), float(element.get("y", "0"))
                yield x, y
                yield x + float(element.get("width", "0")), y + float(element.get("height", "0"))
            case "circle":
                yield float(element.get("cx", "")), float(element.get("cy", ""))
            case "path":
                yield from path_points(element.get("d", ""))


def path_points(data: str) -> Iterator[tuple[float, float]]:
    x = y = 0.0
    for letter, rest in _STEP.findall(data):
        numbers = [float(each) for each in _NUMBER.findall(rest)]
        if letter in "ML":
            x, y = numbers
        elif letter == "V":
            y = numbers[0]
        elif letter == "H":
            x = numbers[0]
        yield x, y


def cells(figure: Figure) -> list[str]:
    """The texts of all cells of all tables."""
    return [cell for table in figure.tables for row in table.rows for cell in row]
