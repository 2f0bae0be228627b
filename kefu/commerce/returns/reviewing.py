"""Reviewing: somebody decides on an application that was not harmless enough for the rule."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.events_returns import ReturnApproved, ReturnRefused
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.moving import advance, check_at, take
from kefu.commerce.returns.nodes import REVIEW
from kefu.commerce.returns.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Invalid


async def review(
    db: Session, case: ReturnCase, *, approved: bool, grounds: str, by: UUID | None
) -> None:
    """Approve it, or refuse it with grounds that the customer reads; by nobody when a rule did."""
    check_at(case, REVIEW)
    if not approved and not grounds.strip():
        raise Invalid("Say why it is refused: the customer reads it.", field="grounds")
    if by is not None:
        await take(db, case, by=by)
    if grounds.strip():
        case.decision_note = grounds.strip()
    if approved:
        await advance(db, case, "approved", by=by)
        await tell(db, ReturnApproved, case, by=by, automatic=False)
    else:
        await advance(db, case, "refused", by=by)
        await tell(db, ReturnRefused, case, by=by)
