"""Running: rules look at facts in batches, act, and write down what they did and why not."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import insert, select, text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.automation import TRIGGERS, About, Hit
from kefu.core.clock import now
from kefu.core.condition_fields import Asking
from kefu.core.conditions import Test
from kefu.core.db import Session, pushes_of
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.workflows.automation_acting import Outcomes, act, shown_outcomes
from kefu.workflows.automation_answers import Answers
from kefu.workflows.automation_guards import (
    Candidate,
    hold_back,
    hour_at,
    mark,
    put_chains,
)
from kefu.workflows.automation_pausing import pause
from kefu.workflows.automation_plan import Plan, details_with, plan_of
from kefu.workflows.model_automation import Rule, RuleRun, Run

log = structlog.get_logger(__name__)
MISSES_KEPT = 5
COUNT = text(
    "insert into automation_rule_hours (rule_id, hour, looked, matched, failed, refused, "
    "last_matched_at) values (:rule, :hour, :looked, :matched, :failed, :refused, :last) "
    "on conflict (rule_id, hour) do update set "
    "looked = automation_rule_hours.looked + excluded.looked, "
    "matched = automation_rule_hours.matched + excluded.matched, "
    "failed = automation_rule_hours.failed + excluded.failed, "
    "refused = automation_rule_hours.refused + excluded.refused, "
    "last_matched_at = coalesce(excluded.last_matched_at, automation_rule_hours.last_matched_at)"
)


async def run_on_facts(db: Session, facts: Sequence[Fact]) -> None:
    """Let the rules look at these facts, rule by rule: a later one sees what an earlier changed."""
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    plans = await plans_for(db, by_kind.keys())
    answers = answers_of(plans)
    seen: dict[str, list[Candidate]] = {}
    for plan in plans:
        assert plan.trigger is not None
        if plan.trigger.name not in seen:
            seen[plan.trigger.name] = candidates_of(plan, by_kind[plan.trigger.fact])
        since = plan.rule.since
        looked = [one for one in seen[plan.trigger.name] if one.at is None or one.at >= since]
        if looked:
            await guarded(db, plan, answers[plan.subject.kind], looked)


async def plans_for(db: Session, kinds: Any) -> list[Plan]:
    """The rules that look at facts of these kinds, in their order; a broken one is paused."""
    names = [trigger.name for trigger in TRIGGERS.values() if trigger.fact in kinds]
    rules = await db.scalars(
        select(Rule)
        .where(Rule.active, Rule.paused_at.is_(None), Rule.trigger.in_(names))
        .order_by(Rule.position, Rule.id)
    )
    plans = []
    for rule in rules:
        plan = await plan_or_pause(db, rule)
        plans += [plan] if plan else []
    return plans


async def plan_or_pause(db: Session, rule: Rule) -> Plan | None:
    try:
        return plan_of(rule)
    except Exception as error:  # noqa: BLE001 - what an older version left may be anything
        log.warning("rule_broken", rule=str(rule.id), error=repr(error)[:300])
        await pause(db, rule, "broken")
        return None


def answers_of(plans: Sequence[Plan]) -> dict[str, Answers]:
    of_kind: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        of_kind[plan.subject.kind].append(plan)
    asking = Asking(at=now())
    return {kind: Answers(of_one, asking) for kind, of_one in of_kind.items()}


def candidates_of(plan: Plan, facts: Sequence[Fact]) -> list[Candidate]:
    """What the trigger looks at; facts that an import brought in from the past are left out."""
    assert plan.trigger is not None
    found = []
    for fact in facts:
        subject = plan.trigger.subject_of(fact)
        if subject is not None and not fact.details.get("historic"):
            found.append(
                Candidate(
                    subject=subject,
                    fact=fact.id,
                    fact_kind=fact.kind,
                    details=details_with(fact.details, fact.actor),
                    conversation=fact.conversation,
                    customer=fact.customer,
                    at=fact.at,
                )
            )
    return found


async def guarded(db: Session, plan: Plan, answers: Answers, looked: Sequence[Candidate]) -> None:
    """One rule; if it breaks, it is paused and the others go on."""
    told = len(pushes_of(db))
    try:
        async with db.begin_nested():
            await run_rule(db, plan, answers, looked, cause="fact")
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one rule must not stop the others
        del pushes_of(db)[told:]
        log.warning("rule_broken", rule=str(plan.rule.id), error=repr(error)[:300])
        await pause(db, plan.rule, "broken")


async def run_rule(
    db: Session, plan: Plan, answers: Answers, looked: Sequence[Candidate], *, cause: str
) -> None:
    """Look, hold back, act, write down."""
    began = time.perf_counter()
    await answers.ask(db, {one.subject for one in looked})
    log_lines: list[dict[str, Any]] = []
    matched: list[Candidate] = []
    misses = 0
    for one in looked:
        if answers.knows(one.subject) and answers.fits(plan, one.subject, one.details):
            matched.append(replace(one))
            continue
        misses += 1
        if misses <= MISSES_KEPT:
            reason = reason_against(plan, answers, one)
            log_lines.append(line_of(plan, one, Run.NOT_MATCHED, cause, reason=reason))
    refused, done = await act_on(db, plan, matched, cause, log_lines)
    answers.forget(one.subject for one in matched)
    spent = round((time.perf_counter() - began) * 1000)
    for line in log_lines:
        line["duration_ms"] = spent
    if log_lines:
        await db.execute(insert(RuleRun), log_lines)
    failed = sum(line["outcome"] == Run.FAILED for line in log_lines)
    await count(db, plan.rule, looked=len(looked), matched=done, failed=failed, refused=refused)


def reason_against(plan: Plan, answers: Answers, one: Candidate) -> dict[str, Any] | None:
    """Why it does not match: the subject is gone, or the tests that do not hold."""
    if not answers.knows(one.subject):
        return {"code": "gone"}
    missed = answers.failing(plan, one.subject, one.details)
    return None if missed is None else missed_tests(missed)


def missed_tests(missed: Sequence[tuple[str, Test]]) -> dict[str, Any]:
    return {
        "code": "condition",
        "tests": [
            {"place": place, "field": test.field, "operator": test.operator, "value": test.value}
            for place, test in missed[:3]
        ],
    }


async def act_on(
    db: Session, plan: Plan, matched: Sequence[Candidate], cause: str, lines: list[dict[str, Any]]
) -> tuple[int, int]:
    """Act on what the guards let through; how many were refused, and how many were not."""
    if not matched:
        return 0, 0
    await put_chains(db, matched)
    is_used_up = await hold_back(db, plan.rule, matched)
    free = [one for one in matched if one.refusal is None]
    refused = [one for one in matched if one.refusal is not None]
    lines += [
        line_of(plan, one, Run.REFUSED, cause, reason={"code": one.refusal})
        for one in refused[:MISSES_KEPT]
    ]
    await mark(db, plan.rule, [one.subject for one in free])
    abouts = await plan.subject.about(db, {one.subject for one in free}) if free else {}
    for chain in sorted({one.chain for one in free}):
        group = [one for one in free if one.chain == chain]
        hits = [hit_of(plan, one, abouts) for one in group]
        outcomes = await act(db, plan, hits, chain=chain)
        lines += [
            acted_line(plan, one, hit, outcomes, cause)
            for one, hit in zip(group, hits, strict=True)
        ]
    if is_used_up:
        await pause(db, plan.rule, "hourly_limit")
    return len(refused), len(free)


def hit_of(plan: Plan, one: Candidate, abouts: dict[UUID, About]) -> Hit:
    return Hit(
        run=uuid7(),
        rule=plan.rule.id,
        rule_name=plan.rule.name,
        subject_kind=plan.subject.kind,
        subject=one.subject,
        about=abouts.get(one.subject, About()),
        details=one.details,
        rule_version=plan.rule.version,
    )


def acted_line(
    plan: Plan, one: Candidate, hit: Hit, outcomes: Outcomes, cause: str
) -> dict[str, Any]:
    results = outcomes[hit.run]
    has_failed = any(outcome.result == "failed" for outcome in results)
    line = line_of(plan, one, Run.FAILED if has_failed else Run.DONE, cause, run=hit.run)
    line["conversation"] = one.conversation or hit.about.conversation
    line["customer"] = one.customer or hit.about.customer
    line["actions"] = shown_outcomes([step.action for step in plan.steps], results)
    return line


def line_of(
    plan: Plan,
    one: Candidate,
    outcome: Run,
    cause: str,
    *,
    reason: dict[str, Any] | None = None,
    run: UUID | None = None,
) -> dict[str, Any]:
    return {
        "id": run or uuid7(),
        "rule_id": plan.rule.id,
        "version": plan.rule.version,
        "cause": cause,
        "fact": one.fact,
        "fact_kind": one.fact_kind,
        "subject_kind": plan.subject.kind,
        "subject": one.subject,
        "conversation": one.conversation,
        "customer": one.customer,
        "outcome": outcome,
        "reason": reason,
        "actions": [],
        "depth": len(one.chain),
        "duration_ms": 0,
        "at": now(),
    }


async def count(
    db: Session, rule: Rule, *, looked: int, matched: int, failed: int, refused: int
) -> None:
    at: datetime = now()
    await db.execute(
        COUNT,
        {
            "rule": rule.id,
            "hour": hour_at(at),
            "looked": looked,
            "matched": matched,
            "failed": failed,
            "refused": refused,
            "last": at if matched else None,
        },
    )
