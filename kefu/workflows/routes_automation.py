"""HTTP of automation: rules, what they are built of, previews and the log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor, agents_named
from kefu.workflows.automation_listing import Fared, how_they_fared, offers, rules, versions
from kefu.workflows.automation_log import retry, runs, titles_of
from kefu.workflows.automation_params import hidden
from kefu.workflows.automation_preview import draft_of, explanation, preview
from kefu.workflows.automation_rules import change_rule, create_rule, remove_rule, rule_for
from kefu.workflows.model_automation import Rule, RuleRun, Run
from kefu.workflows.schemas_automation import (
    Asked,
    Explain,
    Explanation,
    NewRule,
    Offers,
    Preview,
    RuleChange,
    RuleRow,
    RunRow,
    VersionRow,
)

router = APIRouter(prefix="/api/v1/automation", tags=["automation"])


@router.get("/offers")
async def get_offers(_: Db, actor: CurrentActor) -> Offers:
    """Subjects, triggers, fields and actions, with their names."""
    return Offers.model_validate(offers(actor))


@router.get("/rules")
async def get_rules(db: Db, _: CurrentActor) -> list[RuleRow]:
    """All rules in their order, with how they fared in the last 24 hours."""
    found = await rules(db)
    fared = await how_they_fared(db, [rule.id for rule in found])
    return [row_of(rule, fared.get(rule.id)) for rule in found]


@router.post("/rules", status_code=201)
async def post_rule(body: NewRule, db: Db, actor: CurrentActor) -> RuleRow:
    return row_of(await create_rule(db, body.model_dump(), by=actor))


@router.get("/rules/{rule_id}")
async def get_rule(rule_id: UUID, db: Db, actor: CurrentActor) -> RuleRow:
    rule = await rule_for(db, actor, rule_id)
    return row_of(rule, (await how_they_fared(db, [rule.id])).get(rule.id))


@router.patch("/rules/{rule_id}")
async def patch_rule(rule_id: UUID, body: RuleChange, db: Db, actor: CurrentActor) -> RuleRow:
    rule = await rule_for(db, actor, rule_id, lock=True)
    given = {name: one for name, one in body.model_dump().items() if name in body.model_fields_set}
    await change_rule(db, rule, given, by=actor)
    return row_of(rule, (await how_they_fared(db, [rule.id])).get(rule.id))


@router.delete("/rules/{rule_id}", status_code=204)
async def delete_rule(rule_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_rule(db, await rule_for(db, actor, rule_id, lock=True), by=actor)


@router.get("/rules/{rule_id}/versions")
async def get_versions(rule_id: UUID, db: Db, actor: CurrentActor) -> list[VersionRow]:
    rule = await rule_for(db, actor, rule_id)
    found = await versions(db, rule)
    people = await agents_named(db, [version.by for version in found])
    return [
        VersionRow(
            version=one.version,
            at=one.at,
            by=people[one.by].name if one.by in people else None,
            content=one.content | {"actions": hidden(one.content["actions"])},
        )
        for one in found
    ]


@router.post("/previews")
async def post_preview(body: Asked, db: Db, actor: CurrentActor) -> Preview:
    """What such a rule would match; nothing is carried out and nothing kept."""
    return Preview.model_validate(await preview(db, actor, draft_of(body.model_dump())))


@router.post("/explanations")
async def post_explanation(body: Explain, db: Db, actor: CurrentActor) -> Explanation:
    """Step by step, why such a rule would act on this subject or would not."""
    rule = await rule_for(db, actor, body.rule) if body.rule else None
    plan = draft_of(body.model_dump(exclude={"subject", "rule"}))
    found = await explanation(db, actor, plan, body.subject, rule=rule)
    return Explanation.model_validate(found)


@router.get("/runs")
async def get_runs(
    db: Db,
    actor: CurrentActor,
    rule: UUID | None = None,
    outcome: Run | None = None,
    subject: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RunRow]:
    """The log: what rules did and why not, the newest first."""
    found, following = await runs(
        db, rule=rule, outcome=outcome, subject=subject, cursor=cursor, limit=limit
    )
    titles = await titles_of(db, actor, [run for run, _ in found])
    items = [run_row(run, name, titles) for run, name in found]
    return Page(items=items, next_cursor=following)


@router.post("/runs/{run_id}/retry", status_code=201)
async def post_retry(run_id: UUID, db: Db, actor: CurrentActor) -> RunRow:
    """Try again what failed in this line of the log."""
    line = await retry(db, run_id, by=actor)
    await db.flush()
    rule = await rule_for(db, actor, line.rule_id)
    return run_row(line, rule.name, await titles_of(db, actor, [line]))


def row_of(rule: Rule, fared: Fared | None = None) -> RuleRow:
    fared = fared or Fared()
    columns: dict[str, Any] = {
        name: getattr(rule, name)
        for name in RuleRow.model_fields
        if name in Rule.__table__.columns and name != "actions"
    }
    return RuleRow(
        **columns,
        actions=hidden(rule.actions),
        looked=fared.looked,
        matched=fared.matched,
        failed=fared.failed,
        refused=fared.refused,
        last_matched_at=fared.last_matched_at,
    )


def run_row(run: RuleRun, rule_name: str, titles: dict[UUID, str]) -> RunRow:
    columns = {
        name: getattr(run, name)
        for name in RunRow.model_fields
        if name in RuleRun.__table__.columns
    }
    return RunRow(**columns, rule_name=rule_name, title=titles.get(run.subject, ""))
