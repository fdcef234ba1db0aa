"""Widths and line breaks of texts in two scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplier_quality.charts.measure import text_width, wrap


def test_a_chinese_character_is_as_wide_as_it_is_high() -> None:
    assert text_width("顾客评审", 13) == 52
    assert text_width("abcd", 13) < 52


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Draft", ("Draft",)),
        ("Grant interim approval", ("Grant interim", "approval")),
        ("供应商纠正措施要求已经确认收到", ("供应商纠正措施要", "求已经确认收到")),
        ("", ("",)),
    ],
)
def test_long_texts_break_into_even_lines(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, size=12, width=110) == lines


def test_closing_punctuation_does_not_start_a_line() -> None:
    assert not [line for line in wrap("确认收到。" * 6, size=12, width=60) if line.startswith("。")]


@given(st.text(alphabet="ab c顾客。-", max_size=40), st.integers(20, 200))
def test_breaking_loses_nothing(text: str, width: int) -> None:
    assert "".join("".join(wrap(text, size=12, width=width)).split()) == "".join(text.split())
