"""What is counted of customers' messages, and how well it tells experts and styles apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kefu.conversations.talking import add, count_service, count_talk, heard, part_of_day
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.customers import TalkCount
from kefu.customers.model_segments import CustomerFigures
from kefu.customers.portraits import traits_of
from kefu.customers.talk import COUNTS, Totals, totals_of

SPEAKERS: list[tuple[str, str, list[str]]] = [
    ("terse", "plain", ["在", "发货了没", "几天到", "好", "行吧", "查下单号"]),
    ("terse", "plain", ["退货", "地址错了", "改一下", "嗯", "多少钱", "知道了"]),
    (
        "terse",
        "technical",
        ["支持 PCIe4 吗", "固件版本", "功率 65W?", "HDMI 2.1 吗", "刷新率", "参数发下"],
    ),
    (
        "detailed",
        "technical",
        [
            "我把路由器的固件升级到最新版之后，5GHz 频段的信道总是自动跳到 149，改回去又变了",
            "日志里能看到 DHCP 续租失败，之后网关就丢包，延时从 3 毫秒涨到 200 毫秒，持续两分钟",
            "我试过恢复出厂配置，也换过网线和端口，问题仍然存在，怀疑是驱动和主板芯片不兼容导致的",
            "另外把 IPv6 关掉以后情况好一些，但偶尔还是会断开，希望研发看一下我上传的这份调试信息",
            "还有一个问题，说明书上写的带宽是 2.5Gbps，实测只有不到 900Mbps，这个和编码方式有关吗",
        ],
    ),
    (
        "detailed",
        "plain",
        [
            "上个星期我给家里老人买了一台按摩椅，师傅送到楼下就走了，说不负责搬上六楼，我们自己抬上去的",
            "打开包装以后发现扶手那里有一道很明显的划痕，不知道是运输过程中碰的还是出厂的时候就有的",
            "老人家坐了两天说腰那个位置不太舒服，想问可不可以换成另外一个颜色浅一点、坐垫软一点的款式",
            "如果不能换的话，退货是不是需要我们自己把它再拆开重新打包，那样对我们来说实在太麻烦了一些",
            "之前买的时候客服小姐姐答应过七天之内不满意都可以退换的，聊天记录我都还留着可以给你们看",
        ],
    ),
    (
        "warm",
        "plain",
        ["您好呀", "麻烦帮我看下订单", "谢谢你", "辛苦啦～", "好的呀，感谢", "拜托了🙏"],
    ),
    ("warm", "plain", ["亲，在吗", "请问什么时候发货呢", "谢谢", "哈哈没事", "不着急", "你好棒"]),
    (
        "warm",
        "technical",
        [
            "请问这款支持蓝牙 5 吗",
            "谢谢，那编码解码呢",
            "辛苦了，参数表能发我吗",
            "好的，感谢",
            "麻烦再确认下快充协议",
        ],
    ),
]


def traits(texts: list[str]) -> dict[str, str]:
    at = datetime(2026, 11, 11, 4, tzinfo=UTC)
    count = TalkCount(uuid7(), uuid7(), "web", at)
    for text in texts:
        add(count, heard(text), at)
    totals = Totals({name: getattr(count, name) for name in COUNTS}, {"web": count.messages})
    return {one.attribute: one.value for one in traits_of(totals)}


def test_style_and_expertise_of_the_test_set_are_told_rightly() -> None:
    told = [traits(texts) for _, _, texts in SPEAKERS]

    assert [(one["style"], one["expertise"]) for one in told] == [
        (style, expertise) for style, expertise, _ in SPEAKERS
    ]


def test_who_presses_is_told_from_who_waits() -> None:
    pressing = ["人呢", "等了半天了", "快点！！", "好", "到底什么时候", "催了三次"]
    patient = ["好的", "不着急", "明天再看也行", "嗯嗯", "知道了"]

    assert (traits(pressing)["patience"], traits(patient)["patience"]) == ("pressing", "patient")


@pytest.mark.parametrize(
    ("hour", "part"), [(22, "morning"), (4, "afternoon"), (10, "evening"), (15, "night")]
)
def test_hours_are_those_where_the_shop_is(hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 11, 11, hour, tzinfo=UTC)) == part


def a_fact(what: str, subject: UUID, customer: UUID, **details: Any) -> Fact:
    return Fact(1, what, subject, subject, customer, None, details, now())


async def test_texts_are_counted_by_conversation(db: Session) -> None:
    conversation = await a_conversation(db)
    texts = ["您好", "固件怎么升级？", "谢谢"]
    said = [await a_message(db, conversation, text=text) for text in texts]
    facts = [
        a_fact(
            "message.received",
            conversation.id,
            conversation.customer_id,
            message=str(message),
            kind="text",
        )
        for message in said
    ]

    await count_talk(db, facts)
    await count_talk(db, facts[:1])

    totals = (await totals_of(db, [conversation.customer_id]))[conversation.customer_id]
    assert (totals.counts["messages"], totals.counts["technical"]) == (4, 1)
    assert (totals.counts["warm"], totals.counts["questions"]) == (3, 1)


async def test_conversations_and_bad_ratings_are_figures_of_the_customer(db: Session) -> None:
    conversation = await a_conversation(db)
    customer = conversation.customer_id
    facts = [
        a_fact("conversation.opened", conversation.id, customer),
        a_fact("conversation.rated", conversation.id, customer, score=2),
        a_fact("conversation.rated", conversation.id, customer, score=5),
    ]

    await count_service(db, facts)

    figures = await db.get(CustomerFigures, customer)
    assert figures is not None
    assert (figures.conversations, figures.complaints) == (1, 1)
