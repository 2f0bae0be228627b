"""Shapes of times in requests: a time of day, a time zone, a moment that can be reckoned with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from kefu.core.worktime import minutes_of, zone_named


def _time_of_day(value: str) -> str:
    minutes_of(value)
    return value


def _zone(value: str) -> str:
    zone_named(value)
    return value


def _reckonable(value: datetime) -> datetime:
    if not 2000 <= value.year < 3000:
        raise PydanticCustomError("year_out_of_range", "The year lies between 2000 and 2999.")
    return value


TimeOfDay = Annotated[
    str,
    Field(
        max_length=5,
        examples=["22:00"],
        json_schema_extra={"pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"},
    ),
    AfterValidator(_time_of_day),
]
"""`HH:MM` from 00:00 to 24:00."""

Zone = Annotated[str, Field(max_length=60, examples=["Asia/Shanghai"]), AfterValidator(_zone)]
"""A name of the time zone database."""

Moment = Annotated[AwareDatetime, AfterValidator(_reckonable)]
"""A moment with its offset from UTC, in a year near enough to add time to."""
