"""What holds for charts of every kind, whatever numbers and names they get."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.chart_samples import SAMPLES
from supplier_quality.charts.numbers import exact, number_or_none
from tests.charts.examples import KINDS, WITH_VALUES
from tests.charts.reading import SVG, cells, corners, named, parse, pictures, size, texts

LONG = "An enormously long name that no drawing has room for, 这是一个没有图表能放得下的非常长的名称，" * 3
HOSTILE = "</title></svg><script>alert(1)</script>\" onload='x()' & ]]> \x00\x08\ud800\ufffe %s {{ 7 * 7 }}"
VALUES = [10.5, 12.25, None, 9.875, float("nan"), 11.0, -3.0]
ELEMENTS = {"svg", "title", "desc", "g", "path", "rect", "circle", "text"}
ATTRIBUTES = {
    "class", "role", "aria-label", "viewBox", "width", "height", "font-family", "font-size", "font-weight", "fill",
    "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "d", "x", "y", "cx", "cy", "r", "rx",
    "text-anchor", "transform", "tabindex", "display", "pointer-events",
}  # fmt: skip

numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.lists(st.none() | numbers | st.integers(-1000, 1000).map(float), max_size=40)
kinds = pytest.mark.parametrize("kind", KINDS)


@kinds
@pytest.mark.parametrize("label", ["Bore", "孔径", HOSTILE, LONG, ""], ids=["en", "zh", "hostile", "long", "empty"])
def test_nothing_is_drawn_that_a_strict_content_policy_refuses(kind: str, label: str) -> None:
    for root in pictures(KINDS[kind](VALUES, label, "en")):
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in ELEMENTS
            assert set(element.attrib) - ATTRIBUTES == set()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_samples_of_the_documentation_use_nothing_else_either(name: str, language: str) -> None:
    for root in pictures(SAMPLES[name].draw(language)):
        assert {element.tag.removeprefix(SVG) for element in root.iter()} - ELEMENTS == set()
        assert {attribute for element in root.iter() for attribute in element.attrib} - ATTRIBUTES == set()


@kinds
def test_a_hostile_name_is_text_and_nothing_else(kind: str) -> None:
    figure = KINDS[kind](VALUES, HOSTILE, "en")

    for svg in (figure.wide, figure.narrow):
        assert "<script" not in svg
        assert "{{" not in "".join(parse(svg).attrib) and "\x00" not in svg
        assert "</title></svg><script>" in (parse(svg).findtext(SVG + "title") or "")


@kinds
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_has_a_name_and_says_in_words_what_it_shows(kind: str, language: str) -> None:
    figure = KINDS[kind](VALUES, "Bore 4", language)

    for root in pictures(figure):
        assert root.get("role") == "group" and root.get("aria-label") == "Bore 4"
        assert [each.tag for each in root[:2]] == [SVG + "title", SVG + "desc"]
        assert root[0].text == "Bore 4" and root[1].text == figure.description != ""
        image = root[2]
        assert image.get("role") == "img" and image.get("aria-label") == figure.description
        assert not [each for each in image.iter() if each.get("tabindex")], (
            "an image holds nothing that takes the focus"
        )


@kinds
def test_the_words_of_a_chart_are_in_the_language_asked_for(kind: str) -> None:
    english, chinese = KINDS[kind](VALUES, "", "en"), KINDS[kind](VALUES, "", "zh")

    assert english.description != chinese.description
    heads = [head.name for table in chinese.tables for head in table.heads if head.name]
    said = "".join(heads) + chinese.description
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    words = [
        word for word in said.replace("X\u033f", "").split() if word.isascii() and word.isalpha() and len(word) > 3
    ]
    assert words == []


@kinds
def test_equal_data_give_equal_bytes(kind: str) -> None:
    assert KINDS[kind](VALUES, "孔径", "zh") == KINDS[kind](list(VALUES), "孔径", "zh")


@pytest.mark.parametrize("kind", WITH_VALUES)
@settings(deadline=None, max_examples=30)
@given(given_values=values)
def test_every_number_of_the_data_is_in_the_table(kind: str, given_values: list[float | None]) -> None:
    figure = KINDS[kind](given_values, "Bore", "en")

    told = cells(figure)
    for value in given_values:
        if value is not None:
            wanted = abs(value) if kind == "Pareto" else value
            # Beyond 1e290 and below 1e-290 the drawing, and with it some tables, stop.
            assert exact(wanted) in told or exact(number_or_none(wanted)) in told
    assert all(len(row) == len(table.heads) for table in figure.tables for row in table.rows)


@kinds
@settings(deadline=None, max_examples=40)
@given(given_values=values, label=st.text(max_size=60))
def test_everything_lies_in_the_picture_whatever_the_numbers(
    kind: str, given_values: list[float | None], label: str
) -> None:
    for root in pictures(KINDS[kind](given_values, label, "zh")):
        width, height = size(root)
        outside = [(x, y) for x, y in corners(root) if not (-0.1 <= x <= width + 0.1 and -0.1 <= y <= height + 0.1)]
        assert outside == []


@kinds
@pytest.mark.parametrize(
    "given_values", [[], [None], [float("nan"), float("inf")]], ids=["none", "missing", "infinite"]
)
def test_a_chart_without_data_says_so(kind: str, given_values: list[float | None]) -> None:
    if kind in ("Ishikawa", "OC curves", "AOQ curve") and given_values:
        return
    figure = KINDS[kind](given_values, "Bore", "en")

    if kind != "Ishikawa":
        for root in pictures(figure):
            assert texts(root) == ["No data"]


@kinds
@pytest.mark.parametrize("count", [1, 20, 2000])
def test_the_keyboard_stops_at_few_points(kind: str, count: int) -> None:
    drawn = [
        math.sin(index) * 3 + 10 for index in range(min(count, 300) if kind in ("heat map", "Ishikawa") else count)
    ]

    for root in pictures(KINDS[kind](drawn, "Bore", "en")):
        stops = [each for each in root.iter() if each.get("tabindex")]
        assert len(stops) <= 20
        for stop in stops:
            assert stop.get("tabindex") == "0" and stop.get("role") == "img"
            assert stop.findtext(SVG + "title"), "it says what it is"
            tips = named(stop, "g", "chart-tip")
            assert [tip.get("display") for tip in tips] == ["none"], "hidden where no style sheet shows it, as in a PDF"


@kinds
def test_names_are_cut_where_they_have_no_room_and_whole_in_the_table(kind: str) -> None:
    figure = KINDS[kind](VALUES[:2], LONG, "en")

    for root in pictures(figure):
        assert all(LONG not in said for said in texts(root))
        assert size(root)[1] < 1500
    assert figure.title == LONG
    said = cells(figure) + [head.name for table in figure.tables for head in table.heads]
    assert LONG in said
