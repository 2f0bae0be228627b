"""A condition means the same in SQL and in memory; what is wrong is named by its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid, cast, literal, select

from kefu.core.condition_fields import (
    Asking,
    Fields,
    choice,
    moment,
    number,
    reference,
    text,
    truth,
    with_emptiness,
    word,
)
from kefu.core.conditions import compiled, described, fields_of, holds, parsed
from kefu.core.db import Session
from kefu.core.errors import Invalid

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
ID = UUID("0192f1c0-0000-7000-8000-000000000001")
OTHER = UUID("0192f1c0-0000-7000-8000-000000000002")

FULL: dict[str, Any] = {
    "state": "open",
    "town": "杭州",
    "orders": 3,
    "name": "王Xiao_明",
    "seen": NOW - timedelta(days=40),
    "owner": ID,
    "vip": True,
}
ABSENT: dict[str, Any] = dict.fromkeys(FULL)


def columns_of(row: dict[str, Any]) -> Fields:
    """The fields over the literals of one row."""
    owner = cast(literal(row["owner"]), Uuid)
    return {
        "state": choice(cast(literal(row["state"]), Text), "open", "done"),
        "town": word(cast(literal(row["town"]), Text)),
        "orders": number(cast(literal(row["orders"]), Integer), 0, 1000),
        "name": text(cast(literal(row["name"]), Text)),
        "seen": moment(cast(literal(row["seen"]), DateTime(timezone=True)), "days"),
        "owner": with_emptiness(
            reference("agent", lambda value, _: owner.is_not(None) & owner.in_(value)),
            owner.is_not(None),
        ),
        "vip": truth(cast(literal(row["vip"]), Boolean).is_(True)),
    }


def a_test(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


OPEN, MANY = a_test("state", "is", ["open"]), a_test("orders", "at_least", 4)


@pytest.mark.parametrize(
    ("raw", "full", "absent"),
    [
        (OPEN, True, False),
        (a_test("state", "is_not", ["done"]), True, True),
        (a_test("town", "is", ["杭州", "宁波"]), True, False),
        (a_test("town", "is_not", ["杭州"]), False, True),
        (a_test("orders", "is", 3), True, False),
        (MANY, False, False),
        ({"not": MANY}, True, True),
        ({"not": {"all": [OPEN, {"not": MANY}]}}, False, True),
        (a_test("orders", "at_most", 3), True, False),
        (a_test("name", "contains", "xiao_"), True, False),
        (a_test("name", "contains", "xiao%"), False, False),
        (a_test("seen", "before", "2026-11-11T20:00:00+08:00"), True, False),
        (a_test("seen", "after", "2026-11-11T20:00:00+08:00"), False, False),
        (a_test("seen", "between", ["2026-10-01T00:00Z", "2026-10-03T00:00Z"]), True, False),
        (a_test("seen", "within_days", 41), True, False),
        (a_test("seen", "longer_than_days", 40), False, False),
        (a_test("owner", "is", [str(ID)]), True, False),
        (a_test("owner", "is_not", [str(OTHER)]), True, True),
        (a_test("owner", "is_set"), True, False),
        (a_test("owner", "is_empty"), False, True),
        (a_test("vip", "is", value=True), True, False),
        (a_test("vip", "is", value=False), False, True),
        ({"any": [MANY, OPEN]}, True, False),
        ({"all": [MANY, OPEN]}, False, False),
        ({"any": []}, True, True),
        ({"all": []}, True, True),
    ],
)
async def test_a_condition_means_the_same_in_sql_and_in_memory(
    db: Session, raw: Any, full: bool, absent: bool
) -> None:
    for row, expected in ((FULL, full), (ABSENT, absent)):
        fields, asking = columns_of(row), Asking(NOW)
        condition = parsed(raw, fields)

        in_sql = await db.scalar(select(compiled(condition, fields, asking).is_(True)))

        assert (in_sql, holds(condition, fields, row, asking)) == (expected, expected)


def test_values_of_facts_are_read_as_they_are_written() -> None:
    fields = columns_of(ABSENT)
    values = {"seen": "2026-11-10T12:00:00+00:00", "owner": str(ID), "state": ["done", "open"]}

    for raw in (a_test("seen", "within_days", 2), a_test("owner", "is", [str(ID)]), OPEN):
        assert holds(parsed(raw, fields), fields, values, Asking(NOW))


def test_what_is_found_of_another_kind_holds_nothing() -> None:
    fields = columns_of(ABSENT)
    values = {"orders": "3", "seen": "yesterday", "name": 7}

    for raw in (
        a_test("orders", "at_most", 3),
        a_test("seen", "within_days", 9),
        a_test("name", "contains", "7"),
    ):
        assert not holds(parsed(raw, fields), fields, values, Asking(NOW))


def test_a_field_without_a_column_is_only_tested_on_values_at_hand() -> None:
    fields = {"state": choice(None, "open"), "owner": reference("agent", None)}
    condition = parsed(OPEN, fields)

    assert holds(condition, fields, {"state": "open"}, Asking(NOW))
    with pytest.raises(Invalid) as refused:
        compiled(condition, fields, Asking(NOW))
    assert refused.value.field == "state"


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"not": []}, "when.not"),
        ({"not": {"all": []}}, "when.not.all"),
        ({"all": [{"not": a_test("mood", "is", [1])}]}, "when.all[0].not.field"),
        ({"not": {"not": {"not": {"not": OPEN}}}}, "when.not.not.not.not"),
        (a_test("seen", "within_days", 0), "when.value"),
        (a_test("seen", "within_minutes", 5), "when.operator"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(raw: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        parsed(raw, columns_of(ABSENT), root="when")

    assert refused.value.field == place


def test_fields_are_described_for_the_builder_on_the_screen() -> None:
    fields = columns_of(ABSENT)

    shown = {one["name"]: one for one in described(fields)}

    assert shown["state"]["choices"] == ["open", "done"]
    assert shown["orders"]["limits"] == {"least": 0, "most": 1000}
    assert shown["seen"]["operators"][-1] == "longer_than_days"
    assert fields_of(parsed({"all": [OPEN, {"not": MANY}]}, fields)) == {"state", "orders"}
