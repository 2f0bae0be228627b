"""Chinese public holidays and make-up workdays (调休): known years exactly, others estimated."""

from __future__ import annotations

from datetime import date
from enum import Enum

import chinese_calendar

FIRST_KNOWN: int = min(chinese_calendar.holidays).year
LAST_KNOWN: int = max(chinese_calendar.holidays).year
FIXED_BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
SOLAR_TERMS_KNOWN = range(1900, 2101)


class DayKind(Enum):
    """What the state's calendar makes of a day; an ordinary one follows the weekday."""

    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


def is_known(year: int) -> bool:
    """Whether the State Council's arrangement of this year is in the library."""
    return FIRST_KNOWN <= year <= LAST_KNOWN


def chinese_day(day: date) -> DayKind:
    """What this day is in mainland China.

    For a year that the library does not know only what the law fixes is said: New Year, Labour
    Day, National Day and Qingming. Lunar holidays and make-up workdays are missing then.
    """
    if is_known(day.year):
        return _arranged(day)
    return DayKind.HOLIDAY if _is_fixed(day) else DayKind.ORDINARY


def _arranged(day: date) -> DayKind:
    if day in chinese_calendar.workdays:
        return DayKind.MAKE_UP
    return DayKind.HOLIDAY if day in chinese_calendar.holidays else DayKind.ORDINARY


def _is_fixed(day: date) -> bool:
    if (day.month, day.day) in FIXED_BY_LAW:
        return True
    if day.month != 4 or day.year not in SOLAR_TERMS_KNOWN:
        return False
    return any(name == "清明" for _, name in chinese_calendar.get_solar_terms(day, day))
