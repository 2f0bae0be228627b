"""The demo shop's comparisons: what its book and ours said, and what was mended by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import Reconciliation, ReconciliationDifference, Source
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.ids import uuid7

BEFORE = {"completed": "delivered", "delivered": "shipped", "shipped": "paid"}
ROUNDS = ((35, 214, 3, 3), (30, 216, 0, 0), (25, 216, 1, 1), (20, 217, 2, 1))
"""Minutes ago, compared, different, mended."""


@demo_part("comparisons", order=62)
async def load_comparisons(db: Session) -> None:
    """A book that is not asked any more, so that no demo waits for an address nobody answers at."""
    shop = await db.scalar(select(Shop).order_by(Shop.created_at).limit(1))
    if shop is None or await db.scalar(select(Source.id).limit(1)):
        return
    source = Source(
        id=uuid7(), name="商城订单账册", kind="book", book="orders", shop_id=shop.id,
        url="https://book.shop.example", enabled=False,
    )  # fmt: skip
    source.asked_at = source.answered_at = now() - timedelta(minutes=ROUNDS[-1][0])
    db.add(source)
    await db.flush()
    wrong = await orders_on_their_way(db, shop)
    for ago, compared, different, mended in ROUNDS:
        at = now() - timedelta(minutes=ago)
        found, wrong = wrong[:different], wrong[different:]
        kept = Reconciliation(
            id=uuid7(), source_id=source.id, started_at=at, finished_at=at + timedelta(seconds=4),
            compared=compared, alike=compared - len(found), differences=len(found),
        )  # fmt: skip
        kept.mended = min(mended, len(found))
        kept.alike_after = compared - len(found) + kept.mended
        db.add(kept)
        await db.flush()
        rows = enumerate(found)
        db.add_all([difference(kept, order, is_mended=turn < kept.mended) for turn, order in rows])


async def orders_on_their_way(db: Session, shop: Shop) -> list[Any]:
    """Orders of which the shop knew a step before we did."""
    rows = await db.execute(
        select(Order.number, Order.status)
        .where(Order.shop_id == shop.id, Order.status.in_(BEFORE))
        .order_by(Order.placed_at.desc(), Order.id)
        .limit(sum(one[2] for one in ROUNDS))
    )
    return list(rows)


def difference(kept: Reconciliation, order: Any, *, is_mended: bool) -> ReconciliationDifference:
    return ReconciliationDifference(
        id=uuid7(),
        reconciliation_id=kept.id,
        kind="wrong_status",
        number=order.number,
        ours=BEFORE[order.status],
        theirs=order.status,
        mended_at=kept.finished_at if is_mended else None,
    )
