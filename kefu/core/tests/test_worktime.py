from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.core.holidays import LAST_KNOWN, DayKind, chinese_day, is_known
from kefu.core.worktime import (
    ALWAYS,
    WHOLE_DAY,
    Hours,
    Interval,
    NeverOpen,
    add_worktime,
    between,
    is_open,
    minutes_of,
    next_opening,
    next_openings,
    worktime_between,
    zone_named,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
SPLIT = (between("09:00", "12:00"), between("13:30", "18:00"))
OFFICE = Hours(SHANGHAI, (SPLIT,) * 5 + ((), ()), chinese=True)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_a_lunch_break_does_not_count() -> None:
    due = add_worktime(at("2026-03-02 11:30"), HOUR, OFFICE)

    assert due == at("2026-03-02 14:00")


def test_time_added_on_friday_evening_goes_on_on_monday() -> None:
    due = add_worktime(at("2026-03-06 17:50"), timedelta(minutes=30), OFFICE)

    assert due == at("2026-03-09 09:20")


def test_what_ends_with_the_day_is_due_at_closing_time() -> None:
    assert add_worktime(at("2026-03-06 17:30"), HOUR / 2, OFFICE) == at("2026-03-06 18:00")


def test_spring_festival_is_closed_and_its_make_up_saturday_is_open() -> None:
    assert not is_open(at("2026-02-17 10:00"), OFFICE)
    assert is_open(at("2026-02-28 10:00"), OFFICE)
    assert next_opening(at("2026-02-14 19:00"), OFFICE) == at("2026-02-24 09:00")


def test_a_make_up_day_has_the_hours_of_an_ordinary_day() -> None:
    short = (between("10:00", "12:00"),)
    hours = Hours(SHANGHAI, (SPLIT,) * 5 + (short, ()), chinese=True)

    assert hours.of_day(date(2026, 2, 28)) == SPLIT
    assert hours.of_day(date(2026, 3, 7)) == short


def test_a_holiday_may_have_hours_of_its_own() -> None:
    hours = Hours(SHANGHAI, (SPLIT,) * 7, chinese=True, holiday=(between("10:00", "16:00"),))

    assert is_open(at("2026-10-01 12:30"), hours)
    assert not is_open(at("2026-10-01 17:00"), hours)


def test_a_single_day_wins_over_holiday_and_weekday() -> None:
    days = {date(2026, 10, 1): WHOLE_DAY, date(2026, 3, 4): ()}
    hours = Hours(SHANGHAI, OFFICE.week, chinese=True, days=days)

    assert is_open(at("2026-10-01 23:59"), hours)
    assert worktime_between(at("2026-03-04 00:00"), at("2026-03-05 00:00"), hours) == timedelta()


def test_a_year_the_library_does_not_know_keeps_what_the_law_fixes() -> None:
    unknown = LAST_KNOWN + 1

    assert not is_known(unknown)
    assert chinese_day(date(unknown, 10, 1)) is DayKind.HOLIDAY
    assert chinese_day(date(unknown, 7, 1)) is DayKind.ORDINARY
    assert DayKind.HOLIDAY in {chinese_day(date(unknown, 4, day)) for day in (4, 5, 6)}


def test_a_night_shift_reaches_into_the_next_day() -> None:
    hours = Hours(SHANGHAI, ((between("22:00", "06:00"),),) + ((),) * 6)

    assert is_open(at("2026-03-03 05:59"), hours)
    assert not is_open(at("2026-03-03 06:00"), hours)
    assert next_openings(at("2026-03-01 00:00"), hours, count=1) == [
        (at("2026-03-02 22:00"), at("2026-03-03 06:00"))
    ]


def test_intervals_that_overlap_over_midnight_count_once() -> None:
    week = ((between("20:00", "04:00"),), (between("02:00", "08:00"),)) + ((),) * 5
    hours = Hours(SHANGHAI, week)

    assert worktime_between(at("2026-03-02 00:00"), at("2026-03-04 00:00"), hours) == 12 * HOUR


def test_the_day_the_clocks_go_forward_is_an_hour_shorter() -> None:
    hours = Hours(BERLIN, (WHOLE_DAY,) * 7)
    day = at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN)

    assert worktime_between(*day, hours) == 23 * HOUR
    assert add_worktime(at("2026-03-29 01:30", BERLIN), HOUR, hours) == at(
        "2026-03-29 03:30", BERLIN
    )


def test_an_interval_inside_the_skipped_hour_is_empty() -> None:
    hours = Hours(BERLIN, ((between("02:10", "02:50"),),) * 7)
    day = at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN)

    assert worktime_between(*day, hours) == timedelta()


def test_an_interval_that_begins_in_the_skipped_hour_begins_at_the_jump() -> None:
    hours = Hours(BERLIN, ((between("02:30", "04:00"),),) * 7)

    assert next_opening(at("2026-03-29 00:00", BERLIN), hours) == at("2026-03-29 03:00", BERLIN)


def test_the_day_the_clocks_go_back_is_an_hour_longer() -> None:
    hours = Hours(BERLIN, ((between("00:00", "06:00"),),) * 7)
    day = at("2026-10-25 00:00", BERLIN), at("2026-10-26 00:00", BERLIN)

    assert worktime_between(*day, hours) == 7 * HOUR


def test_hours_that_never_open_say_so() -> None:
    never = Hours(SHANGHAI, ((),) * 7)

    assert next_opening(at("2026-03-02 11:30"), never) is None
    with pytest.raises(NeverOpen):
        add_worktime(at("2026-03-02 11:30"), HOUR, never)


def test_a_span_of_years_takes_milliseconds_once_the_months_are_known() -> None:
    start, end = at("2020-01-01 00:00"), at("2030-01-01 00:00")
    worked = worktime_between(start, end, OFFICE)

    began = time.perf_counter()
    for _ in range(100):
        add_worktime(start, worked, OFFICE)

    assert time.perf_counter() - began < 5  # a day at a time would take minutes


@pytest.mark.parametrize("text", ["9:00", "24:01", "12:60", "ab:cd", "١٢:٠٠", "12-00", ""])
def test_an_odd_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        minutes_of(text)


@pytest.mark.parametrize("name", ["Asia/Peking", "../etc/passwd", "", "asia/shanghai\x00"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone_named(name)


@pytest.mark.parametrize(("start", "end"), [(600, 600), (600, 500), (-1, 20), (1440, 1500)])
def test_an_impossible_interval_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(start, end)


# ------------------------------------------------------------------- what holds for all hours

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Havana", "Africa/Cairo"]
ODD_ZONES = ["Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"]


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, ...]:
    starts = draw(st.lists(st.integers(0, 1439), max_size=3))
    return tuple(Interval(start, start + draw(st.integers(1, 1440))) for start in sorted(starts))


@st.composite
def desks(draw: st.DrawFn) -> Hours:
    week = (*(draw(intervals()) for _ in range(6)), (between("10:00", "11:00"),))
    days = draw(
        st.dictionaries(st.dates(date(2023, 1, 1), date(2027, 12, 31)), intervals(), max_size=4)
    )
    zone = ZoneInfo(draw(st.sampled_from(ZONES + ODD_ZONES)))
    return Hours(zone, week, chinese=draw(st.booleans()), days=days)


MOMENTS = st.datetimes(
    datetime.fromisoformat("2010-06-01"),
    datetime.fromisoformat("2027-06-01"),
    timezones=st.just(UTC),
)
DURATIONS = st.timedeltas(timedelta(), timedelta(hours=60))
often = settings(max_examples=150, deadline=None)


@often
@given(desks(), MOMENTS, DURATIONS, DURATIONS)
def test_adding_twice_is_adding_the_sum(
    desk: Hours, start: datetime, a: timedelta, b: timedelta
) -> None:
    assert add_worktime(add_worktime(start, a, desk), b, desk) == add_worktime(start, a + b, desk)


@often
@given(desks(), MOMENTS, DURATIONS)
def test_measuring_undoes_adding(desk: Hours, start: datetime, duration: timedelta) -> None:
    assert worktime_between(start, add_worktime(start, duration, desk), desk) == duration


@often
@given(desks(), st.lists(MOMENTS, min_size=3, max_size=3))
def test_parts_of_a_span_add_up(desk: Hours, moments: list[datetime]) -> None:
    a, b, c = moments

    whole = worktime_between(a, c, desk)

    assert whole == worktime_between(a, b, desk) + worktime_between(b, c, desk)
    assert abs(whole) <= abs(c - a)


@often
@given(desks(), MOMENTS, DURATIONS, DURATIONS)
def test_more_time_is_due_later_and_so_is_a_later_start(
    desk: Hours, start: datetime, a: timedelta, b: timedelta
) -> None:
    due = add_worktime(start, a, desk)

    assert due <= add_worktime(start, a + b, desk)
    assert due <= add_worktime(start + b, a, desk)


@often
@given(desks(), MOMENTS)
def test_a_desk_is_open_exactly_when_time_passes_there(desk: Hours, moment: datetime) -> None:
    passed = worktime_between(moment, moment + timedelta(microseconds=1), desk)
    opening = next_opening(moment, desk)

    assert is_open(moment, desk) == bool(passed)
    assert opening is not None
    assert is_open(opening, desk)
    assert worktime_between(moment, opening, desk) == timedelta()


@often
@given(desks(), MOMENTS)
def test_the_next_openings_hold_all_the_time_between_them(desk: Hours, moment: datetime) -> None:
    spans = next_openings(moment, desk, count=3)

    first, last = max(spans[0][0], moment), spans[-1][1]
    total = sum((end - max(start, moment) for start, end in spans), timedelta())
    assert worktime_between(first, last, desk) == total


@settings(max_examples=40, deadline=None)
@given(desks(), MOMENTS)
def test_counting_minute_by_minute_on_the_wall_gives_the_same(
    desk: Hours, moment: datetime
) -> None:
    desk = Hours(SHANGHAI, desk.week, days=desk.days)  # a zone without jumps
    start = moment.replace(second=0, microsecond=0)

    counted = sum(shows_open(desk, start + n * MINUTE) for n in range(1500))

    assert worktime_between(start, start + 1500 * MINUTE, desk) == counted * MINUTE


def shows_open(desk: Hours, moment: datetime) -> bool:
    local = moment.astimezone(desk.zone)
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return any(i.start <= minute < i.end for i in desk.of_day(today)) or any(
        i.start <= minute + 1440 < i.end for i in desk.of_day(yesterday)
    )


@given(MOMENTS, DURATIONS)
def test_a_desk_that_is_always_open_follows_the_calendar(
    start: datetime, duration: timedelta
) -> None:
    assert add_worktime(start, duration, ALWAYS) == start + duration
    assert next_opening(start, ALWAYS) == start
