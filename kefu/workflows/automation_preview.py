"""Previews: what a rule would match, now and among the latest facts; nothing is carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import iso, now
from kefu.core.condition_fields import Asking
from kefu.core.conditions import compiled
from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound
from kefu.core.events import Fact, FactRow
from kefu.identity import Actor
from kefu.workflows.automation_answers import Answers
from kefu.workflows.automation_guards import Candidate, acted_upon
from kefu.workflows.automation_plan import FACT, Plan, details_with, each_test, plan_of
from kefu.workflows.automation_running import candidates_of, missed_tests
from kefu.workflows.model_automation import Rule

COUNTED_UP_TO = 1000
SAMPLES = 10
LATEST = 200


def draft_of(given: dict[str, Any]) -> Plan:
    """A plan that is only looked at; its rule is never stored."""
    return plan_of(Rule(**given, id=UUID(int=0), name="", actions=[], version=0))


async def preview(db: Session, actor: Actor, plan: Plan) -> dict[str, Any]:
    """What would match: of all there is now, and of the latest facts of the trigger."""
    facts = await latest_facts(db, plan, LATEST) if plan.trigger else []
    return {
        "now": None if looks_at_fact(plan) else await matching_now(db, actor, plan),
        "facts": await matching_facts(db, actor, plan, facts) if plan.trigger else None,
    }


def looks_at_fact(plan: Plan) -> bool:
    return any(test.field.startswith(FACT) for _, test in each_test(plan.condition))


async def matching_now(db: Session, actor: Actor, plan: Plan) -> dict[str, Any]:
    meant = (
        plan.subject.visible(actor),
        compiled(plan.condition, plan.fields, Asking(at=now(), actor=actor)),
    )
    within = select(plan.subject.id).where(*meant).limit(COUNTED_UP_TO + 1).subquery()
    count = await db.scalar(select(func.count()).select_from(within)) or 0
    newest = select(plan.subject.id).where(*meant).order_by(plan.subject.id.desc()).limit(SAMPLES)
    ids = list(await db.scalars(newest))
    abouts = await plan.subject.about(db, ids) if ids else {}
    return {
        "count": min(count, COUNTED_UP_TO),
        "more": count > COUNTED_UP_TO,
        "samples": [
            {"subject": str(one), "title": abouts[one].title_in(actor.locale)}
            for one in ids
            if one in abouts
        ],
    }


async def matching_facts(
    db: Session, actor: Actor, plan: Plan, facts: Sequence[Fact]
) -> dict[str, Any]:
    """How the latest facts would have fared, with the tests that failed most."""
    looked = candidates_of(plan, facts)
    answers = Answers([plan], Asking(at=now(), actor=actor), within=plan.subject.visible(actor))
    await answers.ask(db, {one.subject for one in looked})
    seen = [one for one in looked if answers.knows(one.subject)]
    matched: list[Candidate] = []
    reasons: Counter[str] = Counter()
    for one in seen:
        missed = answers.failing(plan, one.subject, one.details)
        if missed is None:
            matched.append(one)
        else:
            reasons[missed[0][0]] += 1
    shown = matched[:SAMPLES]
    abouts = await plan.subject.about(db, {one.subject for one in shown}) if shown else {}
    times = {fact.id: fact.at for fact in facts}
    return {
        "looked": len(seen),
        "matched": len(matched),
        "samples": [
            {
                "subject": str(one.subject),
                "title": abouts[one.subject].title_in(actor.locale),
                "at": iso(times[one.fact or 0]),
            }
            for one in shown
            if one.subject in abouts
        ],
        "reasons": [{"place": place, "count": count} for place, count in reasons.most_common(5)],
    }


async def latest_facts(
    db: Session, plan: Plan, limit: int, subject: UUID | None = None
) -> list[Fact]:
    """The latest facts of the plan's trigger, the newest first."""
    assert plan.trigger is not None
    query = select(
        FactRow.id,
        FactRow.kind,
        FactRow.subject,
        FactRow.conversation,
        FactRow.customer,
        FactRow.actor,
        FactRow.details,
        FactRow.at,
    ).where(FactRow.kind == plan.trigger.fact)
    if subject is not None:
        query = query.where(FactRow.subject == subject)
    rows = await db.execute(query.order_by(FactRow.id.desc()).limit(limit))
    return [Fact(*row) for row in rows]


async def explanation(
    db: Session, actor: Actor, plan: Plan, subject: UUID, *, rule: Rule | None
) -> dict[str, Any]:
    """Step by step why the rule would act on this subject, or would not."""
    answers = Answers([plan], Asking(at=now(), actor=actor), within=plan.subject.visible(actor))
    await answers.ask(db, [subject])
    if not answers.knows(subject):
        raise NotFound("There is no such subject, or you may not see it.", field="subject")
    facts = await latest_facts(db, plan, 1, subject) if plan.trigger else []
    candidate = next(iter(candidates_of(plan, facts)), Candidate(subject=subject))
    if plan.trigger and looks_at_fact(plan) and not facts:
        raise Invalid("This has not happened to it yet.", field="subject", code="no_fact")
    details = candidate.details or details_with({}, None)
    missed = answers.failing(plan, subject, details)
    about = (await plan.subject.about(db, [subject])).get(subject)
    return {
        "subject": str(subject),
        "title": about.title_in(actor.locale) if about else "",
        "matches": missed is None,
        "tests": [
            {
                "place": place,
                "field": test.field,
                "operator": test.operator,
                "value": test.value,
                "holds": answers.says(test, subject, details),
            }
            for place, test in each_test(plan.condition)
        ],
        "because": missed_tests(missed)["tests"] if missed else [],
        "too_soon": bool(rule and await acted_upon(db, rule, [subject])),
        "fact_at": iso(facts[0].at) if facts else None,
    }
