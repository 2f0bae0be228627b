"""Order tokens: signed and kept by nobody; each opens one order for half an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound, Unauthenticated

BODY = struct.Struct(">16sI")
TAG = 32
PURPOSE = b"kefu order token\x00"
LONGEST = 200


def issue_order_token(order: UUID, *, key: bytes, until: datetime) -> str:
    """A token for this order; whoever holds it proved that it is theirs."""
    body = BODY.pack(order.bytes, int(until.timestamp()))
    return base64.urlsafe_b64encode(body + tag_of(body, key)).decode().rstrip("=")


async def order_with_token(
    db: Session, token: str | None, *, key: bytes, lock: bool = False
) -> Order:
    """The order that a token opens; refuses one that is forged or over."""
    order_id = read_order_token(token or "", key=key)
    query = select(Order).where(Order.id == order_id)
    if lock:
        query = query.with_for_update(key_share=True, of=Order)
    order = await db.scalar(query.execution_options(populate_existing=lock))
    if order is None:
        raise NotFound("There is no such order any more.")
    return order


def read_order_token(token: str, *, key: bytes) -> UUID:
    try:
        held = base64.urlsafe_b64decode(token[:LONGEST] + "=" * (-len(token[:LONGEST]) % 4))
        body, tag = held[:-TAG], held[-TAG:]
        order, until = BODY.unpack(body)
    except (ValueError, binascii.Error, struct.error) as error:
        raise refused() from error
    if not hmac.compare_digest(tag, tag_of(body, key)):
        raise refused()
    if now().timestamp() >= until:
        raise Unauthenticated(
            "Your look at this order is over. Please ask for another code.",
            code="token_expired",
            field="token",
        )
    return UUID(bytes=order)


def tag_of(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, PURPOSE + body, hashlib.sha256).digest()


def refused() -> Unauthenticated:
    return Unauthenticated("This token does not hold.", code="token_invalid", field="token")
