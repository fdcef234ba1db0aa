"""When timers fall due: entering, ends, reminders, repeats, and what happens after the process was down."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplier_quality.engine import calendars, due
from supplier_quality.engine.calendars import Calendar
from supplier_quality.engine.definitions.durations import IsoDuration
from tests.engine.diagram.examples import sample_release

BERLIN = Calendar("DE", "Europe/Berlin")
ENTERED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Rule:
    after: IsoDuration | None = None
    before: tuple[IsoDuration, ...] = ()
    calendar: str = "continuous"
    repeat: IsoDuration | None = None
    max: int | None = None


def rule(
    *, after: str = "", before: tuple[str, ...] = (), business: bool = False, repeat: str = "", most: int | None = None
) -> Rule:
    return Rule(
        after=IsoDuration.parse(after) if after else None,
        before=tuple(IsoDuration.parse(text) for text in before),
        calendar="business" if business else "continuous",
        repeat=IsoDuration.parse(repeat) if repeat else None,
        max=most,
    )


def moments(given: Rule, at_value: date | datetime | None = None, entered_at: datetime = ENTERED) -> list[datetime]:
    return due.due_moments(given, entered_at=entered_at, at_value=at_value, calendar=BERLIN)


def test_after_counts_from_entering_the_state() -> None:
    assert moments(rule(after="P5D")) == [datetime(2026, 11, 25, 9, 0, tzinfo=UTC)]
    assert moments(rule(after="P5D", business=True)) == [datetime(2026, 11, 27, 9, 0, tzinfo=UTC)]


def test_continuous_days_follow_the_zone_asked_for() -> None:
    entered = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)

    here = due.due_moments(rule(after="P1D"), entered_at=entered, at_value=None, calendar=BERLIN)
    there = due.due_moments(rule(after="P1D"), entered_at=entered, at_value=None, calendar=BERLIN, zone="Asia/Shanghai")

    assert here == [datetime(2026, 3, 29, 8, 0, tzinfo=UTC)]
    assert there == [datetime(2026, 3, 29, 9, 0, tzinfo=UTC)]


def test_at_without_a_value_is_not_due() -> None:
    assert moments(rule()) == []


def test_at_with_a_moment_is_that_moment_even_if_it_has_passed() -> None:
    passed = ENTERED - timedelta(days=3)

    assert moments(rule(), passed) == [passed]


@pytest.mark.parametrize(
    ("business", "day", "expected"),
    [
        (False, date(2026, 12, 1), datetime(2026, 12, 1, 23, 0, tzinfo=UTC)),
        (False, date(2026, 12, 31), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        (False, date(2026, 7, 1), datetime(2026, 7, 1, 22, 0, tzinfo=UTC)),
        (True, date(2026, 12, 1), datetime(2026, 12, 1, 16, 0, tzinfo=UTC)),
        (True, date(2026, 12, 25), datetime(2026, 12, 28, 16, 0, tzinfo=UTC)),
    ],
)
def test_at_with_a_date_is_the_end_of_that_day(business: bool, day: date, expected: datetime) -> None:
    assert moments(rule(business=business), day) == [expected]


def test_reminders_ahead_of_a_date_come_when_the_site_opens() -> None:
    ends = date(2027, 1, 31)

    assert moments(rule(before=("P7D", "P30D")), ends) == [
        datetime(2027, 1, 1, 7, 0, tzinfo=UTC),
        datetime(2027, 1, 24, 7, 0, tzinfo=UTC),
    ]
    assert moments(rule(before=("P5D",), business=True), ends) == [datetime(2027, 1, 25, 7, 0, tzinfo=UTC)]


def test_reminders_ahead_of_a_moment_keep_its_local_time() -> None:
    ends = datetime(2027, 3, 29, 10, 0, tzinfo=UTC)

    assert moments(rule(before=("P7D",)), ends) == [datetime(2027, 3, 22, 11, 0, tzinfo=UTC)]


def test_reminders_that_had_passed_when_the_state_was_entered_are_left_out() -> None:
    assert moments(rule(before=("P30D", "P7D")), date(2026, 12, 5)) == [datetime(2026, 11, 28, 7, 0, tzinfo=UTC)]
    assert moments(rule(before=("P30D", "P7D")), date(2026, 11, 22)) == []


def test_two_reminders_at_the_same_moment_are_one() -> None:
    assert len(moments(rule(before=("P7D", "P1W")), date(2027, 1, 31))) == 1


def test_a_one_shot_has_no_repeat() -> None:
    assert due.next_repeat(rule(after="P5D"), ENTERED, 1, at=ENTERED, calendar=BERLIN) is None


def fire_all(given: Rule, first: datetime, ticks: list[datetime]) -> list[datetime]:
    """The planned moments a worker fires that wakes at these times."""
    planned: datetime | None = first
    fired: list[datetime] = []
    for tick in ticks:
        if planned is not None and planned <= tick:
            fired.append(planned)
            planned = due.next_repeat(given, first, len(fired), at=tick, calendar=BERLIN)
    return fired


def test_a_repeat_fires_as_often_as_its_maximum_says() -> None:
    given = rule(after="P5D", business=True, repeat="P2D", most=3)
    first = moments(given)[0]
    hourly = [first + timedelta(hours=number) for number in range(24 * 20)]

    assert fire_all(given, first, hourly) == [
        datetime(2026, 11, 27, 9, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
        datetime(2026, 12, 3, 9, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize("down", [timedelta(hours=1), timedelta(days=1), timedelta(days=40)])
def test_a_worker_that_was_down_fires_once_for_what_it_missed_and_goes_on_in_step(down: timedelta) -> None:
    given = rule(after="P5D", repeat="P2D", most=4)
    first = moments(given)[0]
    back = first + down
    hourly = [back + timedelta(hours=number) for number in range(24 * 20)]

    fired = fire_all(given, first, hourly)

    assert len(fired) == len(set(fired)) == 4
    assert fired[0] == first
    assert fired[1] > back
    assert fired[1] - back <= timedelta(days=2)
    assert all((moment - first) % timedelta(days=2) == timedelta(0) for moment in fired)
    assert [later - earlier for earlier, later in pairwise(fired[1:])] == [timedelta(days=2)] * 2


def test_a_late_firing_does_not_move_the_following_ones() -> None:
    given = rule(after="P1D", repeat="P1D")

    late = due.next_repeat(given, ENTERED, 1, at=ENTERED + timedelta(hours=23), calendar=BERLIN)

    assert late == ENTERED + timedelta(days=1)


def test_a_yearly_timer_of_29_february_comes_back_to_it() -> None:
    leap = datetime(2028, 2, 29, 9, 0, tzinfo=UTC)
    given = rule(after="P1D", repeat="P1Y")

    years = [
        due.next_repeat(given, leap, fired, at=leap.replace(year=2028 + fired, month=1, day=1), calendar=BERLIN)
        for fired in range(1, 5)
    ]

    assert [(moment.month, moment.day) for moment in years if moment] == [(2, 28), (2, 28), (2, 28), (2, 29)]


def test_a_clock_set_back_an_hour_does_not_fire_the_same_moment_again() -> None:
    given = rule(after="P1D", repeat="PT30M")
    first = moments(given)[0]
    second = due.next_repeat(given, first, 1, at=first, calendar=BERLIN)

    again = due.next_repeat(given, first, 2, at=first - timedelta(hours=1), calendar=BERLIN)

    assert second is not None
    assert again is not None
    assert again > second


def test_daily_repeats_run_through_both_clock_changes_without_a_day_twice_or_skipped() -> None:
    given = rule(after="P1D", repeat="P1D")
    first = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)  # 02:30 in Berlin
    planned, days = first, []
    for fired in range(1, 366):
        days.append(planned.astimezone(ZoneInfo("Europe/Berlin")).date())
        following = due.next_repeat(given, first, fired, at=planned, calendar=BERLIN)
        assert following is not None
        planned = following

    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


@given(
    st.sampled_from(["PT1H", "P1D", "P3D", "P1W", "P1M", "P1Y"]),
    st.booleans(),
    st.integers(1, 6),
    st.integers(0, 3_000_000),
)
def test_the_next_repeat_is_the_first_of_the_grid_that_is_ahead(
    every: str, business: bool, fired: int, minutes: int
) -> None:
    given = rule(after="P1D", repeat=every, business=business)
    at = ENTERED + timedelta(minutes=minutes if every != "PT1H" else minutes % 20_000)

    found = due.next_repeat(given, ENTERED, fired, at=at, calendar=BERLIN)

    def slot(number: int) -> datetime:
        many = calendars.times(IsoDuration.parse(every), number)
        if business:
            return calendars.add_business(ENTERED, many, calendar=BERLIN)
        return calendars.add_continuous(ENTERED, many, zone=BERLIN.zone)

    number = fired
    while slot(number) <= at:
        number += 1
    assert found == slot(number)


def test_a_repeat_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="never end"):
        due.next_repeat(rule(after="P1D", repeat="P0D"), ENTERED, 1, at=ENTERED, calendar=BERLIN)


def test_timers_of_a_process_file_are_such_rules() -> None:
    slow, ahead, over = sample_release().timers
    until = date(2027, 1, 31)

    assert due.due_moments(slow, entered_at=ENTERED, at_value=None, calendar=BERLIN) == [
        datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    ]
    assert due.due_moments(ahead, entered_at=ENTERED, at_value=until, calendar=BERLIN) == [
        datetime(2027, 1, 1, 7, 0, tzinfo=UTC),
        datetime(2027, 1, 30, 7, 0, tzinfo=UTC),
    ]
    assert due.due_moments(over, entered_at=ENTERED, at_value=until, calendar=BERLIN) == [
        datetime(2027, 1, 31, 23, 0, tzinfo=UTC)
    ]
