"""Purchases: commerce tells what customers bought, and what follows here follows at once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kefu.core.db import Session
from kefu.customers.figures import PurchaseFigures, keep_purchases
from kefu.customers.segmenting import resegment


async def note_purchases(
    db: Session, figures: Mapping[UUID, PurchaseFigures], *, historic: bool = False
) -> None:
    """Replace the purchase figures of these customers, of up to some thousands at once.

    To be called again whenever they changed: the same figures twice do nothing the second time.
    With `historic` no care starts and no points are earned; segments and measures do count them.
    """
    bought = await keep_purchases(db, figures)
    await resegment(db, [one.customer for one in bought], historic=historic)
