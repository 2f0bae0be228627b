"""Ids by time: bounds of ranges hold for any moment that can be written down."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kefu.core.ids import uuid7, uuid7_at_least, uuid7_time


@pytest.mark.parametrize("year", [1, 350, 1969])
def test_before_1970_the_bound_is_the_smallest_id(year: int) -> None:
    assert uuid7_at_least(datetime(year, 8, 25, tzinfo=UTC)) == UUID(int=0)


def test_the_bound_of_a_moment_lies_below_its_ids() -> None:
    made = uuid7()

    assert uuid7_at_least(uuid7_time(made)) <= made
    assert uuid7_at_least(datetime(9999, 12, 31, tzinfo=UTC)) > made
