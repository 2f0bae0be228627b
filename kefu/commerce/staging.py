"""Staging: where a customer stands with each product, from looking at it to what is done about it.

The stages follow from what is recorded (recommendations, orders, cases), so that they can be
reckoned again at any time; a change starts the playbook, which is the care plan of that stage.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.events_stages import ProductStageChanged
from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.model_stages import AFTER_SALES, IN_USE, PRE_PURCHASE, ProductStage
from kefu.commerce.purchases import BOUGHT
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record_all
from kefu.customers import enter_stage, recommended_to

Pair = tuple[UUID, UUID]
LATEST = 50
LOCK = text("select pg_advisory_xact_lock(hashtext('kefu.product_stages'))")


async def restage(db: Session, customers: Collection[UUID], *, historic: bool = False) -> None:
    """Reckon the stages of these customers' products, by the same few queries for any number."""
    ids = sorted(customers)
    if not ids:
        return
    await db.execute(LOCK)
    wanted = dict.fromkeys(await recommended_to(db, ids), PRE_PURCHASE)
    wanted |= dict.fromkeys(await had_by(db, ids), IN_USE)
    wanted |= dict.fromkeys(await in_case(db, ids), AFTER_SALES)
    known = await still_there(db, {product for _, product in wanted})
    wanted = {pair: stage for pair, stage in wanted.items() if pair[1] in known}
    rows = await db.execute(
        select(ProductStage.customer_id, ProductStage.product_id, ProductStage.stage).where(
            ProductStage.customer_id.in_(ids)
        )
    )
    kept = {(row.customer_id, row.product_id): row.stage for row in rows}
    moved = sorted(pair for pair, stage in wanted.items() if kept.get(pair) != stage)
    await keep(db, {pair: wanted[pair] for pair in moved})
    gone = sorted(kept.keys() - wanted.keys())
    await drop(db, gone)
    await tell(db, [(pair, wanted.get(pair), kept.get(pair)) for pair in (*moved, *gone)], historic)
    if not historic:
        await enter_stage(
            db, [(customer, wanted[customer, product]) for customer, product in moved]
        )


async def had_by(db: Session, customers: Sequence[UUID]) -> set[Pair]:
    """What was bought and neither cancelled nor sent back as a whole."""
    left = OrderLine.quantity > OrderLine.cancelled_quantity + OrderLine.returned_quantity
    rows: Any = await db.execute(
        select(Order.customer_id, OrderLine.product_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.customer_id.in_(customers),
            Order.status.in_(BOUGHT),
            OrderLine.product_id.is_not(None),
            left,
        )
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}


async def in_case(db: Session, customers: Sequence[UUID]) -> set[Pair]:
    """What is being returned, exchanged, repaired or installed."""
    rows: Any = await db.execute(
        select(ReturnCase.customer_id, ReturnLine.product_id)
        .join(ReturnLine, ReturnLine.case_id == ReturnCase.id)
        .where(
            ReturnCase.customer_id.in_(customers),
            ReturnCase.status == "open",
            ReturnLine.product_id.is_not(None),
        )
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}


async def still_there(db: Session, products: Collection[UUID]) -> set[UUID]:
    return set(await db.scalars(select(Product.id).where(Product.id.in_(products))))


async def keep(db: Session, stages: dict[Pair, str]) -> None:
    if not stages:
        return
    at = now()
    stored = insert(ProductStage).values(
        [
            {"customer_id": customer, "product_id": product, "stage": stage, "since": at}
            for (customer, product), stage in stages.items()
        ]
    )
    await db.execute(
        stored.on_conflict_do_update(
            index_elements=["customer_id", "product_id"],
            set_={"stage": stored.excluded.stage, "since": stored.excluded.since},
        )
    )


async def drop(db: Session, pairs: Sequence[Pair]) -> None:
    if pairs:
        mine = tuple_(ProductStage.customer_id, ProductStage.product_id)
        await db.execute(delete(ProductStage).where(mine.in_(pairs)))


async def tell(
    db: Session,
    changes: Sequence[tuple[Pair, str | None, str | None]],
    historic: bool,  # noqa: FBT001 - the last of what is told
) -> None:
    events = [
        ProductStageChanged(
            subject=customer,
            customer=customer,
            product=product,
            stage=stage,
            former=former,
            historic=historic,
        )
        for (customer, product), stage, former in changes
    ]
    await record_all(db, events)


@dataclass(frozen=True, slots=True)
class Held:
    """One product of a customer, for their page."""

    product: UUID
    title: str
    stage: str
    since: datetime


async def stages_of(db: Session, customer: UUID) -> list[Held]:
    """Where the customer stands with their products, the latest change first."""
    rows = await db.execute(
        select(Product.id, Product.title, ProductStage.stage, ProductStage.since)
        .join(Product, Product.id == ProductStage.product_id)
        .where(ProductStage.customer_id == customer)
        .order_by(ProductStage.since.desc(), Product.id)
        .limit(LATEST)
    )
    return [Held(*row) for row in rows]
