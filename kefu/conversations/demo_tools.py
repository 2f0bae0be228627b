"""The demo shop's tools: labels, canned replies, saved views and sensitive words."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert

from kefu.conversations.canned_replies import found_by
from kefu.conversations.conditions import parsed
from kefu.conversations.filling_in import check_variables
from kefu.conversations.model import Label
from kefu.conversations.model_tools import CannedReply, SavedView, SensitiveWord
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.folding import folded
from kefu.identity import Actor

SPACE = UUID("6b656675-0000-5000-8000-746f6f6c7300")

LABELS = (
    ("退换货", "#d9480f"),
    ("物流", "#1c7ed6"),
    ("发票", "#5f3dc4"),
    ("质量问题", "#c92a2a"),
    ("价格与优惠", "#2b8a3e"),
    ("尺码咨询", "#e67700"),
    ("投诉", "#a61e4d"),
    ("待回访", "#495057"),
)

REPLIES = (
    (
        "hi",
        "问好",
        "您好,{{customer.name}},我是客服{{agent.name}},很高兴为您服务,请问有什么可以帮您?",
    ),
    (
        "ship",
        "发货时间",
        "您的订单{{order.number}}会在付款后四十八小时内发出,发出后会有短信通知您。",
    ),
    ("track", "查询物流", "正在为您查询订单{{order.number}}的物流,请稍等一分钟。"),
    (
        "return",
        "退货流程",
        "请在订单页面点“申请退货”,审核通过后会生成退货地址,寄回后三个工作日内退款到原支付账户。",
    ),
    ("refund", "退款到账", "退款已经提交,预计一到三个工作日原路退回,节假日顺延。"),
    (
        "invoice",
        "开具发票",
        "电子发票会在确认收货后二十四小时内发到您的邮箱,需要修改抬头请告诉我。",
    ),
    ("size", "尺码建议", "麻烦告诉我您的身高和体重,我帮您看看{{product.title}}选哪个尺码合适。"),
    ("sorry", "致歉安抚", "非常抱歉给您带来不好的体验,我马上为您核实处理,请您放心。"),
    ("wait", "请稍等", "好的,我帮您核实一下,请稍等两分钟。"),
    ("bye", "结束语", "感谢您的咨询,祝您生活愉快!如果方便,请为我的服务打个分。"),
)

VIEWS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "等待超过十分钟",
        {"all": [{"field": "waiting", "operator": "longer_than_minutes", "value": 10}]},
    ),
    (
        "贵宾与加急",
        {
            "all": [
                {"field": "status", "operator": "is_not", "value": ["closed"]},
                {
                    "any": [
                        {"field": "tier", "operator": "is", "value": ["gold", "vip"]},
                        {"field": "priority", "operator": "at_least", "value": 2},
                    ]
                },
            ]
        },
    ),
    ("差评", {"all": [{"field": "rating", "operator": "at_most", "value": 2}]}),
    (
        "我的未读",
        {
            "all": [
                {"field": "assignee", "operator": "is", "value": ["me"]},
                {"field": "unread", "operator": "at_least", "value": 1},
            ]
        },
    ),
)

WORDS = (
    ("mask", "in", ("加微信", "加我微信", "私下交易", "刷单")),
    ("refuse", "out", ("好评返现", "绝对保真", "国家级", "全网最低")),
    ("flag", "in", ("投诉", "曝光", "消费者协会", "市场监管")),
)


async def load_demo_tools(db: Session, *, by: Actor) -> None:
    """Put the tools in, shared with everybody; a second time changes nothing."""
    at = now()
    await _put(
        db,
        Label,
        [{"name": name, "colour": colour, "created_at": at} for name, colour in LABELS],
        named="name",
    )
    await _put(db, CannedReply, [_reply(*reply) for reply in REPLIES], named="shortcut", by=by)
    await _put(db, SavedView, [_view(*view) for view in VIEWS], named="name", by=by)
    words = [
        {
            "word": word,
            "folded": folded(word),
            "direction": direction,
            "action": action,
            "created_at": at,
        }
        for action, direction, several in WORDS
        for word in several
    ]
    await _put(db, SensitiveWord, words, named="word")


async def _put(
    db: Session, table: Any, rows: list[dict[str, Any]], *, named: str, by: Actor | None = None
) -> None:
    for row in rows:
        row["id"] = uuid5(SPACE, f"{table.__tablename__} {row[named]}")
        if by is not None:
            row["created_by"] = by.id
    await db.execute(insert(table).values(rows).on_conflict_do_nothing())


def _reply(shortcut: str, title: str, text: str) -> dict[str, Any]:
    check_variables(text)
    return {
        "shortcut": shortcut,
        "title": title,
        "text": text,
        "found_by": found_by(shortcut, title),
        "uses": 0,
        "created_at": now(),
        "updated_at": now(),
    }


def _view(name: str, conditions: dict[str, Any]) -> dict[str, Any]:
    parsed(conditions)
    return {"name": name, "conditions": conditions, "created_at": now(), "updated_at": now()}
