"""Blocking: nothing that a customer writes is taken any more, until they are unblocked.

Their connections end with either, and come back as those of somebody who may type, or may not.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.events import record
from kefu.core.switchboard import disconnect_push
from kefu.customers.events import CustomerBlocked, CustomerUnblocked
from kefu.customers.model import Customer
from kefu.customers.model_merging import CustomerMerge
from kefu.customers.personal_data import check_not_erased
from kefu.customers.shutting import follow_blocking


async def block_customer(db: Session, customer: Customer, *, by: UUID) -> None:
    """Nothing this customer writes reaches anybody until they are unblocked."""
    check_not_erased(customer)
    if customer.blocked_at is not None:
        return
    customer.blocked_at = now()
    await record(db, CustomerBlocked(subject=customer.id, customer=customer.id, actor=by))
    await follow_blocking(db, customer, by=by)
    pushes_of(db).append(disconnect_push(f"visitor:{customer.id}"))


async def unblock_customer(db: Session, customer: Customer, *, by: UUID) -> None:
    """Take their words again, whichever of those merged into them had been blocked.

    Each of those keeps their own block, for the day on which they are two again.
    """
    if customer.blocked_at is None:
        return
    customer.blocked_at = None
    await db.execute(
        update(CustomerMerge)
        .where(CustomerMerge.kept_id == customer.id, CustomerMerge.undone_at.is_(None))
        .values(let_in_at=now())
    )
    await record(db, CustomerUnblocked(subject=customer.id, customer=customer.id, actor=by))
    await follow_blocking(db, customer, by=by)
    pushes_of(db).append(disconnect_push(f"visitor:{customer.id}"))
