"""Telling: facts of a case, with what all of them hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce.events_returns import ReturnEvent
from kefu.commerce.model_returns import ReturnCase
from kefu.core.db import Session
from kefu.core.events import record


async def tell(
    db: Session, kind: type[ReturnEvent], case: ReturnCase, *, by: UUID | None, **more: Any
) -> None:
    """Record a fact about the case as it stands now."""
    await record(
        db,
        kind(
            subject=case.id,
            conversation=case.conversation_id,
            customer=case.customer_id,
            actor=by,
            order=case.order_id,
            case_kind=case.kind,
            node=case.node,
            **more,
        ),
    )
