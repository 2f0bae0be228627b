"""Following: a process went on by itself or by a task of its own; its case goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kefu.commerce.events_returns import ReturnReminded
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.access import locked_case
from kefu.commerce.returns.differences import is_settled
from kefu.commerce.returns.moving import move_to
from kefu.commerce.returns.nodes import DONE, SEND_BACK
from kefu.commerce.returns.running import SUBJECT, standing
from kefu.commerce.returns.telling import tell
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.workflows import Case

PROCESS = "process"


async def follow_processes(db: Session, facts: Sequence[Fact]) -> None:
    """Move each case to where its process stands; one that is there already stays."""
    meant = {UUID(fact.details["about"]) for fact in facts if fact.details["about_kind"] == SUBJECT}
    for case_id in sorted(meant):
        case = await locked_case(db, case_id)
        if case is not None:
            await catch_up(db, case)


async def catch_up(db: Session, case: ReturnCase) -> None:
    """Move to where the process stands; an exchange waits at its end for its difference."""
    if not case.is_open() or case.process_id is None:
        return
    node = await standing(db, case, case.node)
    if node is None or node == case.node:
        return
    if node != DONE or await is_settled(db, case):
        await move_to(db, case, node, outcome=PROCESS, by=None)


async def remind(db: Session, process: Case, _params: dict[str, Any]) -> dict[str, Any]:
    """A step that drawings can name: the customer is reminded to send the goods."""
    case = await db.get(ReturnCase, process.subject)
    needed = case is not None and case.node == SEND_BACK and case.tracking_number is None
    if case is not None and needed:
        await tell(db, ReturnReminded, case, by=None)
    return {"reminded": needed}
