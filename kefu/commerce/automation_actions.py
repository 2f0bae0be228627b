"""What rules can do to orders: tell their customers, and note what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.accuracy import note_error
from kefu.commerce.automation import ORDER
from kefu.commerce.automation_words import CAUSES
from kefu.commerce.logistics.messaging import BY_RULE, Message, message
from kefu.commerce.model_orders import ERROR_CAUSES, Order
from kefu.core.automation import DONE, QUEUED, Hit, Outcome, Param, Params, offer_action, skipped
from kefu.core.db import Session
from kefu.core.errors import Conflict

ON = (ORDER,)


@offer_action(
    "order.tell_customer",
    zh="通知订单的客户",
    en="Tell the order's customer",
    subjects=ON,
    params={
        "text": Param(
            "text", "消息（{number} 代表订单号）", "Message ({number} is the order's)", most=500
        )
    },
)
async def tell_customer(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    """By the way of notices: in the open talk or by mail, never against the customer's wish."""
    reasons = await message(
        db, [Message(f"{BY_RULE}{hit.run}", hit.subject, params["text"]) for hit in hits]
    )
    outcomes: dict[UUID, Outcome] = {}
    for hit in hits:
        why = reasons[f"{BY_RULE}{hit.run}"]
        outcomes[hit.run] = skipped(why) if why else QUEUED
    return outcomes


@offer_action(
    "order.note_error",
    zh="登记订单差错",
    en="Note a mistake in the order",
    subjects=ON,
    params={
        "cause": Param(
            "choice",
            "差错原因",
            "Mistake",
            choices=ERROR_CAUSES,
            words=CAUSES,
        )
    },
)
async def note_mistake(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    found = await db.scalars(select(Order).where(Order.id.in_({hit.subject for hit in hits})))
    orders = {order.id: order for order in found}
    outcomes: dict[UUID, Outcome] = {}
    for hit in hits:
        order = orders.get(hit.subject)
        if order is None:
            outcomes[hit.run] = skipped("gone")
            continue
        try:
            await note_error(db, order, cause=params["cause"])
            outcomes[hit.run] = DONE
        except Conflict:
            outcomes[hit.run] = skipped("known")
    return outcomes
