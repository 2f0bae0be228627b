"""Things a test of automation begins with: rules about tasks, and the facts of a task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.promises.tests.factories import OFFERED, a_task
from kefu.workflows import automation_actions
from kefu.workflows.automation_running import run_on_facts
from kefu.workflows.automation_timing import arm
from kefu.workflows.model_automation import Rule, RuleRun

__all__ = ["OFFERED", "a_task", "automation_actions"]
OPEN = {"all": [{"field": "open", "operator": "is", "value": True}]}


def told(agent: UUID) -> dict[str, Any]:
    return {"action": "notify", "params": {"to": "agent", "agent": str(agent)}}


async def a_rule(db: Session, *actions: dict[str, Any], **given: Any) -> Rule:
    values: dict[str, Any] = {
        "name": f"规则 {uuid7()}",
        "active": True,
        "subject_kind": "task",
        "trigger": None if "timing" in given else "task.assigned",
        "conditions": OPEN,
        "actions": list(actions),
        "again_after_seconds": 0,
    }
    rule = Rule(**values | given)
    db.add(rule)
    await db.flush()
    await arm(db, rule)
    return rule


async def facts(db: Session, kind: str, after: int = 0) -> list[Fact]:
    rows = await db.execute(
        text(
            "select id, kind, subject, conversation, customer, actor, details, at "
            "from facts where kind = :kind and id > :after order by id"
        ),
        {"kind": kind, "after": after},
    )
    return [Fact(*row) for row in rows]


async def run(db: Session, kind: str = "task.assigned", after: int = 0) -> list[RuleRun]:
    """Let the rules look at all facts of a kind; the lines of the log, oldest first."""
    await run_on_facts(db, await facts(db, kind, after))
    return await lines(db)


async def lines(db: Session) -> list[RuleRun]:
    query = select(RuleRun).order_by(RuleRun.id).execution_options(populate_existing=True)
    return list(await db.scalars(query))


async def notices(db: Session, kind: str = "automation.notice") -> list[UUID]:
    rows = await db.execute(
        text("select agent_id from notifications where kind = :kind order by id"), {"kind": kind}
    )
    return list(rows.scalars())
