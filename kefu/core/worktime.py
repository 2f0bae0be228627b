"""Business time: adding and measuring time while a desk is open, in any zone, over any span."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from kefu.core.holidays import DayKind, chinese_day

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
MONTHS_SEARCHED = 12 * 20
MONTHS_KEPT = 12 * 100
ORDINARY_WEEKDAYS = range(5)
TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-9]{2}")


class NeverOpen(ValueError):
    """These hours do not open again, so no time can be added."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Minutes after local midnight; an end after 1440 reaches into the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY_MINUTES and self.start < self.end):
            raise ValueError("An interval starts within the day and ends after its start.")
        if self.end - self.start > DAY_MINUTES:
            raise ValueError("An interval lasts at most 24 hours.")


Intervals = tuple[Interval, ...]
Span = tuple[datetime, datetime]
WHOLE_DAY: Intervals = (Interval(0, DAY_MINUTES),)


def between(start: str, end: str) -> Interval:
    """An interval from `09:00` to `18:00`; `22:00` to `06:00` ends on the next day."""
    first, last = minutes_of(start), minutes_of(end)
    return Interval(first, last if last > first else last + DAY_MINUTES)


def minutes_of(clock: str) -> int:
    """Minutes after midnight of `HH:MM`; `24:00` is the end of the day."""
    if not TIME_OF_DAY.fullmatch(clock):
        raise ValueError("A time of day is written HH:MM.")
    hours, minutes = int(clock[:2]), int(clock[3:])
    total = hours * 60 + minutes
    if minutes > 59 or total > DAY_MINUTES:
        raise ValueError("A time of day lies between 00:00 and 24:00.")
    return total


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name in the time zone database."""
    if name not in _zone_names():
        raise ValueError("There is no such time zone.")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True)
class Hours:
    """When a desk is open.

    A day follows, in this order: `days` (single days, open or closed), the Chinese calendar when
    `chinese` is set (a holiday has `holiday` hours, a make-up workday those of the first ordinary
    weekday with any), the weekday (Monday first).
    """

    zone: ZoneInfo
    week: tuple[Intervals, ...]
    chinese: bool = False
    holiday: Intervals = ()
    days: Mapping[date, Intervals] = field(default_factory=dict)
    _months: dict[int, _Month] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("A week has seven days.")

    def of_day(self, day: date) -> Intervals:
        """The intervals that begin on this day."""
        if day in self.days:
            return self.days[day]
        kind = chinese_day(day) if self.chinese else DayKind.ORDINARY
        if kind is DayKind.HOLIDAY:
            return self.holiday
        return self._workday() if kind is DayKind.MAKE_UP else self.week[day.weekday()]

    def _workday(self) -> Intervals:
        return next((self.week[day] for day in ORDINARY_WEEKDAYS if self.week[day]), ())

    def month(self, number: int) -> _Month:
        """The opening times of a month (`year * 12 + month - 1`), worked out once."""
        found = self._months.get(number)
        if found is None:
            if len(self._months) >= MONTHS_KEPT:
                self._months.clear()
            found = self._months[number] = _Month.of(self, number)
        return found


@dataclass(frozen=True, slots=True)
class _Month:
    """Disjoint spans in order, and how much was open before each of them."""

    starts: list[datetime]
    ends: list[datetime]
    before: list[timedelta]
    total: timedelta

    @classmethod
    def of(cls, hours: Hours, number: int) -> _Month:
        starts: list[datetime] = []
        ends: list[datetime] = []
        before: list[timedelta] = []
        total = timedelta()
        for start, end in _month_spans(hours, number):
            if ends and start == ends[-1]:
                ends[-1] = end
            else:
                before.append(total)
                starts.append(start)
                ends.append(end)
            total += end - start
        return cls(starts, ends, before, total)

    def until(self, moment: datetime) -> timedelta:
        """How much of this month was open before the moment."""
        index = bisect_right(self.starts, moment) - 1
        if index < 0:
            return timedelta()
        return self.before[index] + min(moment, self.ends[index]) - self.starts[index]

    def reached(self, amount: timedelta) -> datetime:
        """The first moment by which `amount` (positive, at most the total) was open."""
        index = bisect_right(self.before, amount) - 1
        if self.before[index] == amount:
            index -= 1
        return self.starts[index] + (amount - self.before[index])


ALWAYS = Hours(ZoneInfo("UTC"), (WHOLE_DAY,) * 7)


def worktime_between(a: datetime, b: datetime, hours: Hours) -> timedelta:
    """How long the desk is open from `a` to `b`; negative when `b` comes first."""
    if b < a:
        return -worktime_between(b, a, hours)
    if hours is ALWAYS:
        return b - a
    first, last = _number(a, hours), _number(b, hours)
    total = hours.month(last).until(b) - hours.month(first).until(a)
    return total + sum((hours.month(n).total for n in range(first, last)), timedelta())


def add_worktime(start: datetime, duration: timedelta, hours: Hours) -> datetime:
    """The first moment by which the desk has been open for `duration` since `start`."""
    if duration < timedelta():
        raise ValueError("Only a positive duration can be added.")
    if not duration or hours is ALWAYS:
        return start + duration
    first = _number(start, hours)
    left = duration + hours.month(first).until(start)
    for number in range(first, first + MONTHS_SEARCHED):
        month = hours.month(number)
        if left <= month.total:
            return month.reached(left)
        left -= month.total
    raise NeverOpen("The desk is not open long enough in the next twenty years.")


def later(start: datetime, duration: timedelta, hours: Hours) -> datetime:
    """As `add_worktime`; where the desk never opens again, day and night count."""
    try:
        return add_worktime(start, duration, hours)
    except NeverOpen:
        return start + duration


def is_open(at: datetime, hours: Hours) -> bool:
    """Whether the desk is open at this moment; at its closing time it is not."""
    month = hours.month(_number(at, hours))
    index = bisect_right(month.starts, at) - 1
    return index >= 0 and at < month.ends[index]


def next_opening(at: datetime, hours: Hours) -> datetime | None:
    """The moment itself when open, else the next opening; nothing when there is none."""
    if is_open(at, hours):
        return at
    first = _number(at, hours)
    for number in range(first, first + MONTHS_SEARCHED):
        starts = hours.month(number).starts
        index = bisect_right(starts, at)
        if index < len(starts):
            return starts[index]
    return None


def next_openings(at: datetime, hours: Hours, *, count: int) -> list[Span]:
    """The next `count` opening times, the one going on included; those that touch are one."""
    return list(islice(openings(at, hours), count))


def openings(at: datetime, hours: Hours) -> Iterator[Span]:
    """Opening times that end after the moment, in order."""
    first = _number(at, hours)
    going: Span | None = None
    for number in range(first, first + MONTHS_SEARCHED):
        month = hours.month(number)
        for start, end in zip(month.starts, month.ends, strict=True):
            if going and start == going[1]:
                going = (going[0], end)
                continue
            if going and going[1] > at:
                yield going
            going = (start, end)
    if going and going[1] > at:
        yield going


def _number(at: datetime, hours: Hours) -> int:
    """The month in whose spans the moment lies; local midnight decides, its first if it is two."""
    local = at.astimezone(hours.zone)
    number = local.year * 12 + local.month - 1
    if at < _midnight(date(local.year, local.month, 1), hours.zone):
        return number - 1
    following = _first_day(number + 1)
    return number + 1 if at >= _midnight(following, hours.zone) else number


def _month_spans(hours: Hours, number: int) -> Iterator[Span]:
    day, end = _first_day(number), _first_day(number + 1)
    while day < end:
        yield from _day_spans(hours, day)
        day += DAY


def _day_spans(hours: Hours, day: date) -> Iterator[Span]:
    """What is open within one local day, what reaches over from the day before included."""
    over = [(0, i.end - DAY_MINUTES) for i in hours.of_day(day - DAY) if i.end > DAY_MINUTES]
    own = [(i.start, min(i.end, DAY_MINUTES)) for i in hours.of_day(day)]
    for start, end in _united(sorted(over + own)):
        span = _moment(day, start, hours.zone), _moment(day, end, hours.zone)
        if span[0] < span[1]:
            yield span


def _united(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in pieces:
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _first_day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


@lru_cache(maxsize=1000)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return _moment(day, 0, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """When a local time of day comes: the first time if twice, at the jump if it is skipped."""
    if minutes == DAY_MINUTES:
        day, minutes = day + DAY, 0
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _jump(wall.replace(fold=1).astimezone(UTC), moment, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment with the later offset, between two moments on its sides."""
    later = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == later:
            after = middle
        else:
            before = middle
    return after
