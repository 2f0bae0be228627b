"""The demo shop's customers: forty people, the same each time."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.events import CustomerCreated
from kefu.customers.model import (
    AttributeDefinition,
    Consent,
    Customer,
    CustomerLabel,
    CustomerLabelled,
    Identity,
)

SPACE = UUID("6b656675-0000-5000-8000-637573746f6d")
FAMILIES = "王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 胡 朱 高 林 何 郭 马 欧阳"
GIVEN = (
    "芳 伟 秀英 敏 静 丽 强 磊 洋 艳 勇 杰 娟 涛 明 超 秀兰 霞 平 刚 "
    "子涵 雨桐 欣怡 浩然 梓轩 思远 一诺 嘉怡 宇航 若曦 "
    "俊熙 诗涵 晓东 建国 婷婷 雪梅 志强 海燕 文博 可馨"
)
LABELS = {"老客户": "#3370ff", "送礼": "#f54a45", "直播间来的": "#ff8800", "企业采购": "#34c724"}
CITIES = ["上海", "北京", "广州", "杭州", "成都", "武汉", "西安", "苏州"]
TIERS = ["standard"] * 5 + ["silver"] * 3 + ["gold", "vip"]
DOMAINS = ["qq.example.com", "163.example.com", "mail.example.cn"]
HOW_MANY = 40


async def load_demo(db: Session) -> None:
    """Put the demo customers in; a second time changes nothing."""
    if await db.get(Customer, id_of("customer", 0)) is not None:
        return
    await define_fields(db)
    labels = await make_labels(db)
    dice = random.Random(20251121)  # noqa: S311 - a shop of dice, not a secret
    for number in range(HOW_MANY):
        customer = invented(number, dice)
        db.add(customer)
        await db.flush()
        add_traces(db, customer, number, labels)
        event = CustomerCreated(subject=customer.id, customer=customer.id, way="external_id")
        await record(db, event)


def id_of(what: str, number: int) -> UUID:
    return uuid5(SPACE, f"{what} {number}")


async def define_fields(db: Session) -> None:
    kept = set(await db.scalars(select(AttributeDefinition.key)))
    fields = [
        ("city", "所在城市", "choice", CITIES),
        ("birthday", "生日", "date", []),
        ("wechat_group", "已入群", "boolean", []),
    ]
    db.add_all(
        AttributeDefinition(
            id=uuid7(), key=key, name=name, kind=kind, choices=choices, position=position
        )
        for position, (key, name, kind, choices) in enumerate(fields)
        if key not in kept
    )


async def make_labels(db: Session) -> list[CustomerLabel]:
    kept = {label.name: label for label in await db.scalars(select(CustomerLabel))}
    labels = [
        kept.get(name) or CustomerLabel(id=uuid7(), name=name, colour=colour)
        for name, colour in LABELS.items()
    ]
    db.add_all(labels)
    await db.flush()
    return labels


def invented(number: int, dice: random.Random) -> Customer:
    families, given = FAMILIES.split(), GIVEN.split()
    first = now() - timedelta(days=dice.randint(20, 700))
    customer = Customer(
        id=id_of("customer", number),
        phone=f"+86138000{dice.randint(0, 999):03}{number:02}",
        email=f"shop{number:03}@{dice.choice(DOMAINS)}" if number % 3 else None,
        locale="zh-CN",
        tier=dice.choice(TIERS),
        attributes={
            "city": dice.choice(CITIES),
            "birthday": f"{dice.randint(1965, 2004)}-{dice.randint(1, 12):02}-15",
            "wechat_group": dice.random() < 0.4,
        },
        first_seen_at=first,
        created_at=first,
        last_seen_at=now() - timedelta(minutes=dice.randint(1, 20000)),
    )
    customer.rename(families[number % len(families)] + given[number])
    return customer


def add_traces(db: Session, customer: Customer, number: int, labels: list[CustomerLabel]) -> None:
    claims = [("external_id", f"M{10001 + number}", True), ("phone", customer.phone, True)]
    claims += [("email", customer.email, False)] if customer.email else []
    db.add_all(
        Identity(
            id=uuid7(),
            customer_id=customer.id,
            kind=kind,
            value=value,
            verified_at=customer.created_at if verified else None,
        )
        for kind, value, verified in claims
    )
    if number % 2:
        label = labels[number // 2 % len(labels)]
        db.add(CustomerLabelled(customer_id=customer.id, label_id=label.id))
    purposes = ["service", "marketing"] if number % 4 else ["service"]
    db.add_all(
        Consent(
            id=uuid7(),
            customer_id=customer.id,
            purpose=purpose,
            channel="web_chat",
            evidence="隐私政策 2025 年 1 月版，注册时勾选",
            given_at=customer.created_at,
        )
        for purpose in purposes
    )
