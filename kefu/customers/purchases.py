"""Purchases and service: what is told of a customer, and what follows here at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers.caring import Occasion, note_repurchases, start_care
from kefu.customers.figures import (
    PurchaseFigures,
    ServiceFigures,
    keep_purchases,
    keep_service,
)
from kefu.customers.model_care import AFTER_COMPLAINT, AFTER_PURCHASE, ENTERED
from kefu.customers.segmenting import resegment

STAGE = "stage"


async def note_purchases(
    db: Session, figures: Mapping[UUID, PurchaseFigures], *, historic: bool = False
) -> None:
    """Replace the purchase figures of these customers, of up to some thousands at once.

    To be called again whenever they changed: the same figures twice do nothing the second time.
    With `historic` no care starts; segments and measures do count them.
    """
    bought = await keep_purchases(db, figures)
    await resegment(db, [one.customer for one in bought], historic=historic)
    orders = {
        one.customer: one.last_order_at
        for one in bought
        if one.orders > one.orders_before and one.last_order_at
    }
    await note_repurchases(db, orders)
    if not historic:
        await start_care(
            db, [Occasion(customer, AFTER_PURCHASE, at) for customer, at in orders.items()]
        )


async def note_service(
    db: Session, figures: Mapping[UUID, ServiceFigures], *, historic: bool = False
) -> None:
    """Add conversations and complaints to these customers' figures, each counted once."""
    await keep_service(db, figures)
    await resegment(db, list(figures), historic=historic)
    if not historic:
        complaints = [
            Occasion(customer, AFTER_COMPLAINT, one.last_complaint_at or now())
            for customer, one in figures.items()
            if one.complaints > 0
        ]
        await start_care(db, complaints)


async def enter_stage(db: Session, stages: Sequence[tuple[UUID, str]]) -> None:
    """These customers came into this stage with a product: the plans for it may start (R194)."""
    at = now()
    await start_care(
        db, [Occasion(customer, ENTERED, at, STAGE, stage) for customer, stage in stages]
    )
