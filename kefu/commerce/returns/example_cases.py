"""Example cases: goods, and how far each case of the demo has come, hour by hour."""

from __future__ import annotations

from dataclasses import dataclass

LAMP, KETTLE, TENT, SHOE, FAN = "lamp", "kettle", "tent", "shoe", "fan"

GOODS: dict[str, tuple[str, str, str, int]] = {
    LAMP: ("晨光护眼台灯", "CG-L20", "灯具", 19_900),
    KETTLE: ("轻煮电热水壶 1.5L", "QZ-K15", "厨房电器", 12_900),
    TENT: ("云雀 2 人三季帐篷", "YQ-T2", "户外", 69_900),
    SHOE: ("山径防滑徒步鞋", "SJ-H7", "户外", 45_900),
    FAN: ("静风落地循环扇", "JF-F9", "家用电器", 89_900),
}

# What happens to a case, each after so many hours: see the verbs of the demo.
Walk = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One case: what for, why, and what has happened since; `rest` hours have passed after that.

    `difference` is what other goods cost more in an exchange, or less below nothing.
    """

    kind: str
    goods: str
    reason: str
    walk: Walk
    rest: float
    difference: int = 0


QUICK: Walk = ((6, "send"), (9, "scan"), (2, "inspect"), (1, "refund"))
USUAL: Walk = ((3, "review"), (10, "send"), (14, "scan"), (6, "inspect"), (3, "refund"))
LATE_ROAD: Walk = ((2, "review"), (20, "send"), (58, "scan"), (5, "inspect"), (3, "refund"))
LATE_ROOM: Walk = ((3, "review"), (8, "send"), (15, "scan"), (26, "inspect"), (4, "refund"))
PAID_FOR: Walk = (*LATE_ROAD, (1, "compensate"))

EXAMPLES: tuple[Example, ...] = (
    Example("return", LAMP, "no_reason", QUICK, 30),
    Example("return", KETTLE, "quality", QUICK, 51),
    Example("return", LAMP, "transport", QUICK, 75),
    Example("return", TENT, "no_reason", USUAL, 20),
    Example("return", SHOE, "not_as_described", USUAL, 66),
    Example("return", FAN, "quality", PAID_FOR, 18),
    Example("return", TENT, "quality", PAID_FOR, 90),
    Example("return", SHOE, "no_reason", LATE_ROAD, 44),
    Example("return", FAN, "transport", LATE_ROOM, 12),
    Example("return", TENT, "late", LATE_ROOM, 37),
    Example("return", FAN, "other", (), 1.5),
    Example("return", SHOE, "misuse", (), 6),
    Example("return", TENT, "not_as_described", ((1, "take"),), 1),
    Example("return", LAMP, "no_reason", (), 3),
    Example("return", SHOE, "no_reason", ((2, "review"), (5, "send"), (4, "move")), 12),
    Example("return", FAN, "quality", ((2, "review"), (8, "send"), (3, "move")), 44),
    Example("return", TENT, "no_reason", ((3, "review"),), 31),
    Example("return", KETTLE, "quality", ((4, "send"), (10, "scan")), 1),
    Example("return", SHOE, "quality", ((2, "review"), (6, "send"), (12, "scan"), (2, "take")), 1),
    Example("return", TENT, "transport", ((2, "review"), (6, "send"), (20, "scan")), 50),
    Example("return", FAN, "quality", (*USUAL[:4],), 2),
    Example("return", FAN, "no_reason", (*USUAL[:4], (1, "ask")), 3),
    Example("return", SHOE, "misuse", (*USUAL[:3], (5, "reject"), (9, "dispute")), 4),
    Example("return", TENT, "other", (*USUAL[:3], (5, "reject")), 22),
    Example("exchange", SHOE, "wrong_item", (*USUAL[:4],), 3),
    Example(
        "exchange", LAMP, "quality", ((5, "send"), (9, "scan"), (3, "inspect"), (2, "ship")), 9
    ),
    Example("repair", FAN, "quality", (*USUAL[:4], (3, "receive"), (6, "diagnose")), 5),
    Example("installation", FAN, "other", ((2, "book"),), 1),
    Example("refund_only", KETTLE, "missing_part", (), 2),
    Example("return", LAMP, "other", ((2, "withdraw"),), 15),
    Example("exchange", TENT, "not_as_described", (*USUAL[:4],), 5, difference=13_000),
    Example("exchange", SHOE, "wrong_item", (*USUAL[:4], (1, "give_back")), 2, difference=-6_000),
    Example("return", SHOE, "no_reason", ((3, "review"), (6, "send"), (3, "move")), 60),
)
