"""Reasons: which rule stands behind what happened, how it read then, and what had set it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.workflows.model_automation import Rule, RuleRun, Run

ACTED = (Run.DONE, Run.FAILED)
Cause = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RuleBehind:
    """The rule in the version that acted; one that was removed has no name any more."""

    id: UUID
    name: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class SetOff:
    """What made the rule look: a kind of fact, or the time."""

    cause: str
    fact_kind: str | None
    at: datetime


async def rules_behind(db: Session, causes: Sequence[Cause]) -> list[RuleBehind | None]:
    """The rule of each cause that facts keep, in one query for any number."""
    ids = {UUID(cause["rule"]) for cause in causes if cause}
    if not ids:
        return [None] * len(causes)
    rows = await db.execute(select(Rule.id, Rule.name).where(Rule.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    return [behind(cause, names) for cause in causes]


def behind(cause: Cause, names: Mapping[UUID, str]) -> RuleBehind | None:
    if not cause:
        return None
    rule = UUID(cause["rule"])
    return RuleBehind(rule, names.get(rule), cause.get("version"))


async def set_off_by(db: Session, rule: UUID, *, subject: UUID, at: datetime) -> SetOff | None:
    """The line of the log that this rule wrote of what it did to the subject at this moment."""
    run = await db.scalar(
        select(RuleRun)
        .where(
            RuleRun.subject == subject,
            RuleRun.rule_id == rule,
            RuleRun.at >= at,
            RuleRun.outcome.in_(ACTED),
        )
        .order_by(RuleRun.id)
        .limit(1)
    )
    return SetOff(run.cause, run.fact_kind, run.at) if run else None


async def run_behind(db: Session, run: UUID) -> tuple[RuleBehind, SetOff] | None:
    """The rule of a line of the log, while the log still has it."""
    found = (
        await db.execute(
            select(RuleRun, Rule.name)
            .join(Rule, Rule.id == RuleRun.rule_id)
            .where(RuleRun.id == run)
        )
    ).first()
    if found is None:
        return None
    line, name = found
    rule = RuleBehind(line.rule_id, name, line.version)
    return rule, SetOff(line.cause, line.fact_kind, line.at)
