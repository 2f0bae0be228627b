"""Timing: rules that look at all their subjects every so often, or daily at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import exists, select
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.clock import now
from kefu.core.condition_fields import Asking
from kefu.core.conditions import compiled
from kefu.core.db import Session, pushes_of
from kefu.core.events import Fact
from kefu.promises import Start, change_clocks, stop_clocks
from kefu.workflows.automation_answers import Answers
from kefu.workflows.automation_guards import Candidate
from kefu.workflows.automation_pausing import pause
from kefu.workflows.automation_plan import WEEKDAYS, Plan
from kefu.workflows.automation_running import plan_or_pause, run_rule
from kefu.workflows.model_automation import Rule, RuleMark

log = structlog.get_logger(__name__)
RULE = "automation_rule"
AT_ONCE = 200


def next_moment(timing: dict[str, Any], after: datetime) -> datetime:
    """The next time such a rule looks: at round minutes, or at its time of the day."""
    if "every_minutes" in timing:
        minutes = timing["every_minutes"]
        passed = int(after.timestamp() // 60) // minutes
        return datetime.fromtimestamp((passed + 1) * minutes * 60, after.tzinfo)
    zone = ZoneInfo(timing["zone"])
    hour, minute = (int(part) for part in timing["daily_at"].split(":"))
    days = timing.get("weekdays") or list(WEEKDAYS)
    today = after.astimezone(zone).date()
    for offset in range(9):
        day = today + timedelta(days=offset)
        moment = datetime.combine(day, time(hour, minute), zone).astimezone(after.tzinfo)
        if moment > after and WEEKDAYS[day.weekday()] in days:
            return moment
    raise ValueError("No weekday is chosen.")


async def arm(db: Session, rule: Rule, *, at: datetime | None = None) -> None:
    """Set the rule's clock for its next look; one that does not run by time has none."""
    if rule.timing is None or not rule.runs():
        await stop_clocks(db, [rule.id], now())
        return
    start = Start(
        subject_kind=RULE,
        subject=rule.id,
        kind=RULE,
        at=now(),
        due_at=at or next_moment(rule.timing, now()),
        restart=True,
    )
    await change_clocks(db, [start])


async def run_on_time(db: Session, facts: Sequence[Fact]) -> None:
    """Let those rules look whose clocks these are."""
    due = {fact.subject for fact in facts if fact.details["subject_kind"] == RULE}
    if not due:
        return
    rules = await db.scalars(
        select(Rule)
        .where(Rule.id.in_(due), Rule.active, Rule.paused_at.is_(None), Rule.timing.is_not(None))
        .order_by(Rule.position, Rule.id)
        .with_for_update()
    )
    for rule in rules.all():
        plan = await plan_or_pause(db, rule)
        if plan is not None:
            await guarded_sweep(db, plan)


async def guarded_sweep(db: Session, plan: Plan) -> None:
    told = len(pushes_of(db))
    try:
        async with db.begin_nested():
            await sweep(db, plan)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one rule must not stop the others
        del pushes_of(db)[told:]
        log.warning("rule_broken", rule=str(plan.rule.id), error=repr(error)[:300])
        await pause(db, plan.rule, "broken")


async def sweep(db: Session, plan: Plan) -> None:
    """Act on the next of what matches; what is left is looked at in a transaction of its own."""
    rule, asking = plan.rule, Asking(at=now())
    ids = await next_matches(db, plan, asking)
    if ids:
        looked = [Candidate(subject=one) for one in ids]
        await run_rule(db, plan, Answers([plan], asking), looked, cause="time")
    has_more = len(ids) == AT_ONCE
    rule.sweep_after = ids[-1] if has_more else None
    await arm(db, rule, at=now() if has_more else None)


async def next_matches(db: Session, plan: Plan, asking: Asking) -> list[UUID]:
    """Subjects that match and on which the rule has not acted too lately, by id."""
    rule = plan.rule
    query = select(plan.subject.id).where(compiled(plan.condition, plan.fields, asking))
    if rule.again_after_seconds:
        recent = exists().where(
            RuleMark.rule_id == rule.id,
            RuleMark.subject == plan.subject.id,
            RuleMark.at > asking.at - timedelta(seconds=rule.again_after_seconds),
        )
        query = query.where(~recent)
    if rule.sweep_after is not None:
        query = query.where(plan.subject.id > rule.sweep_after)
    return list(await db.scalars(query.order_by(plan.subject.id).limit(AT_ONCE)))
