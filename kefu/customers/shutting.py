"""Shutting: what else happens at once where a customer is blocked, let in, merged or two again.

A capability that takes a customer's words says once what it does then:

    @follows_blocking
    async def shut_talks(db, customer, *, by): ...

It runs in the transaction that changed the customer, whose row is locked, and makes what it keeps
agree with `blocked_at`; where it agrees already nothing happens.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers.model import Customer


class Following(Protocol):
    """Makes what a capability keeps agree with whether the customer is blocked."""

    async def __call__(self, db: Session, customer: Customer, *, by: UUID | None) -> None: ...


FOLLOWING: list[Following] = []


def follows_blocking(following: Following) -> Following:
    """Let this run wherever somebody is blocked, or is not blocked any more."""
    FOLLOWING.append(following)
    return following


async def follow_blocking(db: Session, customer: Customer, *, by: UUID | None) -> None:
    """Let everything agree with the customer as they are now."""
    await db.flush()
    for following in FOLLOWING:
        await following(db, customer, by=by)


async def is_blocked(db: Session, customer: UUID, *, lock: bool = False) -> bool:
    """Whether the customer is blocked; with the lock they stay so until the transaction ends."""
    query = select(Customer.blocked_at).where(Customer.id == customer)
    return await db.scalar(query.with_for_update(key_share=True) if lock else query) is not None
