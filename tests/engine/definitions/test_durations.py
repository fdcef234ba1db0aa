"""ISO 8601 durations by their parts."""

from datetime import timedelta

import pytest

from supplier_quality.engine.definitions import IsoDuration, NotADuration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P5D", IsoDuration(days=5)),
        ("P1Y6M", IsoDuration(years=1, months=6)),
        ("P2W", IsoDuration(weeks=2)),
        ("PT36H", IsoDuration(hours=36)),
        ("P1DT2H3M4S", IsoDuration(days=1, hours=2, minutes=3, seconds=4)),
        ("PT1.5H", IsoDuration(hours=1, minutes=30)),
        ("PT1,5H", IsoDuration(hours=1, minutes=30)),
        ("P0.5D", IsoDuration(hours=12)),
        ("P0.5W", IsoDuration(days=3, hours=12)),
        ("P1M", IsoDuration(months=1)),
        ("PT1M", IsoDuration(minutes=1)),
    ],
)
def test_iso_durations_are_read_by_their_parts(text: str, duration: IsoDuration) -> None:
    assert IsoDuration.parse(text) == duration
    assert IsoDuration.parse(str(duration)) == duration


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "5D", "p5d", "P5", "P5H", "PT5D", "P-5D", "-P5D", "P5DT", "P1W2D", "P1.5Y", "P0.5M", "P1.5DT2H", "PT0.1S",
     "P 5D", "P5D ", "P5D\n", "P1M1Y", "P٥D", "P201Y", "P999999999D", "P1234567890D"],
)  # fmt: skip
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(NotADuration):
        IsoDuration.parse(text)


def test_months_and_years_have_a_shortest_and_a_longest_length() -> None:
    assert IsoDuration.parse("P1M").shortest == timedelta(days=28)
    assert IsoDuration.parse("P1M").longest == timedelta(days=31)
    assert IsoDuration.parse("P1Y").longest == timedelta(days=366)


def test_nothing_is_false() -> None:
    assert not IsoDuration.parse("PT0S")
    assert IsoDuration.parse("PT1S")
