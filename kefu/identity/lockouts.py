"""Lock-out: after repeated failures an account and an address wait, longer each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import TooMany
from kefu.core.ids import uuid7
from kefu.identity.keys import hash_of
from kefu.identity.model import FailedSignIn, Lockout

FREE = {"account": 5, "address": 20}  # an office shares one address
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)
ADDRESSES_KEPT = timedelta(days=180)


def delay(kind: str, failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing at first, then doubling."""
    over = failures - FREE[kind]
    return min(FIRST * 2 ** min(over, 20), LONGEST) if over >= 0 else timedelta()


async def refusal(db: Session, *, account: str, address: str | None) -> TooMany | None:
    """Why this sign-in may not even be tried now; nothing when it may.

    One attempt per account at a time, or many at once would all be tried before one is counted.
    """
    alone = await db.scalar(
        select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"sign-in {account}", 0)))
    )
    if not alone:
        return TooMany("Another sign-in to this account is under way.", retry_after=1)
    at = now()
    until = await db.scalar(
        select(func.max(Lockout.until)).where(
            ((Lockout.kind == "account") & (Lockout.value_hash == hash_of(account)))
            | ((Lockout.kind == "address") & (Lockout.value_hash == hash_of(address or "")))
        )
    )
    return locked(until, at) if until and until > at else None


def locked(until: datetime, at: datetime) -> TooMany:
    seconds = (until - at).total_seconds()
    return TooMany(
        f"Too many attempts failed. Please wait {round(seconds)} seconds and try again.",
        code="locked_out",
        retry_after=seconds,
    )


async def count_failure(db: Session, *, account: str, address: str | None) -> tuple[UUID, int]:
    """One more failure; returns the account's row and how many there are now."""
    if address:
        await _count(db, "address", address)
    return await _count(db, "account", account)


async def _count(db: Session, kind: str, value: str) -> tuple[UUID, int]:
    at = now()
    row = insert(Lockout).values(
        id=uuid7(), kind=kind, value_hash=hash_of(value), failures=1, failed_at=at
    )
    failures = case((Lockout.failed_at < at - FORGOTTEN_AFTER, 1), else_=Lockout.failures + 1)
    counted = await db.execute(
        row.on_conflict_do_update(
            index_elements=["kind", "value_hash"], set_={"failures": failures, "failed_at": at}
        ).returning(Lockout.id, Lockout.failures)
    )
    identifier, number = counted.one()
    await db.execute(
        update(Lockout)
        .where(Lockout.id == identifier)
        .values(until=at + delay(kind, number))
        .execution_options(synchronize_session=False)
    )
    return identifier, number


async def forget(db: Session, *, account: str) -> None:
    """The account's failures no longer count: somebody got in rightly."""
    await db.execute(
        delete(Lockout).where(Lockout.kind == "account", Lockout.value_hash == hash_of(account))
    )


async def purge(db: Session) -> None:
    """Drop rows nobody waits for any more, and addresses kept long enough."""
    await db.execute(delete(Lockout).where(Lockout.failed_at < now() - FORGOTTEN_AFTER))
    await db.execute(delete(FailedSignIn).where(FailedSignIn.at < now() - ADDRESSES_KEPT))
