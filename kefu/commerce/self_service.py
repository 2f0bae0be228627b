"""Self-service: an order's number, the end of its telephone and a code prove whose it is.

Nobody learns before the proof whether there is such an order: a code is asked for, counted, refused
and wrong in the same way with one and without. Only the telephone of a real order gets it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kefu.commerce.events_order_care import OrderShownByCode, ServiceCodeFailed
from kefu.commerce.model_order_care import ServiceCode
from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import TooMany
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.customers import Customer, checks_order, verify
from kefu.notifications import TextMessage, TextSender

JOB = "commerce.send_service_code"
DIGITS = 6
VALID_FOR = timedelta(minutes=10)
PROVEN_FOR = timedelta(minutes=30)
TRIES = 5
LOCKED_FOR = timedelta(hours=1)
CODES_AT_MOST = 3
CODES_WITHIN = timedelta(minutes=10)
ADDRESS_AT_MOST = 30
ADDRESS_WITHIN = timedelta(hours=1)
PURPOSE = b"kefu service code\x00"


@dataclass(frozen=True, slots=True)
class Proven:
    """The order that was proven, and until when that holds."""

    order: Order
    until: datetime


async def ask_for_code(
    db: Session, *, number: str, phone_tail: str, address: str, key: bytes
) -> ServiceCode:
    """Have a code sent to the telephone of the order, if there is one with this ending."""
    asked = hidden(f"{number.strip().upper()} {phone_tail}", key)
    await check_pace(db, asked, hidden(address, key))
    order = await db.scalar(
        select(Order.id)
        .where(is_numbered(number), Order.phone_tail == phone_tail)
        .order_by(Order.id.desc())
        .limit(1)
    )
    code = ServiceCode(
        id=uuid7(),
        order_id=order,
        asked=asked,
        address=hidden(address, key),
        created_at=now(),
        expires_at=now() + VALID_FOR,
    )
    db.add(code)
    await db.flush()
    await enqueue(db, JOB, {"code": code.id}, key=str(code.id))
    return code


def is_numbered(written: str) -> ColumnElement[bool]:
    """As people read a number from a letter: in small or in capital letters."""
    number = written.strip()
    return Order.number.in_({number, number.upper()})


async def check_pace(db: Session, asked: str, address: str) -> None:
    """Not too many codes for one order and from one address, and none while it is locked."""
    at = now()
    mine = ServiceCode.asked == asked
    failures = await db.scalar(
        select(func.coalesce(func.sum(ServiceCode.failures), 0)).where(
            mine, ServiceCode.created_at > at - LOCKED_FOR
        )
    )
    if (failures or 0) >= TRIES:
        raise TooMany(
            "Too many codes were wrong. Please wait an hour, or ask our colleagues.",
            code="locked",
            limit=TRIES,
            retry_after=LOCKED_FOR.total_seconds(),
        )
    limits = (
        (mine, CODES_WITHIN, CODES_AT_MOST),
        (ServiceCode.address == address, ADDRESS_WITHIN, ADDRESS_AT_MOST),
    )
    for whose, within, most in limits:
        number = await db.scalar(
            select(func.count()).where(whose, ServiceCode.created_at > at - within)
        )
        if (number or 0) >= most:
            raise TooMany(
                "A code was sent a moment ago. Please wait a little before the next one.",
                limit=most,
                retry_after=within.total_seconds(),
            )


async def prove(
    db: Session, code_id: UUID, *, digits: str, key: bytes, channel: str
) -> Proven | None:
    """Nothing when the code does not fit, is over or was wrong too often; that is counted."""
    code = await db.get(ServiceCode, code_id, with_for_update=True, populate_existing=True)
    if code is None or code.used_at or code.expires_at <= now() or code.failures >= TRIES:
        return None
    fits = hmac.compare_digest(digits_of(code.id, key).encode(), digits.encode())
    if not fits or code.order_id is None:
        code.failures += 1
        locked = code.failures >= TRIES
        await record(db, ServiceCodeFailed(subject=code.id, locked=locked))
        return None
    code.used_at = now()
    order = await db.get_one(Order, code.order_id)
    if order.customer_id is not None:
        customer = await db.get_one(Customer, order.customer_id)
        await verify(db, customer, method="sms_code", valid_for=PROVEN_FOR)
    until = now() + PROVEN_FOR
    event = OrderShownByCode(
        subject=order.id, customer=order.customer_id, until=until, channel=channel
    )
    await record(db, event)
    return Proven(order, until)


async def send_code(
    database: Database, code_id: UUID, *, key: bytes, sender: TextSender | None
) -> None:
    """Send the code to the telephone of its order; a code without an order goes nowhere."""
    async with database.transaction() as db:
        code = await db.get(ServiceCode, code_id)
        order = await db.get(Order, code.order_id) if code and code.order_id else None
    if code is None or order is None or not order.phone or sender is None:
        return
    if code.expires_at <= now():
        return
    text = words_of(digits_of(code.id, key), chinese=order.phone.startswith("+86"))
    await sender.send(TextMessage(to=order.phone, text=text, key=str(code.id)))


def words_of(digits: str, *, chinese: bool) -> str:
    minutes = int(VALID_FOR.total_seconds() // 60)
    if chinese:
        return f"您的订单查询验证码是 {digits}，{minutes} 分钟内有效，请勿告诉他人。"
    return f"Your code to see your order is {digits}. It is valid for {minutes} minutes."


def digits_of(code_id: UUID, key: bytes) -> str:
    """The code of this id: whoever does not have the installation's key cannot know it."""
    tag = hmac.new(key, PURPOSE + code_id.bytes, hashlib.sha256).digest()
    return str(int.from_bytes(tag[:8]) % 10**DIGITS).zfill(DIGITS)


def hidden(words: str, key: bytes) -> str:
    """What was asked, so that it can be counted and not read."""
    return hmac.new(key, words.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


@checks_order
async def is_their_order(db: Session, customer: UUID, number: str, phone_tail: str) -> bool:
    """An order with the end of its telephone also proves a customer to a colleague on the line."""
    found = await db.scalar(
        select(Order.id)
        .where(
            is_numbered(number),
            Order.customer_id == customer,
            Order.phone_tail == phone_tail,
        )
        .limit(1)
    )
    return found is not None
