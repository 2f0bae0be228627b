"""Acting: the actions of a rule on what it matched; one that fails stops no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.automation import DONE, Action, Hit, Outcome
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Refusal
from kefu.workflows.automation_plan import Plan, Step
from kefu.workflows.model_automation import Rule

log = structlog.get_logger(__name__)
CAUSE = text("select set_config('kefu.cause', :cause, true)")

Outcomes = dict[UUID, list[Outcome]]


async def act(
    db: Session, plan: Plan, hits: Sequence[Hit], *, chain: Sequence[str] = ()
) -> Outcomes:
    """Every action on every hit, in order; facts that come of it carry the rule and its chain."""
    outcomes: Outcomes = {hit.run: [] for hit in hits}
    async with caused_by(db, cause_of(plan.rule, chain)):
        for step in plan.steps:
            results = await take_step(db, step, hits)
            for hit in hits:
                outcomes[hit.run].append(results[hit.run])
    return outcomes


def cause_of(rule: Rule, chain: Sequence[str] = ()) -> dict[str, Any]:
    """What facts keep of the rule that acted: which one, how it read then, and what led to it."""
    known = str(rule.id)
    return {"rule": known, "version": rule.version, "chain": [*chain, known]}


@asynccontextmanager
async def caused_by(db: Session, cause: Mapping[str, Any]) -> AsyncIterator[None]:
    """While this lasts, the database puts the cause on every fact of the transaction."""
    await db.execute(CAUSE, {"cause": orjson.dumps(cause).decode()})
    try:
        yield
    finally:
        await db.execute(CAUSE, {"cause": ""})


async def take_step(db: Session, step: Step, hits: Sequence[Hit]) -> dict[UUID, Outcome]:
    """On all at once; if that fails, on each alone, so that one bad subject fails alone."""
    together = await attempt(db, step, hits)
    if not isinstance(together, Outcome):
        return together
    if len(hits) == 1:
        return {hits[0].run: together}
    results = {}
    for hit in hits:
        alone = await attempt(db, step, [hit])
        results[hit.run] = alone if isinstance(alone, Outcome) else alone[hit.run]
    return results


async def attempt(db: Session, step: Step, hits: Sequence[Hit]) -> dict[UUID, Outcome] | Outcome:
    """The outcomes by run; or, when it failed and left no trace, why."""
    told = len(pushes_of(db))
    try:
        async with db.begin_nested():
            said = await step.action.run(db, hits, step.params) or {}
            await db.flush()
        return {hit.run: said.get(hit.run, DONE) for hit in hits}
    except (OperationalError, InterfaceError):
        raise
    except Refusal as refusal:
        failure = Outcome("failed", refusal.code)
    except Exception as error:  # noqa: BLE001 - an action may fail in any way
        log.warning("action_failed", action=step.action.name, error=repr(error)[:300])
        failure = Outcome("failed", "error")
    del pushes_of(db)[told:]
    return failure


def shown_outcomes(actions: Sequence[Action], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {"action": action.name} | outcome.shown()
        for action, outcome in zip(actions, outcomes, strict=True)
    ]
