"""Rules: kept in versions, checked against what is offered, switched on and off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.conditions import parsed
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.worktime import zone_named
from kefu.identity import Actor
from kefu.promises import stop_clocks
from kefu.workflows.automation_params import checked_actions
from kefu.workflows.automation_plan import WEEKDAYS, fields_for, subject_named, trigger_named
from kefu.workflows.automation_timing import arm
from kefu.workflows.events_automation import (
    RuleChanged,
    RuleCreated,
    RuleRemoved,
    RuleSwitched,
)
from kefu.workflows.model_automation import Rule, RuleVersion

MOST_RULES = 200
CONTENT = (
    "name",
    "note",
    "position",
    "subject_kind",
    "trigger",
    "timing",
    "conditions",
    "actions",
    "again_after_seconds",
    "hourly_limit",
)
SWITCHES = {"active"}


async def create_rule(db: Session, given: Mapping[str, Any], *, by: Actor) -> Rule:
    if (await db.scalar(select(func.count()).select_from(Rule)) or 0) >= MOST_RULES:
        raise Conflict("There are too many rules.", limit=MOST_RULES)
    rule = Rule(**given, created_by=by.id, updated_by=by.id, version=1)
    await check_rule(db, rule, former=())
    db.add(rule)
    await db.flush()
    await keep_version(db, rule, by=by)
    await arm(db, rule)
    await record(db, RuleCreated(subject=rule.id, actor=by.id, version=1))
    return rule


async def change_rule(db: Session, rule: Rule, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Change it from now on; what it did before stays under its former version."""
    content = {name: value for name, value in changes.items() if name not in SWITCHES}
    if content:
        former = tuple(rule.actions)
        for name, value in content.items():
            setattr(rule, name, value)
        await check_rule(db, rule, former=former)
        rule.version += 1
        rule.updated_by, rule.updated_at, rule.sweep_after = by.id, now(), None
        await keep_version(db, rule, by=by)
        changed = tuple(sorted(content))
        event = RuleChanged(subject=rule.id, actor=by.id, version=rule.version, changed=changed)
        await record(db, event)
    if "active" in changes and (changes["active"] != rule.active or rule.paused_at):
        await switch(db, rule, active=changes["active"], by=by)
    await arm(db, rule)


async def switch(db: Session, rule: Rule, *, active: bool, by: Actor) -> None:
    """On or off; switching on lets a paused rule go on."""
    rule.active = active
    if active:
        rule.paused_at = rule.paused_reason = None
        rule.since = now()
    event = RuleSwitched(subject=rule.id, actor=by.id, version=rule.version, active=active)
    await record(db, event)


async def remove_rule(db: Session, rule: Rule, *, by: Actor) -> None:
    """Take the rule away with its log; the facts of its making and end stay."""
    await stop_clocks(db, [rule.id], now())
    await record(db, RuleRemoved(subject=rule.id, actor=by.id, version=rule.version))
    await db.delete(rule)
    await db.flush()


async def keep_version(db: Session, rule: Rule, *, by: Actor) -> None:
    content = {name: getattr(rule, name) for name in CONTENT}
    db.add(RuleVersion(rule_id=rule.id, version=rule.version, content=content, by=by.id))
    await db.flush()


async def rule_for(db: Session, actor: Actor, rule_id: UUID, *, lock: bool = False) -> Rule:
    actor.require("automation.read")
    rule = await db.get(Rule, rule_id, with_for_update=lock or None)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


async def check_rule(db: Session, rule: Rule, *, former: tuple[Any, ...]) -> None:
    """Refuse what could not run: the field is named by its place."""
    with db.no_autoflush:
        taken = await db.scalar(select(Rule.id).where(Rule.name == rule.name))
        if taken not in (None, rule.id):
            raise Conflict("There is a rule of this name.", field="name", code="taken")
        if (rule.trigger is None) == (rule.timing is None):
            raise Invalid("A rule has a trigger or a time.", field="trigger")
        subject = subject_named(rule.subject_kind)
        trigger = trigger_named(rule.trigger, subject)
        check_timing(rule.timing)
        parsed(rule.conditions, fields_for(subject, trigger))
        rule.actions = await checked_actions(
            db, rule.actions, subject_kind=rule.subject_kind, former=former
        )


def check_timing(timing: dict[str, Any] | None) -> None:
    if timing is None or "every_minutes" in timing:
        return
    try:
        zone_named(timing["zone"])
    except ValueError as error:
        raise Invalid(str(error), field="timing.zone") from error
    if set(timing.get("weekdays") or ()) - set(WEEKDAYS):
        raise Invalid("There is no such weekday.", field="timing.weekdays")
