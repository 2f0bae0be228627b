"""The demo shop's segments: figures of its customers, care plans, a few portraits and points."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.ids import uuid7
from kefu.customers.care_plans import create_plan
from kefu.customers.caring import Occasion, make_some_tasks, start_care
from kefu.customers.consents import Proof, give_consent
from kefu.customers.demo import HOW_MANY, id_of
from kefu.customers.figures import PurchaseFigures
from kefu.customers.model import Customer
from kefu.customers.model_care import AFTER_COMPLAINT, AFTER_PURCHASE, BIRTHDAY, ENTERED, CarePlan
from kefu.customers.model_points import PointsEntry
from kefu.customers.model_segments import CustomerFigures
from kefu.customers.points import Entry, post
from kefu.customers.portraits import note_talk
from kefu.customers.purchases import note_purchases
from kefu.customers.redeeming import redeem
from kefu.customers.segmenting import resegment
from kefu.customers.talk import TalkCount
from kefu.identity import agents_who_may

PROOF = Proof("web_chat", "会员中心 2025 年 3 月版，注册时勾选")
PLANS = (
    ("新手引导", ENTERED, "new", ("发送新手指南", "确认首次使用是否顺利")),
    ("流失关怀", ENTERED, "churn_risk", ("电话了解近况", "送上回归优惠券")),
    ("生日祝福", BIRTHDAY, None, ("发送生日祝福和礼券",)),
    ("购后回访", AFTER_PURCHASE, None, ("询问收货和使用情况",)),
    ("投诉后安抚", AFTER_COMPLAINT, None, ("主管回电致歉", "确认问题已解决")),
)
TALKS = (
    {"messages": 42, "characters": 380, "pressing": 14, "evening": 30, "night": 12},
    {"messages": 36, "characters": 1900, "technical": 16, "afternoon": 30, "morning": 6},
    {"messages": 28, "characters": 520, "warm": 17, "morning": 24, "evening": 4},
    {"messages": 18, "characters": 270, "evening": 18},
)
BENEFITS = ("保温杯", "满 100 减 20 券", "延保三个月", "雨伞")


@demo_part("segments", order=60)
async def load_segments(db: Session) -> None:
    """After the customers and, where there are any, their orders."""
    if await db.scalar(select(CarePlan.id).limit(1)) is not None:
        return
    ids = [id_of("customer", number) for number in range(HOW_MANY)]
    people = [one for one in [await db.get(Customer, key) for key in ids] if one is not None]
    heads = sorted(await agents_who_may(db, "care.edit"))
    if not people or not heads:
        return
    await add_figures(db, people)
    await resegment(db, [one.id for one in people])
    await add_plans(db, heads[0])
    await add_portraits(db, people)
    await add_care(db, people)
    await add_points(db, people, heads[0])


async def add_figures(db: Session, people: list[Customer]) -> None:
    """Purchases of those of whom commerce knows none."""
    counted = set(await db.scalars(select(CustomerFigures.customer_id)))
    dice = random.Random(20251128)  # noqa: S311 - a shop of dice, not a secret
    figures: dict[UUID, PurchaseFigures] = {}
    for one in people:
        orders = dice.choice([0, 1, 1, 2, 4, 6, 9])
        last = now() - timedelta(days=dice.choice([4, 12, 40, 90, 210, 300]))
        if one.id not in counted and orders:
            figures[one.id] = PurchaseFigures(
                orders=orders,
                first_order_at=last - timedelta(days=60 * (orders - 1)),
                last_order_at=last,
                spent=orders * dice.randint(8_000, 160_000),
                returns=dice.choice([0, 0, 0, 1, 2]),
            )
    await note_purchases(db, figures, historic=True)


async def add_plans(db: Session, head: UUID) -> None:
    for name, occasion, value, steps in PLANS:
        given: dict[str, Any] = {
            "name": name,
            "occasion": occasion,
            "dimension": "lifecycle" if value else None,
            "value": value,
            "conditions": {"all": []},
            "steps": [
                {"title": title, "after_days": place * 3} for place, title in enumerate(steps)
            ],
            "purpose": "marketing",
            "owner_id": head,
            "control_percent": 20,
            "enabled": True,
        }
        await create_plan(db, given, by=head)


async def add_portraits(db: Session, people: list[Customer]) -> None:
    counts = []
    for place, one in enumerate(people[:24]):
        await give_consent(db, one, "profiling", proof=PROOF)
        channel = ("web_chat", "wechat_service", "email")[place % 3]
        talk = TALKS[place % len(TALKS)]
        counts.append(TalkCount(uuid7(), one.id, channel, now() - timedelta(hours=place), **talk))
    await note_talk(db, counts)


async def add_care(db: Session, people: list[Customer]) -> None:
    """Some courses begun today: after a purchase and after a complaint."""
    at = now()
    occasions = [Occasion(one.id, AFTER_PURCHASE, at) for one in people[:8]]
    occasions += [Occasion(one.id, AFTER_COMPLAINT, at) for one in people[8:10]]
    await start_care(db, occasions)
    await make_some_tasks(db)


async def add_points(db: Session, people: list[Customer], head: UUID) -> None:
    if await db.scalar(select(PointsEntry.id).limit(1)) is not None:
        return
    for place, one in enumerate(people[:16]):
        await post(db, one.id, Entry("earn", 180 + place * 90, reason="历史积分结转"))
        if place % 4 == 0:
            await redeem(db, one, benefit=BENEFITS[place // 4], points=150, by=head)
