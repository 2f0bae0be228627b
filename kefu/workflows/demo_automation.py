"""The demo shop's rules and approvals: what a desk begins with, some of it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.events import FactRow, record
from kefu.identity import actor_for_agent, agents_at, departments_called
from kefu.workflows.approvals import ApprovalRequest, decide, request_approval
from kefu.workflows.automation_rules import CONTENT, check_rule
from kefu.workflows.automation_timing import arm
from kefu.workflows.events_automation import RuleCreated
from kefu.workflows.model_approvals import Approval, ApprovalPolicy
from kefu.workflows.model_automation import Rule, RuleVersion

SERVICE = "客户服务部"
HOUR = 3600
HEAD_FROM = 50_000


def field(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": name, "operator": operator, "value": value}


def act(action: str, **params: Any) -> dict[str, Any]:
    return {"action": action, "params": params}


URGENT = act("conversation.priority", priority="3")


def about_unhappy(head: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules about customers who are not content; `head` tells the head of the department."""
    return [
        {
            "name": "低分评价：提级并回访",
            "note": "客户评 1–2 分后，当天内由部门回访。",
            "trigger": "conversation.rated",
            "conditions": {"all": [field("fact.score", "at_most", 2)]},
            "actions": [
                URGENT,
                act("notify", **head, words="客户给了低分，请安排回访"),
                act(
                    "create_task",
                    title="回访低分评价的客户",
                    department=head["department"],
                    due_minutes=240,
                ),
            ],
        },
        {
            "name": "提到投诉或曝光：加急",
            "trigger": "message.received",
            "conditions": {
                "all": [
                    field("priority", "at_most", 1),
                    {
                        "any": [
                            field("last_message", "contains", word)
                            for word in ("投诉", "曝光", "12315", "消协")
                        ]
                    },
                ]
            },
            "actions": [URGENT, act("conversation.note", text="客户提到投诉，请优先处理。")],
        },
    ]


def about_waiting(head: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules about those who wait, and talks in which nothing happens."""
    return [
        {
            "name": "首次响应超时：提醒负责人",
            "trigger": "conversation.promise_broken",
            "conditions": {"all": [field("fact.clock_kind", "is", ["first_reply"])]},
            "actions": [
                act("notify", to="assignee", words="首次响应已超时，请尽快回复客户"),
                act("notify", **head, words="首次响应已超时，请安排人手"),
            ],
        },
        {
            "name": "金卡和 VIP 排队：优先",
            "trigger": "conversation.waiting",
            "conditions": {"all": [field("tier", "is", ["gold", "vip"])]},
            "actions": [act("conversation.priority", priority="2")],
        },
        {
            "name": "一天没有动静：提示后结束",
            "note": "先试算，再启用。",
            "active": False,
            "timing": {"every_minutes": 60},
            "conditions": {
                "all": [
                    field("status", "is", ["active"]),
                    field("last_sender", "is", ["agent"]),
                    field("activity", "longer_than_minutes", 24 * 60),
                ]
            },
            "actions": [
                act("conversation.send", text="您好，本次会话先为您结束，有需要请随时再联系我们。"),
                act("conversation.close"),
            ],
        },
    ]


def about_tasks() -> list[dict[str, Any]]:
    return [
        {
            "name": "逾期任务：工作日早上提醒",
            "subject_kind": "task",
            "timing": {
                "daily_at": "09:00",
                "zone": "Asia/Shanghai",
                "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            },
            "conditions": {"all": [field("overdue", "is", True)]},
            "actions": [act("notify", to="assignee", words="您有逾期未完成的任务")],
            "again_after_seconds": 20 * HOUR,
        }
    ]


@demo_part("automation", order=60)
async def load_automation(db: Session) -> None:
    """Add the rules that are not there yet; what somebody changed stays as it is."""
    departments = await departments_called(db, [SERVICE])
    if SERVICE not in departments:
        return
    head = {"to": "department_head", "department": str(departments[SERVICE])}
    known = set(await db.scalars(select(Rule.name)))
    wanted = [*about_unhappy(head), *about_waiting(head), *about_tasks()]
    for position, given in enumerate(wanted, start=1):
        if given["name"] not in known:
            await add_rule(db, given | {"position": position * 10})


async def add_rule(db: Session, given: dict[str, Any]) -> None:
    rule = Rule(**{"active": True, "subject_kind": "conversation", "version": 1} | given)
    await check_rule(db, rule, former=())
    db.add(rule)
    await db.flush()
    content = {name: getattr(rule, name) for name in CONTENT}
    db.add(RuleVersion(rule_id=rule.id, version=1, content=content))
    await arm(db, rule)
    await record(db, RuleCreated(subject=rule.id, version=1))


@dataclass(frozen=True)
class Question:
    """What an agent asked; `granted` is None while it waits."""

    amount: int
    reason: str
    hours_ago: float
    granted: bool | None = None
    comment: str = ""


QUESTIONS = (
    Question(18_000, "快递破损两次，客户要求补偿运费和一张优惠券", 1.2),
    Question(86_900, "型号发错且已停产，客户要求全额退款", 3),
    Question(12_800, "降价当天下单，差两小时超出价保期，客户是老会员", 0.6),
    Question(15_000, "安装师傅迟到三小时，客户要求补偿误工", 26, True, "同意，按误工标准补偿。"),
    Question(69_900, "帐篷两次维修未修好，申请全额退款", 50, True, "核对过维修记录，同意退款。"),
    Question(39_900, "拆封使用一个月后不喜欢颜色，要求退款", 74, False, "超出退货期且非质量问题。"),
)


@demo_part("approvals", order=59)
async def load_approvals(db: Session) -> None:
    """Two policies, and questions to the shift leader and the head: some wait, some are decided."""
    if await db.scalar(select(ApprovalPolicy.id).limit(1)):
        return
    departments = await departments_called(db, [SERVICE])
    service = departments.get(SERVICE)
    db.add_all(
        [
            ApprovalPolicy(
                name="500 元以内退款与补偿：班长",
                position=10,
                kinds=["refund", "compensation"],
                below_amount=HEAD_FROM,
                approver_role="shift_leader",
                deadline_seconds=4 * HOUR,
            ),
            ApprovalPolicy(
                name="500 元及以上：部门负责人",
                position=20,
                kinds=["refund", "compensation"],
                from_amount=HEAD_FROM,
                approver_role="department_head",
                deadline_seconds=24 * HOUR,
            ),
        ]
    )
    await db.flush()
    if service is not None and not await db.scalar(
        select(Approval.id).where(Approval.key.like("demo:%")).limit(1)
    ):
        await ask(db, service)


async def ask(db: Session, department: UUID) -> None:
    """Ask about the latest conversations, in the name of an agent; some have been decided."""
    opened = await db.execute(
        select(FactRow.subject, FactRow.customer)
        .where(FactRow.kind == "conversation.opened", FactRow.at > now() - timedelta(days=365))
        .order_by(FactRow.id.desc())
        .limit(len(QUESTIONS))
    )
    asker = min(await agents_at(db, role="agent", department=department), default=None)
    for (conversation, customer), question in zip(opened.all(), QUESTIONS, strict=False):
        request = ApprovalRequest(
            what="compensation" if question.amount < HEAD_FROM else "refund",
            subject_kind="conversation",
            subject=conversation,
            conversation=conversation,
            customer=customer,
            reason=question.reason,
            amount=question.amount,
            currency="CNY",
            limit=10_000,
            key=f"demo:{question.amount}",
        )
        with frozen(now() - timedelta(hours=question.hours_ago)) as clock:
            approval = await request_approval(db, request, by=asker)
            clock.advance(timedelta(minutes=25))
            await answer(db, approval, question, department)


async def answer(db: Session, approval: Approval, question: Question, department: UUID) -> None:
    """Let whoever the policy names decide, if it has been decided."""
    role = "shift_leader" if question.amount < HEAD_FROM else "department_head"
    decider = min(await agents_at(db, role=role, department=department), default=None)
    by = await actor_for_agent(db, decider) if decider else None
    if question.granted is not None and by is not None:
        await decide(db, approval, granted=question.granted, comment=question.comment, by=by)
