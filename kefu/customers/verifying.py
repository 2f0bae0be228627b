"""Verifying: a customer proves once who they are, and is not asked again for a while.

The proof belongs to the customer, not to a conversation: it holds on every channel and after every
transfer. An order with the tail of its telephone number is checked by whoever keeps the orders,
who registers for it; whoever sends codes by text message says here that one was right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import TooMany, Unavailable
from kefu.core.events import FactRow, record
from kefu.core.ids import uuid7
from kefu.customers.events import CustomerVerified, VerificationFailed
from kefu.customers.model import Customer, Verification
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import erases_customer

moves_with_customer("verifications", Verification)

OrderCheck = Callable[[Session, UUID, str, str], Awaitable[bool]]
ORDER_CHECKS: list[OrderCheck] = []

VALID_FOR = timedelta(hours=24)
FAILURES_AT_MOST = 5
FAILURES_WITHIN = timedelta(hours=1)


def checks_order(check: OrderCheck) -> OrderCheck:
    """Let the function say whether an order of this customer has a telephone with this tail."""
    ORDER_CHECKS.append(check)
    return check


async def verify(
    db: Session,
    customer: Customer,
    *,
    method: str,
    by: UUID | None = None,
    valid_for: timedelta = VALID_FOR,
) -> Verification:
    """Put down that the customer proved who they are; the caller checked the proof."""
    at = now()
    verification = Verification(
        id=uuid7(),
        customer_id=customer.id,
        method=method,
        verified_at=at,
        valid_until=at + valid_for,
        verified_by=by,
    )
    db.add(verification)
    event = CustomerVerified(
        subject=customer.id,
        customer=customer.id,
        actor=by,
        method=method,
        valid_until=verification.valid_until,
    )
    await record(db, event)
    return verification


async def verify_by_order(
    db: Session, customer: Customer, *, order: str, phone_tail: str, by: UUID
) -> Verification | None:
    """Nothing when order and tail do not fit; that is recorded, and too many tries are refused."""
    if not ORDER_CHECKS:
        raise Unavailable("Orders are not connected, so they cannot prove anything yet.")
    await check_tries(db, customer.id)
    for check in ORDER_CHECKS:
        if await check(db, customer.id, order, phone_tail):
            return await verify(db, customer, method="order_phone", by=by)
    failed = VerificationFailed(
        subject=customer.id, customer=customer.id, actor=by, method="order_phone"
    )
    await record(db, failed)
    return None


async def check_tries(db: Session, customer: UUID) -> None:
    failures = await db.scalar(
        select(func.count()).where(
            FactRow.customer == customer,
            FactRow.kind == VerificationFailed.kind,
            FactRow.at > now() - FAILURES_WITHIN,
        )
    )
    if (failures or 0) >= FAILURES_AT_MOST:
        raise TooMany(
            "This customer was tried too often. Please wait an hour.",
            limit=FAILURES_AT_MOST,
            retry_after=FAILURES_WITHIN.total_seconds(),
        )


async def verified_until(db: Session, customer: UUID) -> datetime | None:
    """Until when the customer need not prove again who they are; nothing when they must."""
    found: datetime | None = await db.scalar(
        select(func.max(Verification.valid_until)).where(
            Verification.customer_id == customer,
            Verification.valid_until > now(),
            Verification.revoked_at.is_(None),
        )
    )
    return found


@erases_customer
async def revoke_verifications(db: Session, customer: UUID) -> None:
    await db.execute(
        update(Verification)
        .where(Verification.customer_id == customer, Verification.revoked_at.is_(None))
        .values(revoked_at=now())
    )
