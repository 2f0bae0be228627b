from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kefu.commerce.parcels.anomalies import KINDS, Finding, Parcel, findings, next_look
from kefu.commerce.parcels.scans import CODES, Scan, in_order, stage_after, status_after
from kefu.commerce.parcels.thresholds import Thresholds

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMITS = Thresholds()
PARCEL = Parcel(began_at=START, province="浙江省")


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def scan(code: str, after: float, place: str = "", province: str = "", **more: object) -> Scan:
    at = START + hours(after)
    given = {"received_at": at, "place": place, "province": province} | more
    return Scan(code=code, at=at, **given)  # type: ignore[arg-type]


def found(scans: list[Scan], after: float, parcel: Parcel = PARCEL) -> dict[str, Finding]:
    return {
        finding.kind: finding for finding in findings(parcel, scans, START + hours(after), LIMITS)
    }


MOVING = [scan("picked_up", 1, "广州"), scan("departed", 5, "广州"), scan("arrived", 20, "长沙")]


def test_a_parcel_on_its_way_has_nothing_wrong() -> None:
    assert found(MOVING, 24) == {}


def test_one_that_rests_too_long_is_stuck_from_that_moment_on() -> None:
    assert "stuck" not in found(MOVING, 20 + 47.9)

    stuck = found(MOVING, 20 + 48)["stuck"]

    assert stuck.since == START + hours(68)
    assert stuck.severity == "medium"
    assert stuck.evidence["place"] == "长沙"
    assert found(MOVING, 20 + 96)["stuck"].severity == "high"


def test_one_that_was_never_picked_up_is_stuck_too() -> None:
    assert found([scan("label_created", 0)], 48)["stuck"].evidence["stage"] == "created"


def test_each_stage_has_its_own_patience() -> None:
    delivering = [*MOVING, scan("out_for_delivery", 30, "杭州", "浙江省")]

    assert "stuck" in found(delivering, 54)
    assert "stuck" not in found(delivering, 53.9)


def test_after_a_week_of_silence_it_is_lost_and_no_longer_stuck() -> None:
    late = found(MOVING, 20 + 168)

    assert late["lost"].severity == "critical"
    assert late["lost"].evidence["said_by"] == "silence"
    assert "stuck" not in late


def test_a_carrier_may_say_that_it_is_lost_and_find_it_again() -> None:
    gone = [*MOVING, scan("lost", 30)]

    assert found(gone, 31)["lost"].evidence == {"said_by": "carrier"}
    assert "lost" not in found([*gone, scan("delivered", 60)], 61)


def test_a_place_reached_three_times_is_a_loop() -> None:
    circle = [
        scan("arrived", 2, "长沙"),
        scan("departed", 3, "长沙"),
        scan("arrived", 8, "武汉"),
        scan("arrived", 14, "长沙"),
        scan("arrived", 20, "武汉"),
    ]

    assert "loop" not in found(circle, 21)
    loop = found([*circle, scan("arrived", 26, "长沙")], 27)["loop"]
    assert loop.evidence == {"place": "长沙", "visits": 3}


def test_delivery_in_another_province_is_the_wrong_region() -> None:
    there = [*MOVING, scan("out_for_delivery", 30, "南昌", "江西省")]

    wrong = found(there, 31)["wrong_region"]

    assert wrong.evidence == {"place": "南昌", "province": "江西省", "goal": "浙江省"}
    assert "wrong_region" not in found(there, 31, replace(PARCEL, province=""))
    assert "wrong_region" not in found([*there, scan("delivered", 40)], 41)


@pytest.mark.parametrize("written", ["浙江", "浙江省", " 浙江 省", "中国浙江省", "Zhejiang"])
def test_one_province_in_another_spelling_is_no_wrong_region(written: str) -> None:
    there = [*MOVING, scan("out_for_delivery", 30, "杭州", written)]

    assert "wrong_region" not in found(there, 31)


def test_a_problem_stands_until_the_parcel_moves_again() -> None:
    trouble = [*MOVING, scan("exception", 25, reason="address_unclear")]

    assert found(trouble, 26)["exception"].evidence["reason"] == "address_unclear"
    assert found([*MOVING, scan("delivery_failed", 25)], 26)["exception"].severity == "medium"
    assert "exception" not in found([*trouble, scan("departed", 28, "长沙")], 29)


def test_a_return_that_nobody_asked_for_is_told() -> None:
    back = [*MOVING, scan("returning", 30, reason="refused")]

    assert found(back, 31)["return_to_sender"].evidence["reason"] == "refused"
    assert found([*back, scan("returned", 60)], 61)["return_to_sender"].evidence["arrived"]
    assert "return_to_sender" not in found(back, 31, replace(PARCEL, return_wanted=True))


def test_a_scan_told_hours_later_is_a_delayed_one() -> None:
    late = scan("departed", 10, received_at=START + hours(17))

    assert found([late], 18)["delayed_scan"].evidence["hours"] == 7
    assert "delayed_scan" not in found([late], 16)
    assert "delayed_scan" not in found([late, scan("arrived", 18)], 19)


def test_a_promise_is_at_risk_when_the_rest_takes_longer_than_is_left() -> None:
    promised = replace(PARCEL, promised_at=START + hours(100))

    assert "promise_at_risk" not in found([], 27.9, promised)
    assert found([], 28, promised)["promise_at_risk"].since == START + hours(28)
    on_its_way = [scan("picked_up", 30), scan("arrived", 60)]
    assert "promise_at_risk" not in found(on_its_way, 75.9, promised)
    assert found(on_its_way, 76, promised)["promise_at_risk"].since == START + hours(76)


def test_a_broken_promise_is_said_instead_of_the_risk_until_delivery() -> None:
    promised = replace(PARCEL, promised_at=START + hours(40))

    late = found(MOVING, 40, promised)

    assert late["promise_broken"].severity == "high"
    assert "promise_at_risk" not in late
    assert found(MOVING, 112, promised)["promise_broken"].severity == "critical"
    assert found([*MOVING, scan("delivered", 50)], 51, promised) == {}


def test_the_next_look_is_when_silence_changes_something() -> None:
    promised = replace(PARCEL, promised_at=START + hours(80))

    looks = []
    look = next_look(promised, MOVING, START + hours(21), LIMITS)
    while look:
        looks.append((look - START) / hours(1))
        look = next_look(promised, MOVING, look, LIMITS)

    assert looks == [56, 68, 80, 116, 152, 188]


@pytest.mark.parametrize("ended", ["delivered", "returned", "lost"])
def test_nobody_looks_at_a_parcel_whose_way_is_over(ended: str) -> None:
    assert next_look(PARCEL, [*MOVING, scan(ended, 30)], START + hours(31), LIMITS) is None


def test_order_is_that_of_what_happened_not_of_hearing() -> None:
    heard = [scan("delivered", 40), scan("departed", 5), scan("picked_up", 1)]

    assert [one.code for one in in_order(heard)] == ["picked_up", "departed", "delivered"]
    assert stage_after(heard) == "delivered"
    assert status_after([*heard, scan("arrived", 50)]) == "delivered"


def test_a_shipment_that_turned_back_or_has_a_problem_is_an_exception() -> None:
    assert status_after([]) == "created"
    assert status_after([*MOVING, scan("exception", 25)]) == "exception"
    assert status_after([*MOVING, scan("exception", 25), scan("departed", 26)]) == "in_transit"
    assert status_after([*MOVING, scan("returning", 25)]) == "exception"


def test_a_carrier_changes_single_hours_and_keeps_the_rest() -> None:
    own = LIMITS.changed({"still": {"in_transit": 12}, "visits": 5})

    assert own.stuck_after("in_transit") == hours(12)
    assert own.stuck_after("created") == hours(48)
    assert own.visits == 5


def test_every_rule_says_at_most_one_thing_for_any_codes() -> None:
    for code in CODES:
        kinds = [one.kind for one in findings(PARCEL, [scan(code, 1)] * 3, START, LIMITS)]
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= set(KINDS)
