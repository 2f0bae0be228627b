"""The demo shop's conversations: two inboxes and a few dozen dialogues of the last days."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from kefu.conversations.assignment import claim
from kefu.conversations.batch import Outgoing, store_in
from kefu.conversations.lifecycle import close, open_conversation
from kefu.conversations.model import Conversation, Inbox, Kind, Sender
from kefu.conversations.rating import rate
from kefu.conversations.seeing import mark_seen
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity import Actor

SPACE = UUID("6b656675-0000-5000-8000-636f6e766572")
SHOP = uuid5(SPACE, "inbox shop")
APP = uuid5(SPACE, "inbox app")
HOW_MANY = 36
SUGGESTIONS = ["我的订单到哪了", "怎么退换货", "可以开发票吗", "运费怎么算"]


@dataclass(frozen=True)
class Talk:
    """A dialogue: lines in turn, customer first; how it ends and what the customer thinks."""

    lines: tuple[str, ...]
    score: int | None = None
    comment: str | None = None


TALKS = (
    Talk(
        (
            "你好，我的帐篷订单 SY2026-100482 到哪里了？",
            "您好，我帮您看一下，请稍等。",
            "好的",
            "包裹今天上午已经到杭州转运中心，按现在的进度明天中午前会派送。",
            "那我明天家里有人，谢谢！",
            "不客气，派送前快递员会先给您打电话。祝您露营愉快！",
        ),
        5,
        "回复很快",
    ),
    Talk(
        (
            "登山鞋收到了，42 码偏小，能换 43 吗？",
            "可以的，七天内未穿着外出都可以免费换一次。43 码马鞍棕还有货，我帮您登记换货好吗？",
            "好，运费谁出？",
            "您的订单含运费险，寄回的运费由保险理赔，新鞋我们包邮寄出。",
            "明白了，麻烦登记一下",
            "已登记，寄回地址发到您手机了，仓库收到后当天发新鞋。",
        ),
        5,
    ),
    Talk(
        (
            "保温壶盖子漏水，刚用两天",
            "非常抱歉给您添麻烦了。能拍一张壶口密封圈的照片吗？",
            "就是这个密封圈好像歪了",
            "看起来是密封圈没有装正。按住一边往里压一圈再试试；如果还漏，我马上给您换新的。",
            "试了，不漏了！",
        ),
        4,
        "解决了，就是说明书没写",
    ),
    Talk(
        (
            "发票抬头开错了可以重开吗？",
            "可以，请把正确的抬头和税号发给我。",
            "抬头是杭州云山户外有限公司，税号晚点发您",
            "好的，收到税号后一个工作日内重开，电子发票发到您下单时的邮箱。",
        ),
        4,
    ),
    Talk(
        (
            "前天买的背包今天降价了 90 块，能补差价吗",
            "您好，您的订单在七天价保期内，可以申请价保。差价 90 元会原路退回。",
            "太好了，帮我申请",
            "已经提交，预计 24 小时内到账，到账会给您短信。",
        ),
        5,
        "主动给退，赞",
    ),
    Talk(
        (
            "都三天了还不发货，你们是不是没货？",
            "让您久等了，真的抱歉。我马上联系仓库核实。",
            "快点吧，周末要用的",
            "仓库回复今天 18:00 前一定发出，走顺丰，周五能到。我盯着，发出后第一时间告诉您单号。",
        ),
        3,
        "催了才发",
    ),
    Talk(
        (
            "冲锋衣可以机洗吗？",
            "可以的，用中性洗涤剂、冷水轻柔档，不要加柔顺剂，也不要甩干。晾干后低温烘十分钟能恢复防泼水。",
            "懂了谢谢",
        ),
        5,
    ),
    Talk(("营地灯充不进电，换了两根线都不行", "您好，请问灯的批次号是多少？在底部标签上。")),
    Talk(("我要退货，睡袋味道太大了",)),
    Talk(("在吗？请问头灯支持边充边用吗",)),
    Talk(
        (
            "收货地址填错了，还能改吗？订单 SY2026-100377",
            "还没出库，可以改。请发我新的收件人、电话和地址。",
            "改成公司地址，稍等我发你",
        )
    ),
    Talk(("快递显示签收了但是我没收到！！",)),
    Talk(
        (
            "这个月亮椅承重够 120 公斤吗",
            "够的，这款承重 150 公斤，收纳后只有一瓶红酒大小。",
            "那我下单",
        )
    ),
    Talk(("付款的时候一直提示失败怎么办",)),
)


async def load_demo(
    db: Session,
    *,
    agents: Sequence[Actor],
    customers: Sequence[Customer],
    team: UUID | None,
    calendar: UUID | None,
) -> None:
    """Put inboxes and conversations in; a second time changes nothing."""
    if await db.get(Inbox, SHOP) is not None:
        return
    inboxes = await make_inboxes(db, team=team, calendar=calendar)
    dice = random.Random(20261120)  # noqa: S311 - a shop of dice, not a secret
    at = now()
    for number, customer in enumerate(customers[:HOW_MANY]):
        talk = TALKS[number % len(TALKS)]
        hours = dice.uniform(2, 70) if talk.score or number >= len(TALKS) else dice.uniform(0.1, 2)
        agent = agents[number % len(agents)]
        began = at - timedelta(hours=hours)
        await hold(db, talk, inboxes[number % 3 == 2], customer, agent, began=began, dice=dice)


async def make_inboxes(
    db: Session, *, team: UUID | None, calendar: UUID | None
) -> tuple[Inbox, Inbox]:
    """The web shop's inbox, answered at any hour, and the app's, which keeps hours."""
    greeting = "您好，这里是山野户外客服，请问有什么可以帮您？"
    away = "现在是休息时间，请留下您的问题和联系方式，上班后第一时间回复您。"
    shop = Inbox(
        id=SHOP, name="山野户外商城", channel="web_chat", team_id=team,
        greeting=greeting, away_greeting=away, colour="#1f5d46",
        settings={"hours": "全天 24 小时", "suggestions": SUGGESTIONS},
        secret="demo-identity-secret",  # noqa: S106
    )  # fmt: skip
    app = Inbox(
        id=APP, name="山野户外 APP", channel="app", team_id=team, calendar_id=calendar,
        greeting=greeting, away_greeting=away, settings={"hours": "每天 8:00 至次日 1:00"},
        secret="demo-app-secret",  # noqa: S106
    )  # fmt: skip
    db.add_all([shop, app])
    await db.flush()
    return shop, app


async def hold(
    db: Session,
    talk: Talk,
    inbox: Inbox,
    customer: Customer,
    agent: Actor,
    *,
    began: datetime,
    dice: random.Random,
) -> Conversation:
    """Let a dialogue happen as it would have, at its own time."""
    with frozen(began) as clock:
        conversation = await open_conversation(db, inbox, customer, by=customer.id)
        for number, line in enumerate(talk.lines):
            clock.advance(timedelta(seconds=dice.uniform(8, 55)))
            from_customer = number % 2 == 0
            if number == 1:
                await claim(db, conversation, by=agent)
            await say(db, conversation, line, customer if from_customer else agent)
        await db.refresh(conversation)
        if talk.score is not None:
            await mark_seen(db, conversation.id, conversation.last_seq, by="agent")
            await mark_seen(db, conversation.id, conversation.last_seq, by="customer")
            clock.advance(timedelta(minutes=2))
            await close(db, conversation, by=agent.id, reason="solved")
            clock.advance(timedelta(minutes=1))
            await rate(db, conversation, talk.score, talk.comment, by=customer.id)
    return conversation


async def say(db: Session, conversation: Conversation, line: str, who: Customer | Actor) -> None:
    """One line of a dialogue."""
    customer = isinstance(who, Customer)
    message = Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.CUSTOMER if customer else Sender.AGENT,
        sender_id=who.id,
        kind=Kind.TEXT,
        text=line,
        name=who.name,
    )
    await store_in(db, message)
    await db.refresh(conversation)
