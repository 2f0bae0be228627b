"""The log: what rules did and why not, trying again what failed, forgetting what is old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kefu.core.automation import ACTIONS, SUBJECTS, About, Hit
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import FactRow, record
from kefu.core.ids import uuid7, uuid7_at_least
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor
from kefu.workflows.automation_acting import attempt, cause_of, caused_by
from kefu.workflows.automation_plan import Step, details_with
from kefu.workflows.events_automation import RunRetried
from kefu.workflows.model_automation import Rule, RuleRun, Run

BATCH = 2000


async def runs(
    db: Session,
    *,
    rule: UUID | None,
    outcome: Run | None,
    subject: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[tuple[RuleRun, str]], str | None]:
    """Lines of the log with the names of their rules, the newest first."""
    query = select(RuleRun, Rule.name).join(Rule, Rule.id == RuleRun.rule_id)
    filters = ((RuleRun.rule_id, rule), (RuleRun.outcome, outcome), (RuleRun.subject, subject))
    for column, wanted in filters:
        if wanted is not None:
            query = query.where(column == wanted)
    if after := read_cursor(cursor, UUID):
        query = query.where(RuleRun.id < after[0])
    rows = (await db.execute(query.order_by(RuleRun.id.desc()).limit(limit + 1))).all()
    return page_of([(row[0], row[1]) for row in rows], limit, lambda row: (row[0].id,))


async def titles_of(db: Session, actor: Actor, lines: Sequence[RuleRun]) -> dict[UUID, str]:
    """How people know these subjects, as far as the actor may see them; two queries per kind."""
    of_kind: dict[str, set[UUID]] = defaultdict(set)
    for line in lines:
        of_kind[line.subject_kind].add(line.subject)
    titles: dict[UUID, str] = {}
    for kind, ids in of_kind.items():
        subject = SUBJECTS.get(kind)
        if subject is not None:
            query = select(subject.id).where(subject.id.in_(ids), subject.visible(actor))
            seen = set(await db.scalars(query))
            abouts = await subject.about(db, seen)
            titles |= {one: about.title_in(actor.locale) for one, about in abouts.items()}
    return titles


async def retry(db: Session, run_id: UUID, *, by: Actor) -> RuleRun:
    """Try again those actions of a line that failed, as the rule reads now; a line of its own."""
    failed = await db.get(RuleRun, run_id, with_for_update=True)
    if failed is None:
        raise NotFound("There is no such line in the log.")
    if failed.outcome != Run.FAILED or failed.retried_at is not None:
        raise Conflict("There is nothing to try again.", code="nothing_failed")
    rule = await db.get(Rule, failed.rule_id)
    assert rule is not None
    hit = await hit_again(db, rule, failed)
    kept, still = [], 0
    async with caused_by(db, cause_of(rule)):
        for step in failed.actions:
            shown = step
            if step["result"] == "failed":
                shown = await taken_again(db, rule, step["action"], hit)
                still += shown["result"] == "failed"
            kept.append(shown)
    failed.retried_at = now()
    line = RuleRun(
        id=hit.run,
        rule_id=rule.id,
        version=rule.version,
        cause="retry",
        fact=failed.fact,
        fact_kind=failed.fact_kind,
        subject_kind=failed.subject_kind,
        subject=failed.subject,
        conversation=failed.conversation,
        customer=failed.customer,
        outcome=Run.FAILED if still else Run.DONE,
        actions=kept,
        depth=failed.depth,
        retry_of=failed.id,
    )
    db.add(line)
    event = RunRetried(
        subject=rule.id,
        actor=by.id,
        run=line.id,
        about_kind=failed.subject_kind,
        about=failed.subject,
        failed=still,
    )
    await record(db, event)
    return line


async def hit_again(db: Session, rule: Rule, failed: RuleRun) -> Hit:
    subject = SUBJECTS[failed.subject_kind]
    abouts = await subject.about(db, {failed.subject})
    fact = await db.get(FactRow, failed.fact) if failed.fact is not None else None
    return Hit(
        run=uuid7(),
        rule=rule.id,
        rule_name=rule.name,
        subject_kind=failed.subject_kind,
        subject=failed.subject,
        about=abouts.get(failed.subject, About()),
        details=details_with(fact.details, fact.actor) if fact else {},
        rule_version=rule.version,
    )


async def taken_again(db: Session, rule: Rule, name: str, hit: Hit) -> dict[str, Any]:
    """One action of the rule as it reads now; one that it has no more is left out."""
    step = step_named(rule.actions, name)
    if step is None:
        return {"action": name, "result": "skipped", "code": "not_in_rule"}
    outcome = await attempt(db, step, [hit])
    found = outcome[hit.run] if isinstance(outcome, dict) else outcome
    return {"action": name} | found.shown()


def step_named(actions: Sequence[dict[str, Any]], name: str) -> Step | None:
    for step in actions:
        if step["action"] == name and name in ACTIONS:
            return Step(ACTIONS[name], step["params"])
    return None


async def forget_before(database: Database, oldest: datetime) -> None:
    """Delete old lines, some at a time."""
    before = uuid7_at_least(oldest)
    deleted = BATCH
    while deleted == BATCH:
        async with database.transaction() as db:
            old = select(RuleRun.id).where(RuleRun.id < before).order_by(RuleRun.id).limit(BATCH)
            query = delete(RuleRun).where(RuleRun.id.in_(old)).returning(RuleRun.id)
            deleted = len((await db.scalars(query)).all())
