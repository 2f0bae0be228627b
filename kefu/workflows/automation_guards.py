"""Guards: what keeps rules from running in circles, too often or too much."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.workflows.model_automation import Rule, RuleHour, RuleMark

DEPTH = 5
MARK = text(
    "insert into automation_marks (rule_id, subject, at) "
    "select :rule, s, :at from unnest(cast(:subjects as uuid[])) s "
    "on conflict (rule_id, subject) do update set at = excluded.at"
)


@dataclass(slots=True)
class Candidate:
    """A subject whose conditions hold, before the guards have looked at it."""

    subject: UUID
    fact: int | None = None
    fact_kind: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[str, ...] = ()
    conversation: UUID | None = None
    customer: UUID | None = None
    refusal: str | None = None


async def put_chains(db: Session, candidates: Collection[Candidate]) -> None:
    """Which rules led to the facts of these candidates, in one query."""
    facts = [one.fact for one in candidates if one.fact is not None]
    if not facts:
        return
    rows = await db.execute(
        select(FactRow.id, FactRow.cause).where(FactRow.id.in_(facts), FactRow.cause.is_not(None))
    )
    chains = {row.id: tuple(row.cause.get("chain", ())) for row in rows}
    for one in candidates:
        one.chain = chains.get(one.fact or 0, ())


async def hold_back(db: Session, rule: Rule, candidates: Sequence[Candidate]) -> bool:
    """Mark those that may not run; true when the rule has used up its hour."""
    recent = await acted_upon(db, rule, [one.subject for one in candidates])
    left = max(0, rule.hourly_limit - await matched_this_hour(db, rule))
    for one in candidates:
        one.refusal = refusal_of(rule, one, recent)
        if one.refusal is None:
            if left <= 0:
                one.refusal = "hourly_limit"
                continue
            left -= 1
            if rule.again_after_seconds:
                recent.add(one.subject)
    return any(one.refusal == "hourly_limit" for one in candidates)


def refusal_of(rule: Rule, one: Candidate, recent: set[UUID]) -> str | None:
    if str(rule.id) in one.chain:
        return "loop"
    if len(one.chain) >= DEPTH:
        return "depth"
    return "too_soon" if one.subject in recent else None


async def acted_upon(db: Session, rule: Rule, subjects: Collection[UUID]) -> set[UUID]:
    """Those on which the rule has acted within its pause."""
    if not rule.again_after_seconds or not subjects:
        return set()
    since = now() - timedelta(seconds=rule.again_after_seconds)
    rows = await db.scalars(
        select(RuleMark.subject).where(
            RuleMark.rule_id == rule.id, RuleMark.subject.in_(subjects), RuleMark.at > since
        )
    )
    return set(rows)


async def matched_this_hour(db: Session, rule: Rule) -> int:
    query = select(RuleHour.matched).where(
        RuleHour.rule_id == rule.id, RuleHour.hour == hour_at(now())
    )
    return await db.scalar(query) or 0


def hour_at(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


async def mark(db: Session, rule: Rule, subjects: Iterable[UUID]) -> None:
    """Remember on what the rule acts now."""
    acted = sorted(set(subjects))
    if rule.again_after_seconds and acted:
        await db.execute(MARK, {"rule": rule.id, "at": now(), "subjects": acted})
