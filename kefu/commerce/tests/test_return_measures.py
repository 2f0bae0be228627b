from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import kefu.commerce.measures_returns  # noqa: F401 - declares them
from kefu.commerce.model_inspections import InspectionDispute
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase, ReturnCost, ReturnStep
from kefu.commerce.model_warehouse import WarehouseParcel
from kefu.commerce.returns.analysis import analysis
from kefu.commerce.returns.inspecting import inspection_of_record
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_location, a_policy, an_inspected_case
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.measures import MEASURES, Measured, Period
from kefu.identity.tests.factories import an_agent

OCTOBER = Period(datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))
DAY = datetime(2025, 10, 8, 9, tzinfo=UTC)


async def figure(db: Session, name: str, period: Period = OCTOBER) -> Measured:
    return await MEASURES[name].compute(db, period)


async def a_past_case(db: Session, order: Order, **more: Any) -> ReturnCase:
    """A case as it stands in the database, without having been walked."""
    given = {"number": f"X{uuid7().hex}", "kind": "return", "reason": "quality"} | more
    case = ReturnCase(id=uuid7(), order_id=order.id, **({"applied_at": DAY} | given))
    db.add(case)
    await db.flush()
    return case


async def a_stay(
    db: Session, case: ReturnCase, turn: int, node: str, hours: float, *, late: float = 0
) -> None:
    """So many hours in a node, the last of them beyond the plan."""
    left = DAY + timedelta(hours=hours)
    due = left - timedelta(hours=late)
    db.add(
        ReturnStep(
            case_id=case.id,
            turn=turn,
            node=node,
            entered_at=DAY,
            begun_at=DAY + timedelta(hours=hours / 2),
            left_at=left,
            due_at=due,
            cause={"send_back": "logistics", "inspect": "inspection"}.get(node, node)
            if late
            else None,
            outcome="x",
        )
    )
    await db.flush()


async def test_the_cycle_counts_from_application_to_refund_against_every_target(
    db: Session,
) -> None:
    order = await an_order(db, status="delivered")
    for days, fast in ((0.5, True), (1.6, False), (1.7, False), (9.0, False)):
        ended = DAY + timedelta(days=days)
        await a_past_case(db, order, status="done", ended_at=ended, fast_track=fast)

    found = await figure(db, "return_cycle_days")

    assert found.value == pytest.approx(3.2)
    assert found.parts["attainment"].value == 50
    assert found.parts["attainment_simulated"].value == 75
    assert found.parts["attainment_fast_track"].value == 100
    targets = {name: found.parts[name].value for name in ("baseline", "simulated", "goal")}
    assert targets == {"baseline": 3.2, "simulated": 1.8, "goal": 1.6}
    assert (found.parts["standard"].value, found.parts["standard"].reason) == (None, "not_set")


async def test_mean_stay_at_each_node_is_that_of_the_fixture(db: Session) -> None:
    order = await an_order(db, status="delivered")
    for hours in (10.0, 20.0):
        case = await a_past_case(db, order)
        for turn, node in enumerate(("review", "send_back", "inspect", "refund"), 1):
            await a_stay(db, case, turn, node, hours * turn)

    found = await figure(db, "return_time_by_node")

    means = {node: part.value for node, part in found.parts.items()}
    assert means == {"review": 15, "send_back": 30, "inspect": 45, "refund": 60}


async def test_bottlenecks_are_ranked_by_their_share_of_the_delay(db: Session) -> None:
    order = await an_order(db, status="delivered")
    case = await a_past_case(db, order)
    for turn, (node, late) in enumerate(
        (("review", 5), ("send_back", 52), ("inspect", 28), ("refund", 15)), 1
    ):
        await a_stay(db, case, turn, node, 60, late=late)

    found = await figure(db, "return_bottlenecks")
    shown = await analysis(db, OCTOBER)

    shares = {node: round(part.value or 0, 6) for node, part in found.parts.items()}
    assert shares == {"review": 5, "send_back": 52, "inspect": 28, "refund": 15}
    assert found.value == 52
    assert shown["bottleneck"] == "send_back"
    assert [one["delay_share"] for one in shown["nodes"]] == [5, 52, 28, 15]
    assert {one["mean_waiting_hours"] for one in shown["nodes"]} == {30}


async def test_a_hundred_returns_give_37_percent_logistics_and_21_percent_complaints(
    db: Session,
) -> None:
    order, agent = await an_order(db, status="delivered"), await an_agent(db)
    inspected = await an_inspected_case(db)
    record = await inspection_of_record(db, inspected)
    assert record is not None
    for number in range(100):
        case = await a_past_case(db, order)
        await a_stay(db, case, 1, "send_back", 60, late=2 if number < 37 else 0)
        if number >= 79:
            db.add(
                InspectionDispute(
                    case_id=case.id,
                    inspection_id=record.id,
                    text="不认可",
                    complaint=True,
                    raised_by=agent.id,
                    decided_at=DAY,
                )
            )
    await db.flush()

    late = await figure(db, "return_overdue")
    complaints = await figure(db, "inspection_dispute_complaints")

    assert (late.parts["logistics"].value, late.parts["logistics"].denominator) == (37, 100)
    assert (complaints.value, complaints.numerator) == (21, 21)


async def test_a_case_late_twice_counts_once_by_its_longest_delay(db: Session) -> None:
    case = await a_past_case(db, await an_order(db, status="delivered"))
    await a_stay(db, case, 1, "send_back", 60, late=2)
    await a_stay(db, case, 2, "inspect", 60, late=9)

    found = await figure(db, "return_overdue")

    assert (found.value, found.parts["inspection"].value, found.parts["logistics"].value) == (
        100,
        100,
        0,
    )


async def test_costs_are_summed_by_reason(db: Session) -> None:
    case = await a_past_case(db, await an_order(db, status="delivered"))
    for kind, amount in (
        ("logistics_compensation", 3_000_000),
        ("logistics_compensation", 2_000_000),
        ("repeated_inspection", 1_700_000),
    ):
        db.add(ReturnCost(case_id=case.id, kind=kind, amount=amount, at=DAY))
    await db.flush()

    found = await figure(db, "return_costs")

    assert found.value == 67_000
    assert found.parts["logistics_compensation"].value == 50_000
    assert found.parts["repeated_inspection"].value == 17_000


async def test_the_48_hour_rate_counts_open_parcels_once_they_are_late(db: Session) -> None:
    place, agent = await a_location(db), await an_agent(db)
    for number, hours in enumerate((47.98, 48.0, 48.02, None)):
        due = DAY + timedelta(hours=48)
        out = DAY + timedelta(hours=hours) if hours else None
        db.add(
            WarehouseParcel(
                code=f"P{number}",
                location_id=place.id,
                in_at=DAY,
                in_by=agent.id,
                due_at=due,
                out_at=out,
            )
        )
    await db.flush()
    soon = Period(OCTOBER.since, DAY + timedelta(hours=1))

    found = await figure(db, "warehouse_48h")
    early = await figure(db, "warehouse_48h", soon)

    assert (found.value, found.numerator, found.denominator) == (50, 2, 4)
    assert early.denominator == 3


async def test_time_from_inspection_to_refund_is_a_mean(db: Session) -> None:
    case = await an_inspected_case(db)
    record = await inspection_of_record(db, case)
    assert record is not None
    record.finished_at = DAY + timedelta(hours=58)
    await a_stay(db, case, 40, "refund", 60)
    step = await db.get_one(ReturnStep, (await steps_of(db, case))[-1])
    step.outcome = "refunded"
    await db.flush()

    found = await figure(db, "inspection_to_refund")

    assert (found.value, found.denominator) == (2, 1)


async def steps_of(db: Session, case: ReturnCase) -> list[Any]:
    rows = await db.scalars(
        ReturnStep.__table__.select()
        .with_only_columns(ReturnStep.id)
        .where(ReturnStep.case_id == case.id)
        .order_by(ReturnStep.turn)
    )
    return list(rows)


async def test_no_reason_returns_fall_from_5_to_3_percent_by_quarter(db: Session) -> None:
    second = datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    third = Period(second[1], datetime(2025, 9, 30, tzinfo=UTC))
    for start, returned in ((second[1], 3), (second[1] - timedelta(days=60), 5)):
        orders = [
            await an_order(db, status="delivered", placed_at=start + timedelta(days=1))
            for _ in range(100)
        ]
        for order in orders[:returned]:
            at = start + timedelta(days=9)
            await a_past_case(db, order, reason="no_reason", applied_at=at)
        await a_past_case(db, orders[50], reason="quality", applied_at=start)

    found = await figure(db, "no_reason_return_ratio", third)

    assert (found.value, found.denominator) == (3, 100)
    assert (found.parts["before"].value, found.parts["before"].denominator) == (5, 100)


@pytest.mark.parametrize(
    "name",
    [
        "return_cycle_days",
        "return_bottlenecks",
        "return_time_by_node",
        "return_overdue",
        "inspection_dispute_complaints",
        "return_costs",
        "warehouse_48h",
        "inspection_to_refund",
        "no_reason_return_ratio",
        "return_rate_rise",
    ],
)
async def test_where_nothing_happened_there_is_no_figure_but_a_reason(
    db: Session, name: str
) -> None:
    await a_policy(db)

    found = await figure(db, name)

    assert (found.value, found.reason) == (None, "nothing_to_count")
