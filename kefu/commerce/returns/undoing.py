"""Undoing: an application is taken back or cancelled, as long as the goods have not arrived."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.events_returns import ReturnUndone
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.installing import call_off_visit
from kefu.commerce.returns.moving import advance, check_open
from kefu.commerce.returns.nodes import WAYS
from kefu.commerce.returns.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Conflict


async def undo(db: Session, case: ReturnCase, *, way: str, by: UUID | None) -> None:
    """`way` is withdrawn by the customer or cancelled by the desk; after the intake it is late."""
    check_open(case)
    if not is_undoable(case):
        raise Conflict(
            "The goods have arrived already; the case has to be decided now.",
            code="too_late_to_undo",
            detail=case.node,
        )
    await call_off_visit(db, case, by=by)
    await advance(db, case, "withdrawn", by=by)
    await tell(db, ReturnUndone, case, by=by, way=way)


def is_undoable(case: ReturnCase) -> bool:
    return case.is_open() and (case.node, "withdrawn") in WAYS[case.kind]
