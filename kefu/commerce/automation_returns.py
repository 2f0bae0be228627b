"""What returns offer to automation: cases, what happens to them, decisions and reminders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from kefu.commerce.automation import ORDER
from kefu.commerce.events_returns import (
    RepairChanged,
    ReturnApplied,
    ReturnApproved,
    ReturnDisputed,
    ReturnInspected,
    ReturnLate,
    ReturnMoved,
    ReturnRefunded,
    ReturnRefused,
    ReturnReminded,
    ReturnSent,
    ReturnUndone,
)
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import DETERMINATIONS, REASONS, ReturnCase
from kefu.commerce.returns.access import visible_to
from kefu.commerce.returns.nodes import KINDS, NODES, REVIEW, SEND_BACK, STATUSES
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.running import SUBJECT
from kefu.commerce.returns.telling import tell
from kefu.core.automation import (
    DONE,
    About,
    Hit,
    Outcome,
    Param,
    Params,
    SubjectKind,
    Trigger,
    Words,
    offer_action,
    offer_subject,
    offer_trigger,
    skipped,
)
from kefu.core.condition_fields import (
    Asking,
    Field,
    Fields,
    Operator,
    a_truth,
    choice,
    moment,
    number,
    reference,
    truth,
    with_emptiness,
    word,
)
from kefu.core.db import Session

ON = (SUBJECT,)
MOST = 10**12


def is_overdue(value: bool, asking: Asking) -> Any:  # noqa: FBT001 - what a test compares with
    late = or_(ReturnCase.node_due_at < asking.at, ReturnCase.due_at < asking.at)
    return func.coalesce(and_(ReturnCase.status == "open", late), False) == value


RETURN_FIELDS: Fields = {
    "kind": choice(ReturnCase.kind, *KINDS),
    "status": choice(ReturnCase.status, *STATUSES),
    "node": choice(ReturnCase.node, *NODES),
    "reason": choice(ReturnCase.reason, *REASONS),
    "amount": number(ReturnCase.amount, 0, MOST),
    "channel": word(ReturnCase.channel),
    "carrier": word(ReturnCase.carrier),
    "fast_track": truth(ReturnCase.fast_track.is_(True)),
    "sent": truth(ReturnCase.tracking_number.is_not(None)),
    "overdue": Field("truth", {"is": Operator(a_truth, is_overdue)}),
    "applied": moment(ReturnCase.applied_at),
    "node_due": moment(ReturnCase.node_due_at),
    "assignee": with_emptiness(
        reference("agent", lambda value, _: ReturnCase.assignee_id.in_(value)),
        ReturnCase.assignee_id.is_not(None),
    ),
}
WORDS: Words = {
    "kind": ("售后类型", "Kind"),
    "kind.return": ("退货", "Return"),
    "kind.exchange": ("换货", "Exchange"),
    "kind.repair": ("维修", "Repair"),
    "kind.installation": ("安装与指导", "Installation"),
    "kind.refund_only": ("仅退款", "Refund only"),
    "status": ("状态", "Status"),
    "status.open": ("处理中", "Open"),
    "status.done": ("已完成", "Done"),
    "status.refused": ("审核未通过", "Refused"),
    "status.rejected": ("质检未通过", "Not accepted"),
    "status.withdrawn": ("已撤回", "Withdrawn"),
    "status.expired": ("逾期未寄", "Expired"),
    "node": ("所在环节", "Where it stands"),
    "node.apply": ("申请", "Application"),
    "node.review": ("审核", "Review"),
    "node.send_back": ("寄回", "Sending back"),
    "node.inspect": ("质检", "Inspection"),
    "node.repairing": ("维修", "Repair"),
    "node.reship": ("寄出", "Sending out"),
    "node.refund": ("退款", "Refund"),
    "node.schedule": ("预约", "Booking"),
    "node.visit": ("上门或远程服务", "Visit"),
    "reason": ("原因", "Reason"),
    "reason.no_reason": ("无理由", "No reason"),
    "reason.quality": ("质量问题", "Quality"),
    "reason.transport": ("运输损坏", "Damaged on the way"),
    "reason.wrong_item": ("发错货", "Wrong goods"),
    "reason.missing_part": ("少件", "Part missing"),
    "reason.not_as_described": ("与描述不符", "Not as described"),
    "reason.late": ("到货太晚", "Too late"),
    "reason.misuse": ("使用不当", "Misuse"),
    "reason.other": ("其他", "Other"),
    "amount": ("金额（分）", "Amount in minor units"),
    "channel": ("申请渠道", "Applied through"),
    "carrier": ("寄回快递", "Carrier"),
    "fast_track": ("快速通道", "Fast track"),
    "sent": ("已填运单号", "Has been sent"),
    "overdue": ("已超时", "Is overdue"),
    "applied": ("申请时间", "Applied"),
    "node_due": ("环节时限", "Due in its step"),
    "assignee": ("负责人", "Who works on it"),
    "automatic": ("自动通过", "By itself"),
    "came_from": ("离开的环节", "Came from"),
    "outcome": ("结果", "Outcome"),
    "late": ("超时", "Was late"),
    "cause": ("超时原因", "Cause of delay"),
    "determination": ("质检判定", "Determined"),
    "determination.product_fault": ("产品故障", "Product fault"),
    "determination.misuse": ("使用不当", "Misuse"),
    "determination.transport": ("运输损坏", "Transport"),
    "determination.as_new": ("完好如新", "As new"),
    "accepted": ("质检通过", "Accepted"),
    "repeated": ("重复质检", "Inspected again"),
    "complaint": ("伴有投诉", "With a complaint"),
    "state": ("维修进度", "State of the repair"),
    "in_warranty": ("保修期内", "Under warranty"),
    "way": ("撤回方式", "Way"),
}


async def about_returns(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
    """Each case by its number, with the order it belongs to."""
    rows = await db.execute(
        select(ReturnCase, Order.number)
        .join(Order, Order.id == ReturnCase.order_id)
        .where(ReturnCase.id.in_(ids))
    )
    return {
        case.id: About(
            title=case.number,
            conversation=case.conversation_id,
            customer=case.customer_id,
            assignee=case.assignee_id,
            belongs_to=(ORDER, case.order_id, number),
        )
        for case, number in rows
    }


def trigger(fact: str, zh: str, en: str, fields: Fields | None = None) -> Trigger:
    return Trigger(fact, fact, SUBJECT, zh, en, fields=fields or {}, words=WORDS)


SO = truth(None)
offer_subject(
    SubjectKind(
        SUBJECT,
        zh="售后单",
        en="Return",
        id=ReturnCase.id,
        fields=RETURN_FIELDS,
        visible=visible_to,
        about=about_returns,
        words=WORDS,
    )
)
offer_trigger(
    trigger(
        ReturnApplied.kind,
        "售后申请",
        "Somebody applies",
        {"reason": choice(None, *REASONS), "amount": number(None, 0, MOST), "channel": word(None)},
    ),
    trigger(ReturnApproved.kind, "售后通过", "An application is approved", {"automatic": SO}),
    trigger(ReturnRefused.kind, "售后未通过", "An application is refused"),
    trigger(
        ReturnMoved.kind,
        "售后进入下一环节",
        "A case moves on",
        {"came_from": choice(None, *NODES), "outcome": word(None), "late": SO},
    ),
    trigger(ReturnSent.kind, "商品已寄回", "The goods are sent", {"carrier": word(None)}),
    trigger(ReturnLate.kind, "售后环节超时", "A case is late", {"cause": word(None)}),
    trigger(
        ReturnInspected.kind,
        "质检有结果",
        "Goods are inspected",
        {"determination": choice(None, *DETERMINATIONS), "accepted": SO, "repeated": SO},
    ),
    trigger(ReturnDisputed.kind, "质检有争议", "A result is disputed", {"complaint": SO}),
    trigger(RepairChanged.kind, "维修进度变化", "A repair goes on", {"in_warranty": SO}),
    trigger(
        ReturnRefunded.kind, "售后已退款", "Money went back", {"amount": number(None, 0, MOST)}
    ),
    trigger(ReturnUndone.kind, "售后被撤回", "A case is withdrawn", {"way": word(None)}),
)


async def locked(db: Session, hits: Sequence[Hit]) -> dict[UUID, ReturnCase]:
    """The cases, locked in one order for everybody."""
    rows = await db.scalars(
        select(ReturnCase)
        .where(ReturnCase.id.in_({hit.subject for hit in hits}))
        .order_by(ReturnCase.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {case.id: case for case in rows}


def why_not(case: ReturnCase | None, node: str) -> str | None:
    """Why nothing is done: it is gone, has ended or stands elsewhere."""
    if case is None:
        return "gone"
    if not case.is_open():
        return "closed"
    return None if case.node == node else "elsewhere"


@offer_action(
    "return.approve",
    zh="通过售后申请",
    en="Approve the application",
    subjects=ON,
    params={"grounds": Param("text", "说明", "Grounds", required=False, most=1000)},
)
async def approve(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    return await reviewed(db, hits, approved=True, grounds=params.get("grounds") or "")


@offer_action(
    "return.refuse",
    zh="不通过售后申请",
    en="Refuse the application",
    subjects=ON,
    params={"grounds": Param("text", "给客户的理由", "What the customer reads", most=1000)},
)
async def refuse(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    return await reviewed(db, hits, approved=False, grounds=params["grounds"])


async def reviewed(
    db: Session, hits: Sequence[Hit], *, approved: bool, grounds: str
) -> Mapping[UUID, Outcome]:
    cases = await locked(db, hits)
    outcomes = {}
    for hit in hits:
        case = cases.get(hit.subject)
        reason = why_not(case, REVIEW)
        if case is not None and reason is None:
            await review(db, case, approved=approved, grounds=grounds, by=None)
        outcomes[hit.run] = skipped(reason) if reason else DONE
    return outcomes


@offer_action(
    "return.remind",
    zh="提醒客户寄回商品",
    en="Remind the customer to send the goods",
    subjects=ON,
    params={},
)
async def remind(db: Session, hits: Sequence[Hit], _: Params) -> Mapping[UUID, Outcome]:
    """Once for each stay in the step: the notice's key sees to that."""
    cases = await locked(db, hits)
    outcomes = {}
    for hit in hits:
        case = cases.get(hit.subject)
        reason = why_not(case, SEND_BACK)
        if case is not None and reason is None and case.tracking_number is not None:
            reason = "sent"
        if case is not None and reason is None:
            await tell(db, ReturnReminded, case, by=None)
        outcomes[hit.run] = skipped(reason) if reason else DONE
    return outcomes
