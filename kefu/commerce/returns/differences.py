"""Differences: an exchange for goods of another price is not over before its difference is settled.

Money moves once the goods that came back were accepted, when the replacement is to be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnDifferenceDue, ReturnDifferenceSettled
from kefu.commerce.model_differences import WAIVED, ExchangeDifference
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.nodes import EXCHANGE
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict

Way = Literal["paid", "refunded", "waived"]


async def keep_difference(
    db: Session, case: ReturnCase, amount: int, *, paid_with: UUID | None, by: UUID | None
) -> None:
    """Note what the customer of an exchange owes, or is owed below nothing."""
    db.add(
        ExchangeDifference(
            case_id=case.id, amount=amount, currency=case.currency, payment_method_id=paid_with
        )
    )
    await db.flush()
    await tell(db, ReturnDifferenceDue, case, by=by, amount=amount)


async def difference_of(db: Session, case: ReturnCase) -> ExchangeDifference | None:
    """What is to be settled, or was; the case's own lock guards it."""
    if case.kind != EXCHANGE:
        return None
    return await db.get(ExchangeDifference, case.id, populate_existing=True)


async def differences_of(db: Session, cases: Sequence[UUID]) -> dict[UUID, ExchangeDifference]:
    rows = await db.scalars(select(ExchangeDifference).where(ExchangeDifference.case_id.in_(cases)))
    return {row.case_id: row for row in rows}


async def is_settled(db: Session, case: ReturnCase) -> bool:
    """Whether nobody owes anybody anything any more."""
    difference = await difference_of(db, case)
    return difference is None or difference.is_settled()


async def check_settled(db: Session, case: ReturnCase) -> None:
    if not await is_settled(db, case):
        raise Conflict(
            "The difference in price has to be settled before the replacement goes out.",
            code="difference_open",
        )


async def open_difference(
    db: Session, case: ReturnCase, *, owed_to_customer: bool | None = None
) -> ExchangeDifference:
    """The difference that is still to be settled; the other direction is refused."""
    difference = await difference_of(db, case)
    if difference is None:
        raise Conflict("This exchange has no difference in price.", code="no_difference")
    if difference.is_settled():
        raise Conflict(
            "The difference is settled already.", code="settled_already", detail=difference.way
        )
    if owed_to_customer not in (None, difference.is_owed_to_customer()):
        raise Conflict(
            "The difference goes the other way.",
            code="other_direction",
            limit=difference.amount,
        )
    return difference


async def settle(
    db: Session,
    case: ReturnCase,
    difference: ExchangeDifference,
    way: Way,
    *,
    by: UUID,
    reason: str = "",
) -> None:
    """Nobody owes anything any more; who settled it and how stays."""
    difference.way, difference.reason = way, reason
    difference.settled_by, difference.settled_at = by, now()
    await db.flush()
    await tell(db, ReturnDifferenceSettled, case, by=by, way=way, amount=difference.amount)


async def check_no_money_moved(db: Session, case: ReturnCase) -> None:
    """Goods are not inspected again once the difference was paid or given back."""
    difference = await difference_of(db, case)
    if difference is not None and difference.way not in (None, WAIVED):
        raise Conflict(
            "The difference in price was settled; the case goes on from here.",
            code="difference_settled",
            detail=difference.way,
        )
