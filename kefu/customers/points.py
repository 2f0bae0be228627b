"""Points: a ledger that is only added to; the balance is its sum and never less than nought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.customers.events_segments import PointsChanged, PointsRulesChanged
from kefu.customers.model import Customer
from kefu.customers.model_points import (
    EARN,
    EXPIRE,
    REVERSE,
    PointsAccount,
    PointsEntry,
    PointsRules,
)
from kefu.customers.personal_data import check_not_erased, exports_customer
from kefu.customers.treating import treatments_of

FEN = 100
MOST = 1_000_000_000
DAYS_OF_MONTH = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written into the ledger; one with a `key` is written once and never again."""

    kind: str
    points: int
    reason: str = ""
    key: str | None = None
    reverses: UUID | None = None


async def post(
    db: Session, customer: UUID, entry: Entry, *, by: UUID | None = None
) -> PointsEntry | None:
    """Write an entry, under the lock of the account; None where its key was written before."""
    account = await locked(db, customer)
    if entry.key is not None and await keyed(db, entry.key) is not None:
        return None
    balance = account.balance + entry.points
    if balance < 0:
        raise Conflict(
            "The customer does not have so many points.",
            field="points",
            code="too_few_points",
            limit=account.balance,
        )
    if balance > MOST:
        raise Invalid("These are too many points.", field="points", limit=MOST)
    line = PointsEntry(
        id=uuid7(),
        customer_id=customer,
        kind=entry.kind,
        points=entry.points,
        reason=entry.reason,
        key=entry.key,
        reverses=entry.reverses,
        by=by,
        at=now(),
    )
    db.add(line)
    account.balance, account.last_entry_at = balance, now()
    event = PointsChanged(
        subject=customer,
        customer=customer,
        actor=by,
        entry=line.id,
        entry_kind=line.kind,
        points=line.points,
        balance=balance,
    )
    await record(db, event)
    return line


async def locked(db: Session, customer: UUID) -> PointsAccount:
    """The customer's account, opened if there is none, for us alone."""
    opened = insert(PointsAccount).values(customer_id=customer, balance=0, last_entry_at=now())
    await db.execute(opened.on_conflict_do_nothing())
    return await db.get_one(PointsAccount, customer, with_for_update=True, populate_existing=True)


async def keyed(db: Session, key: str) -> PointsEntry | None:
    return await db.scalar(select(PointsEntry).where(PointsEntry.key == key))


async def earn_points(db: Session, amounts: Mapping[str, tuple[UUID, int]]) -> None:
    """Points for money paid: by key, whose it is and how much in minor units, each key once.

    Their segments multiply them: core members earn more (R185).
    """
    rules = await points_rules(db)
    treatments = await treatments_of(db, {customer for customer, _ in amounts.values()})
    for key, (customer, amount) in sorted(amounts.items(), key=lambda one: one[1][0]):
        percent = treatments[customer].points_percent
        points = amount * rules.points_per_yuan * percent // (FEN * 100)
        if points > 0:
            await post(db, customer, Entry(EARN, points, key=key))


async def take_back_points(db: Session, key: str, *, earned: str, part: float) -> None:
    """Money went back: this part of what was earned under the other key goes too, as far as left.

    Nobody owes points: what was redeemed meanwhile stays redeemed.
    """
    line = await keyed(db, earned)
    if line is None:
        return
    account = await locked(db, line.customer_id)
    points = min(round(line.points * min(part, 1.0)), account.balance)
    if points > 0:
        await post(db, line.customer_id, Entry(REVERSE, -points, key=key))


async def adjust_points(
    db: Session, customer: Customer, points: int, reason: str, *, by: UUID
) -> PointsEntry:
    """A person gives or takes points, and says why."""
    check_not_erased(customer)
    if points == 0:
        raise Invalid("This changes nothing.", field="points")
    kind = EARN if points > 0 else REVERSE
    line = await post(db, customer.id, Entry(kind, points, reason=reason), by=by)
    assert line is not None
    return line


async def expire_points(db: Session) -> int:
    """Whole balances on which nothing happened for as many months as the rules say."""
    rules = await points_rules(db)
    if rules.expire_months == 0:
        return 0
    since = now() - timedelta(days=rules.expire_months * DAYS_OF_MONTH)
    idle = await db.scalars(
        select(PointsAccount.customer_id)
        .where(PointsAccount.balance > 0, PointsAccount.last_entry_at < since)
        .order_by(PointsAccount.customer_id)
        .limit(1000)
    )
    customers = idle.all()
    for customer in customers:
        account = await locked(db, customer)
        if account.balance > 0 and account.last_entry_at < since:
            await post(db, customer, Entry(EXPIRE, -account.balance))
    return len(customers)


async def settle_accounts(db: Session, one: UUID, other: UUID) -> None:
    """Entries moved between two customers: each account is the sum of its own again.

    What was redeemed while they were one may leave one of them with less than nothing: the other,
    who has at least as much, makes it good.
    """
    sums = {customer: await sum_of(db, customer) for customer in sorted((one, other))}
    for customer, total in sums.items():
        account = await locked(db, customer)
        account.balance = max(total, 0)
    await db.flush()
    for customer, total in sums.items():
        if total < 0:
            payer = other if customer == one else one
            db.add(PointsEntry(customer_id=customer, kind=REVERSE, points=-total, at=now()))
            db.add(PointsEntry(customer_id=payer, kind=REVERSE, points=total, at=now()))
            (await locked(db, payer)).balance += total
    await db.flush()


async def sum_of(db: Session, customer: UUID) -> int:
    mine = select(func.coalesce(func.sum(PointsEntry.points), 0)).where(
        PointsEntry.customer_id == customer
    )
    return int(await db.scalar(mine) or 0)


async def points_rules(db: Session) -> PointsRules:
    return await db.get_one(PointsRules, 1, populate_existing=True)


async def change_points_rules(db: Session, changes: Mapping[str, Any], *, by: UUID) -> PointsRules:
    rules = await points_rules(db)
    for name, value in changes.items():
        setattr(rules, name, value)
    rules.updated_at = now()
    event = PointsRulesChanged(subject=by, actor=by, changed=tuple(sorted(changes)))
    await record(db, event)
    return rules


async def balance_of(db: Session, customer: UUID) -> int:
    kept = select(PointsAccount.balance).where(PointsAccount.customer_id == customer)
    return await db.scalar(kept) or 0


async def entries_of(
    db: Session, customer: UUID, *, cursor: str | None, limit: int
) -> tuple[list[PointsEntry], str | None]:
    """The customer's ledger, the latest first."""
    query = (
        select(PointsEntry)
        .where(PointsEntry.customer_id == customer)
        .order_by(PointsEntry.id.desc())
        .limit(limit + 1)
    )
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(PointsEntry.id < key[0])
    return page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])


@exports_customer("points")
async def export_points(db: Session, customer: UUID) -> list[dict[str, Any]]:
    rows: Sequence[PointsEntry] = (
        await db.scalars(
            select(PointsEntry).where(PointsEntry.customer_id == customer).order_by(PointsEntry.id)
        )
    ).all()
    return [
        {"kind": one.kind, "points": one.points, "reason": one.reason, "at": one.at.isoformat()}
        for one in rows
    ]
