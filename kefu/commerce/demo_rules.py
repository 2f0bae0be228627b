"""The demo shop's rules about orders and returns; those on time find demo orders at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.errors import Conflict
from kefu.identity import actor_for_agent, agents_who_may, departments_called
from kefu.workflows import create_rule

SERVICE, LOGISTICS = "客户服务部", "物流部"
DAY = 24 * 3600
SOONER = timedelta(days=2)
"""They were made two days ago: what happened since then, and what is due, they look at at once."""


def field(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": name, "operator": operator, "value": value}


def act(action: str, **params: Any) -> dict[str, Any]:
    return {"action": action, "params": params}


def on_time(service: str, logistics: str) -> list[dict[str, Any]]:
    """Rules that look at all orders every so often."""
    return [
        {
            "name": "下单卡在付款：当天跟进",
            "note": "付款失败或没有付款的订单，当天由客服联系客户；一周内不重复。",
            "timing": {"every_minutes": 30},
            "conditions": {
                "all": [
                    field("status", "is", ["created"]),
                    field("unfinished_step", "is", ["payment"]),
                ]
            },
            "actions": [
                act(
                    "create_task",
                    title="联系客户：下单卡在付款",
                    department=service,
                    due_minutes=480,
                )
            ],
            "again_after_seconds": 7 * DAY,
        },
        {
            "name": "超过承诺送达 1 天：催件",
            "timing": {"every_minutes": 60},
            "conditions": {
                "all": [field("status", "is", ["shipped"]), field("days_late", "at_least", 1)]
            },
            "actions": [
                act("create_task", title="联系快递催件", department=logistics, due_minutes=240)
            ],
            "again_after_seconds": 3 * DAY,
        },
    ]


def as_it_happens(service: str) -> list[dict[str, Any]]:
    """Rules that wait for something to happen with an order or a case."""
    head = {"to": "department_head", "department": service}
    return [
        {
            "name": "包裹丢失或被退回：通知负责人",
            "trigger": "anomaly.opened",
            "conditions": {"all": [field("fact.problem", "is", ["lost", "return_to_sender"])]},
            "actions": [act("notify", **head, words="有包裹丢失或被退回，请安排补发或退款")],
        },
        {
            "name": "千元以上退款失败：通知负责人",
            "trigger": "refund.failed",
            "conditions": {"all": [field("fact.amount", "at_least", 100_000)]},
            "actions": [act("notify", **head, words="大额退款失败，请与财务核对")],
        },
        {
            "name": "质量问题申请售后：通知负责人",
            "subject_kind": "return",
            "trigger": "return.applied",
            "conditions": {"all": [field("fact.reason", "is", ["quality"])]},
            "actions": [act("notify", **head, words="有客户因质量问题申请售后")],
        },
        {
            "name": "签收后：提醒查验",
            "note": "会给客户发消息，先试算，再启用。",
            "active": False,
            "trigger": "order.delivered",
            "conditions": {"all": [field("amount", "at_least", 500)]},
            "actions": [
                act(
                    "order.tell_customer",
                    text="您的订单 {number} 已签收，请查验商品；七天内可以无理由退换。",
                )
            ],
        },
    ]


@demo_part("order rules", order=58)
async def load_rules(db: Session) -> None:
    """Add the rules that are not there yet; what somebody changed stays as it is."""
    departments = await departments_called(db, [SERVICE, LOGISTICS])
    maker = min(await agents_who_may(db, "automation.edit"), default=None)
    by = await actor_for_agent(db, maker) if maker else None
    if by is None or len(departments) < len((SERVICE, LOGISTICS)):
        return
    service, logistics = str(departments[SERVICE]), str(departments[LOGISTICS])
    wanted = [*on_time(service, logistics), *as_it_happens(service)]
    for position, given in enumerate(wanted, start=11):
        with frozen(now() - SOONER):
            try:
                await create_rule(
                    db,
                    {"active": True, "subject_kind": "order", "position": position * 10} | given,
                    by=by,
                )
            except Conflict:  # it is there since the first time
                continue
