"""Working time and durations, read against a table of expected times and against counting day by day."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.engine import calendars
from supplier_quality.engine.calendars import Calendar, UnknownCalendar
from supplier_quality.engine.definitions.durations import IsoDuration

EXPECTED = list(csv.DictReader((Path(__file__).parent / "expected_times.csv").read_text("utf-8").splitlines()))

BERLIN = Calendar("DE", "Europe/Berlin")
SITES = [
    BERLIN,
    Calendar("US", "America/New_York"),
    Calendar("CN", "Asia/Shanghai"),
    Calendar("AU", "Australia/Lord_Howe", "NSW"),
    Calendar("SA", "Asia/Riyadh", opens=time(7), closes=time(15, 30)),
    Calendar("DE", "Europe/Berlin", opens=time(0), closes=time(0)),
]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
sites = st.sampled_from(SITES)
working_durations = st.builds(
    lambda days, seconds: IsoDuration(days=days, seconds=seconds),
    st.integers(0, 40),
    st.integers(0, 300_000),
)


def count(row: dict[str, str]) -> datetime:
    start, duration = datetime.fromisoformat(row["start"]), IsoDuration.parse(row["duration"])
    calendar = calendars.calendar_of(row["country"], row["zone"], row["subdivision"] or None)
    counting, _, number = row["counting"].partition(" ")
    match counting:
        case "continuous":
            return calendars.add_continuous(start, duration, zone=row["zone"])
        case "continuous_before":
            return calendars.subtract_continuous(start, duration, zone=row["zone"])
        case "business":
            return calendars.add_business(start, duration, calendar=calendar)
        case "business_before":
            return calendars.subtract_business(start, duration, calendar=calendar)
        case "repeat":
            return calendars.add_continuous(start, calendars.times(duration, int(number)), zone=row["zone"])
    raise AssertionError(f"The table says {counting!r}, which nobody counts.")


@pytest.mark.parametrize(
    "row", EXPECTED, ids=lambda row: f"{row['zone']} {row['start']} {row['duration']} {row['counting']}"
)
def test_the_table_of_expected_times_holds(row: dict[str, str]) -> None:
    found = count(row)

    assert found == datetime.fromisoformat(row["expected"]), row["why"]
    # The offset is part of the expectation: it tells the first of two equal local times from the second.
    assert found.astimezone(ZoneInfo(row["zone"])).isoformat(timespec="minutes") == row["expected"], row["why"]
    assert found.tzinfo is UTC


def test_the_table_covers_the_four_zones() -> None:
    zones = {row["zone"] for row in EXPECTED}

    assert {"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"} <= zones


@given(sites, moments, working_durations, working_durations)
def test_a_later_start_is_never_due_earlier(
    site: Calendar, at: datetime, wait: IsoDuration, duration: IsoDuration
) -> None:
    later = calendars.add_continuous(at, wait, zone="UTC")

    assert calendars.add_business(at, duration, calendar=site) <= calendars.add_business(later, duration, calendar=site)


@given(sites, moments, working_durations)
def test_more_days_are_never_due_earlier(site: Calendar, at: datetime, duration: IsoDuration) -> None:
    longer = IsoDuration(days=duration.days + 1, seconds=duration.seconds)

    due = calendars.add_business(at, duration, calendar=site)

    assert due >= at
    assert calendars.add_business(at, longer, calendar=site) >= due


@given(sites, moments, working_durations)
def test_a_due_moment_is_never_outside_working_time(site: Calendar, at: datetime, duration: IsoDuration) -> None:
    due = calendars.add_business(at, duration, calendar=site)

    local = due.astimezone(ZoneInfo(site.zone))
    known = holidays.country_holidays(site.country, subdiv=site.subdivision)
    open_then = local.time() >= site.opens and (local.time() < site.closes or site.closes == time(0))
    # A count may end exactly at close, which for a site open until midnight is written as the next day.
    just_closed = local.time() == site.closes and known.is_working_day((local - timedelta(microseconds=1)).date())
    assert (known.is_working_day(local.date()) and open_then) or just_closed


@given(sites, moments, st.integers(1, 30))
def test_working_days_agree_with_counting_day_by_day(site: Calendar, at: datetime, days: int) -> None:
    known = holidays.country_holidays(site.country, subdiv=site.subdivision)
    local = at.astimezone(ZoneInfo(site.zone))
    day, left, wall = local.date(), days, local.time()
    if not site.is_working(at):
        # The working day that closed last before that moment.
        after_close = known.is_working_day(day) and at >= site.close_of(day)
        while not after_close:
            day -= timedelta(days=1)
            after_close = known.is_working_day(day)
        wall = site.closes
    while left:
        day += timedelta(days=1)
        left -= known.is_working_day(day)
    if not site.is_working(at) and site.closes == time(0):
        day += timedelta(days=1)

    expected = datetime.combine(day, wall).replace(tzinfo=ZoneInfo(site.zone)).astimezone(UTC)

    assert calendars.add_business(at, IsoDuration(days=days), calendar=site) == expected


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(SITES), moments, st.integers(1, 3000))
def test_working_minutes_agree_with_counting_minute_by_minute(site: Calendar, at: datetime, minutes: int) -> None:
    moment, left = at.replace(second=0), minutes
    while left:
        left -= site.is_working(moment)
        moment += timedelta(minutes=1)

    duration = IsoDuration(minutes=minutes)

    assert calendars.add_business(at.replace(second=0), duration, calendar=site) == moment


@given(sites, moments, st.integers(1, 30))
def test_going_back_undoes_going_forward_inside_working_time(site: Calendar, at: datetime, days: int) -> None:
    start = site.next_working_moment(at)
    wall = start.astimezone(ZoneInfo(site.zone))
    duration = IsoDuration(days=days)

    back = calendars.subtract_business(
        calendars.add_business(start, duration, calendar=site), duration, calendar=site
    ).astimezone(ZoneInfo(site.zone))

    assert back.date() == wall.date()
    # A local time skipped or doubled on the way comes back changed by that change at most.
    assert abs(back - wall) <= timedelta(hours=1)


@given(moments, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]))
def test_days_keep_the_local_time_except_where_it_does_not_exist(at: datetime, zone: str) -> None:
    due = calendars.add_continuous(at, IsoDuration(days=1), zone=zone)

    before, after = at.astimezone(ZoneInfo(zone)), due.astimezone(ZoneInfo(zone))
    shift = datetime.combine(after, after.time()) - datetime.combine(before, before.time())
    assert shift in (timedelta(days=1), timedelta(days=1, hours=1), timedelta(days=1, minutes=30))


def test_opening_belongs_to_working_time_and_close_does_not() -> None:
    assert BERLIN.is_working(datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    assert not BERLIN.is_working(datetime(2026, 11, 20, 6, 59, 59, tzinfo=UTC))
    assert not BERLIN.is_working(datetime(2026, 11, 20, 16, 0, tzinfo=UTC))


def test_the_next_working_moment_is_now_or_the_next_opening() -> None:
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    assert BERLIN.next_working_moment(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)) == datetime(
        2026, 11, 20, 9, 30, tzinfo=UTC
    )
    assert BERLIN.next_working_moment(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == monday
    assert BERLIN.next_working_moment(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) == monday


def test_the_first_working_hour_of_a_free_day_is_that_of_the_next_working_day() -> None:
    assert BERLIN.first_working_hour(date(2026, 12, 25)) == datetime(2026, 12, 28, 7, 0, tzinfo=UTC)
    assert BERLIN.first_working_hour(date(2026, 7, 1)) == datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "working_day", "expected"),
    [
        (datetime(2026, 11, 20, 6, 59, tzinfo=UTC), True, datetime(2026, 11, 20, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), True, datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), False, datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), False, datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
    ],
)
def test_a_digest_comes_once_a_day_at_the_local_hour(at: datetime, working_day: bool, expected: datetime) -> None:
    assert BERLIN.next_local(at, time(8), working_day=working_day) == expected


def test_a_day_in_which_the_hour_is_skipped_still_has_its_digest() -> None:
    found = BERLIN.next_local(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), time(2, 30))

    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_doubled_hour_has_one_digest() -> None:
    first = BERLIN.next_local(datetime(2026, 10, 25, 0, 0, tzinfo=UTC), time(2, 30))

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert BERLIN.next_local(first, time(2, 30)) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_a_timedelta_counts_its_whole_days_as_days() -> None:
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    assert calendars.add_business(at, timedelta(days=5, hours=1), calendar=BERLIN) == datetime(
        2026, 11, 27, 10, 0, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="subtract"):
        calendars.add_business(at, timedelta(hours=-1), calendar=BERLIN)


@pytest.mark.parametrize(
    ("country", "zone", "subdivision", "sentence"),
    [
        ("XX", "Europe/Berlin", None, "country XX"),
        ("DE", "Europe/Berlin", "NSW", "NSW is no part of DE"),
        ("DE", "Europe/Berln", None, "Europe/Berln is no time zone"),
        ("DE", "../../etc/passwd", None, "is no time zone"),
    ],
)
def test_an_unknown_place_is_refused_by_name(country: str, zone: str, subdivision: str | None, sentence: str) -> None:
    with pytest.raises(UnknownCalendar, match=sentence):
        Calendar(country, zone, subdivision)


def test_hours_that_do_not_run_forward_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot close"):
        Calendar("DE", "Europe/Berlin", opens=time(17), closes=time(8))
