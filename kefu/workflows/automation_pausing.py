"""Pausing: a rule that runs wild or breaks stops by itself, and its keepers hear of it."""

from __future__ import annotations

from typing import Literal

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.identity import agents_who_may
from kefu.notifications import Ways, Why, announce, notify
from kefu.promises import stop_clocks
from kefu.workflows.events_automation import RulePaused
from kefu.workflows.model_automation import Rule

PAUSED = "automation.paused"

announce(
    PAUSED,
    zh="一条自动化规则已暂停",
    en="An automation rule was paused",
    ways=Ways(mail=True),
    why=Why(
        zh="规则“{name}”超过每小时上限或无法执行，系统把它暂停了。",
        en="The rule “{name}” passed its hourly limit or could not run, so it was paused.",
        setting="automation",
    ),
)


async def pause(db: Session, rule: Rule, reason: Literal["hourly_limit", "broken"]) -> None:
    """Stop the rule until somebody lets it go on; said once."""
    if rule.paused_at is not None:
        return
    rule.paused_at, rule.paused_reason = now(), reason
    await stop_clocks(db, [rule.id], now())
    await record(db, RulePaused(subject=rule.id, reason=reason, version=rule.version))
    await notify(
        db,
        await agents_who_may(db, "automation.edit"),
        PAUSED,
        subject_kind="automation_rule",
        subject=rule.id,
        params={"reason": reason, "name": rule.name},
    )
