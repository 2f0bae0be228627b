"""Redeeming: points for a benefit, which is due by a time; a delay is told, not found out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import Fact, record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import visible_to
from kefu.customers.events_segments import (
    RedemptionCancelled,
    RedemptionDelayed,
    RedemptionEvent,
    RedemptionFulfilled,
    RedemptionRequested,
)
from kefu.customers.model import Customer
from kefu.customers.model_points import (
    CANCELLED,
    FULFILLED,
    PENDING,
    REDEEM,
    REVERSE,
    PointsEntry,
    Redemption,
)
from kefu.customers.personal_data import check_not_erased, erases_customer
from kefu.customers.points import Entry, points_rules, post
from kefu.identity import Actor, agents_who_may
from kefu.notifications import Why, announce, notify, withdraw
from kefu.promises import Start, Stop, change_clocks

SUBJECT, CLOCK = "redemption", "redemption_due"
DELAYED = "redemption.delayed"
SETTLE = "points.settle"
announce(
    DELAYED,
    zh="积分兑换超时未处理",
    en="A redemption of points is overdue",
    why=Why(
        zh="积分兑换超过办理时限还没有办结。",
        en="A redemption of points was not settled within its time.",
        setting="points",
    ),
)


async def redeem(
    db: Session, customer: Customer, *, benefit: str, points: int, by: UUID | None
) -> Redemption:
    """Take the points now; the benefit is due within the hours that the rules allow."""
    check_not_erased(customer)
    entry = await post(db, customer.id, Entry(REDEEM, -points, reason=benefit), by=by)
    assert entry is not None
    at = now()
    due_at = at + timedelta(hours=(await points_rules(db)).redemption_hours)
    redemption = Redemption(
        id=uuid7(at),
        customer_id=customer.id,
        benefit=benefit,
        points=points,
        entry_id=entry.id,
        requested_by=by,
        requested_at=at,
        due_at=due_at,
    )
    db.add(redemption)
    await db.flush()
    start = Start(
        subject_kind=SUBJECT,
        subject=redemption.id,
        kind=CLOCK,
        at=at,
        customer=customer.id,
        due_at=due_at,
    )
    await change_clocks(db, [start])
    await record(db, said(RedemptionRequested, redemption, by))
    return redemption


async def fulfil(db: Session, redemption: Redemption, *, by: UUID) -> None:
    """The member has the benefit."""
    await settle(db, redemption, FULFILLED, by)
    late = now() > redemption.due_at
    event = RedemptionFulfilled(
        subject=redemption.id,
        customer=redemption.customer_id,
        actor=by,
        points=redemption.points,
        late=late,
    )
    await record(db, event)


async def cancel(db: Session, redemption: Redemption, *, by: UUID) -> None:
    """The points go back to the member."""
    await settle(db, redemption, CANCELLED, by)
    back = Entry(
        REVERSE, redemption.points, reason=redemption.benefit, reverses=redemption.entry_id
    )
    await post(db, redemption.customer_id, back, by=by)
    await record(db, said(RedemptionCancelled, redemption, by))


async def settle(db: Session, redemption: Redemption, status: str, by: UUID) -> None:
    if redemption.status != PENDING:
        raise Conflict("This redemption is settled already.", code="already_settled")
    redemption.status = status
    redemption.settled_at, redemption.settled_by = now(), by
    await change_clocks(db, [Stop(redemption.id, CLOCK, now())])
    await withdraw(db, DELAYED, [redemption.id])


async def tell_of_delays(db: Session, facts: Iterable[Fact]) -> None:
    """Clocks of redemptions ran out: once each, whoever settles them hears of it."""
    due = [fact.subject for fact in facts if fact.details["subject_kind"] == SUBJECT]
    if not due:
        return
    waiting = await db.scalars(
        select(Redemption)
        .where(
            Redemption.id.in_(due),
            Redemption.status == PENDING,
            Redemption.delayed_at.is_(None),
        )
        .order_by(Redemption.id)
        .with_for_update()
    )
    for redemption in waiting.all():
        redemption.delayed_at = now()
        await record(db, said(RedemptionDelayed, redemption, None))
        await notify(
            db,
            await agents_who_may(db, SETTLE),
            DELAYED,
            subject_kind=SUBJECT,
            subject=redemption.id,
            params={"customer": redemption.customer_id, "due_at": redemption.due_at},
        )


def said(kind: type[RedemptionEvent], redemption: Redemption, by: UUID | None) -> RedemptionEvent:
    return kind(
        subject=redemption.id,
        customer=redemption.customer_id,
        actor=by,
        points=redemption.points,
    )


async def redemption_for(db: Session, actor: Actor, redemption_id: UUID) -> Redemption:
    """The redemption, locked, if the actor may see its customer."""
    actor.require(SETTLE)
    found = await db.scalar(
        select(Redemption)
        .join(Customer, Customer.id == Redemption.customer_id)
        .where(Redemption.id == redemption_id, visible_to(actor))
        .with_for_update(of=Redemption)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such redemption.")
    return found


async def redemptions_for(
    db: Session,
    actor: Actor,
    *,
    status: str | None = None,
    customer: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> tuple[list[tuple[Redemption, str]], str | None]:
    """Redemptions of customers whom the actor may see, with their names, the latest first."""
    query = (
        select(Redemption, Customer.name)
        .join(Customer, Customer.id == Redemption.customer_id)
        .where(visible_to(actor))
        .order_by(Redemption.id.desc())
        .limit(limit + 1)
    )
    if status == "delayed":
        query = query.where(Redemption.status == PENDING, Redemption.due_at < now())
    elif status is not None:
        query = query.where(Redemption.status == status)
    if customer is not None:
        query = query.where(Redemption.customer_id == customer)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(Redemption.id < key[0])
    rows: Sequence[tuple[Redemption, str]] = [(row[0], row[1]) for row in await db.execute(query)]
    return page_of(rows, limit, lambda row: [row[0].id])


@erases_customer
async def erase_words(db: Session, customer: UUID) -> None:
    """The figures of the ledger stay; what was written beside them goes, and what waits ends."""
    waiting = await db.scalars(
        select(Redemption.id).where(
            Redemption.customer_id == customer, Redemption.status == PENDING
        )
    )
    await change_clocks(db, [Stop(one, CLOCK, now()) for one in waiting])
    mine = PointsEntry.customer_id == customer
    await db.execute(update(PointsEntry).where(mine).values(reason=""))
    await db.execute(
        update(Redemption).where(Redemption.customer_id == customer).values(benefit="")
    )
    await db.execute(
        update(Redemption)
        .where(Redemption.customer_id == customer, Redemption.status == PENDING)
        .values(status=CANCELLED, settled_at=now())
    )
