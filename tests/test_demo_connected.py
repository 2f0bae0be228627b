"""The demo shop's rules fire on its own orders, and its webhook and token wait to be used."""

from __future__ import annotations

from sqlalchemy import select

from kefu.channels.demo import load_webhooks
from kefu.channels.model import Webhook
from kefu.commerce.demo_logistics import load as load_logistics
from kefu.commerce.demo_orders import load_demo_orders
from kefu.commerce.demo_returns import load_demo_returns
from kefu.commerce.demo_rules import load_rules
from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.customers.demo import load_demo as load_customers
from kefu.entry.collect import load_everything
from kefu.identity.demo import load_demo as load_people
from kefu.identity.demo_tokens import load_tokens
from kefu.identity.model import Token
from kefu.promises import scan
from kefu.promises.model import Task
from kefu.workflows.automation_running import run_on_facts
from kefu.workflows.automation_timing import run_on_time
from kefu.workflows.model_automation import Rule, RuleRun, Run

QUIET = {"千元以上退款失败：通知负责人", "签收后：提醒查验"}
"""No refund of the demo fails, and what is sent to customers is switched off."""


async def facts(db: Session) -> list[Fact]:
    rows = await db.scalars(select(FactRow).order_by(FactRow.id))
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(*(getattr(row, name) for name in names)) for row in rows]


async def test_rules_about_orders_fire_on_the_demo_and_are_loaded_once(db: Session) -> None:
    load_everything()
    await load_people(db)
    await load_customers(db)
    await load_demo_orders(db)
    await load_rules(db)
    await load_rules(db)
    await load_logistics(db)
    await load_demo_returns(db)

    await scan(db)
    told = await facts(db)
    await run_on_facts(db, told)
    await run_on_time(db, [fact for fact in told if fact.kind == "clock.due"])

    rules = {rule.id: rule for rule in await db.scalars(select(Rule))}
    runs = await db.scalars(select(RuleRun.rule_id).where(RuleRun.outcome == Run.DONE).distinct())
    fired = {rules[rule].name for rule in runs}
    tasks = await db.scalars(select(Task.subject).where(Task.subject_kind == "order"))
    assert len(rules) == 6
    assert fired == {rule.name for rule in rules.values()} - QUIET
    assert not any(rule.paused_at for rule in rules.values())
    assert set(tasks) <= set(await db.scalars(select(Order.id)))


async def test_the_webhook_is_off_and_the_token_is_nobodys(db: Session) -> None:
    load_everything()
    await load_people(db)

    for _ in range(2):
        await load_webhooks(db)
        await load_tokens(db)

    (webhook,) = await db.scalars(select(Webhook))
    (token,) = await db.scalars(select(Token))
    assert not webhook.enabled
    assert webhook.kinds
    assert (token.scopes, token.revoked_at) == (["order.read", "order.write", "product.read"], None)
    assert token.expires_at is not None
