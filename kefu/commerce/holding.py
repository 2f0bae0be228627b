"""Holding: what was changed here stays while the shop only repeats what it knew before.

Each kind of change that the shop was not written is judged by the next newer telling: a former
value is a repetition and takes nothing back, ours confirms the change, and any other is a later
change of the shop's own, which wins and is told. An older telling decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.carrying_out import ADDRESS, CANCELLED, LINE, put_back
from kefu.commerce.changing import said
from kefu.commerce.events_order_care import (
    OrderChangeConfirmed,
    OrderChangeEvent,
    OrderChangeOverruled,
)
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.steps import RANK
from kefu.core.db import Session
from kefu.core.events import plain
from kefu.customers import a_person

HELD = ("only_here", "waiting")
IS_HELD = (
    OrderChange.shop_state.in_(HELD),
    OrderChange.executed_at.is_not(None),
    OrderChange.before.is_not(None),
    OrderChange.after.is_not(None),
)
"""A change without its pictures, which erasing a person once took away, holds nothing."""
AMOUNTS = ("goods_amount", "discount_amount", "total_amount", "paid_amount")
DECIDING = ("sku_id", "quantity")
Verdict = Literal["kept", "confirmed", "overruled"]
ENDS: dict[Verdict, type[OrderChangeEvent]] = {
    "confirmed": OrderChangeConfirmed,
    "overruled": OrderChangeOverruled,
}


class Word(NamedTuple):
    """What the shop says now, what stands here, and what it knew before."""

    told: Any
    ours: Any
    former: Sequence[Any]


async def changes_held(db: Session, orders: Sequence[UUID]) -> dict[UUID, list[OrderChange]]:
    """What was done here to these orders and is not in their shop, the oldest first."""
    found: dict[UUID, list[OrderChange]] = defaultdict(list)
    query = select(OrderChange).where(OrderChange.order_id.in_(orders), *IS_HELD)
    for change in await db.scalars(query.order_by(OrderChange.executed_at, OrderChange.id)):
        found[change.order_id].append(change)
    return found


async def confirm_cancelled(db: Session, orders: Collection[UUID]) -> list[OrderChangeEvent]:
    """Their shop tells by an event that it cancelled these orders, as was done here."""
    if not orders:
        return []
    query = select(OrderChange).where(
        OrderChange.order_id.in_(orders),
        OrderChange.kind == "cancel",
        OrderChange.shop_state == "only_here",
        *IS_HELD,
    )
    changes = (await db.scalars(query.order_by(OrderChange.id))).all()
    for change in changes:
        change.shop_state = "confirmed"
    return [said(OrderChangeConfirmed, change, None) for change in changes]


@dataclass
class Held:
    """The changes of one order that its shop does not have, and what one telling says to them."""

    order: Order
    lines: Sequence[OrderLine]
    changes: Sequence[OrderChange]
    newer: bool
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def keeps(self, kind: str) -> bool:
        return self.verdicts.get(kind) == "kept"

    def of(self, kind: str) -> list[OrderChange]:
        return [change for change in self.changes if change.kind == kind]

    def judge_cancel(self, told: str) -> None:
        """Standing where it stood repeats; going on after that is the shop's own decision."""
        changes = self.of("cancel")
        if not changes or not self.note("cancel", cancel_verdict(told, changes[0])):
            return
        self.order.cancelled_at = None
        kept = former_lines(changes[0])
        for line in self.lines:
            line.cancelled_quantity = kept.get(str(line.id), {}).get("cancelled_quantity", 0)

    def judge_address(self, told: Mapping[str, Any]) -> None:
        """An address is one: with one other field the shop's is taken whole."""
        names = self.changed_address()
        words = [
            Word(
                alike(name, told[name]),
                alike(name, getattr(self.order, name)),
                [alike(name, value) for value in self.former(name)],
            )
            for name in names
        ]
        if self.note("address", verdict_of(words)):
            for name in names:
                if not told[name]:
                    setattr(self.order, name, None)

    def judge_content(self, told: Iterable[tuple[Mapping[str, Any], OrderLine | None]]) -> None:
        """Another option or another number of pieces is another word; titles and prices follow."""
        words = [word for row, line in told if line is not None for word in self.words(row, line)]
        if self.note("content", verdict_of(words)):
            former = former_lines(self.of("content")[0])
            for line in self.lines:
                kept = former.get(str(line.id), {})
                put_back(line, {name: kept[name] for name in LINE if name in kept})

    def words(self, row: Mapping[str, Any], line: OrderLine) -> Iterator[Word]:
        pictures = list(self.pictures(line))
        for name in changed_names(pictures, DECIDING):
            former = [picture[name] for picture in pictures]
            yield Word(plain(row[name]), plain(getattr(line, name)), former)

    def note(self, kind: str, verdict: Verdict) -> bool:
        """Whether the shop wins; what is on its way to the shop waits for the shop's answer."""
        changes = self.of(kind)
        if not changes:
            return False
        asked = any(change.shop_state == "waiting" for change in changes)
        self.verdicts[kind] = "kept" if asked or not self.newer else verdict
        return self.verdicts[kind] == "overruled"

    def changed_address(self) -> list[str]:
        pictures = [
            picture["order"] for one in self.of("address") for picture in both_pictures(one)
        ]
        return changed_names(pictures, ADDRESS)

    def former(self, name: str) -> Iterator[Any]:
        for change in self.of("address"):
            yield from (picture["order"].get(name) for picture in both_pictures(change))

    def pictures(self, line: OrderLine) -> Iterator[dict[str, Any]]:
        """The line before and after each change of content."""
        for change in self.of("content"):
            for picture in both_pictures(change):
                yield from (one for one in picture["lines"] if one["id"] == str(line.id))

    def kept_address(self) -> set[str]:
        """The fields that this telling does not touch."""
        if not self.keeps("address"):
            return set()
        found = set(self.changed_address())
        return found | ({"phone_tail"} if "phone" in found else set())

    def kept_line(self, line: OrderLine) -> dict[str, Any]:
        """What of this line stays as it was made here."""
        if not self.keeps("content"):
            return {}
        names = changed_names(list(self.pictures(line)), LINE)
        return {name: getattr(line, name) for name in names}

    def amounts(self) -> dict[str, int]:
        """By how much our sums differ from the shop's for what is kept."""
        changes = self.of("content") if self.keeps("content") else []
        pictures = [both_pictures(change) for change in changes]
        return {
            name: sum(after["order"][name] - before["order"][name] for before, after in pictures)
            for name in AMOUNTS
        }

    def settled(self) -> list[OrderChangeEvent]:
        """Note what the shop said to each change, and tell it."""
        facts = []
        for change in self.changes:
            verdict = self.verdicts.get(change.kind, "kept")
            if verdict in ENDS:
                change.shop_state = verdict
                facts.append(said(ENDS[verdict], change, None))
        return facts


def stays_cancelled(told: str, change: OrderChange) -> bool:
    """Whether a cancellation here stands although its shop says this."""
    return change.shop_state == "waiting" or cancel_verdict(told, change) == "kept"


def cancel_verdict(told: str, change: OrderChange) -> Verdict:
    if told == CANCELLED:
        return "confirmed"
    before, _ = both_pictures(change)
    return "kept" if RANK[told] <= RANK[before["order"]["status"]] else "overruled"


def verdict_of(words: Sequence[Word]) -> Verdict:
    """What the words say together; one that is left out says nothing."""
    if any(one.told not in (None, one.ours, *one.former) for one in words):
        return "overruled"
    return "confirmed" if words and all(one.told == one.ours for one in words) else "kept"


def both_pictures(change: OrderChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order before and after; a change that was done has both."""
    return change.before or {}, change.after or {}


def former_lines(change: OrderChange) -> dict[str, dict[str, Any]]:
    before, _ = both_pictures(change)
    return {line["id"]: line for line in before["lines"]}


def changed_names(pictures: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Which of these differ anywhere between the pictures; what was erased differs nowhere."""
    found = []
    for name in names:
        values = [one[name] for one in pictures if name in one]
        if any(value != values[0] for value in values):
            found.append(name)
    return found


def alike(name: str, value: Any) -> Any:
    """Telephones are one number however they are written."""
    return (a_person(phone=value).phone or value) if name == "phone" and value else value
