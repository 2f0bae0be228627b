"""Visitor tokens: signed and kept by nobody; each opens one customer's own talks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kefu.core.errors import Unauthenticated

LIFE = timedelta(days=180)
VERSION = b"\x01"
BODY = struct.Struct(">c16s16sII")
TAG = 32
PURPOSE = b"kefu visitor token\x00"


@dataclass(frozen=True, slots=True)
class VisitorToken:
    """Who a visitor is, through which inbox they came, and for how long that holds."""

    customer: UUID
    inbox: UUID
    issued: datetime
    expires: datetime


def issue_visitor_token(
    customer_id: UUID, inbox_id: UUID, *, key: bytes, at: datetime, life: timedelta = LIFE
) -> str:
    """A token for this customer in this inbox; whoever holds it is this visitor."""
    issued = int(at.timestamp())
    expires = issued + int(life.total_seconds())
    body = BODY.pack(VERSION, customer_id.bytes, inbox_id.bytes, issued, expires)
    return base64.urlsafe_b64encode(body + _tag(body, key)).decode().rstrip("=")


def read_visitor_token(token: object, *, key: bytes, at: datetime) -> VisitorToken:
    """What a token says; refuses one that is forged, has run out or is no token at all."""
    body, tag = _parts(token)
    if not hmac.compare_digest(tag, _tag(body, key)):
        raise _refused()
    version, customer, inbox, issued, expires = BODY.unpack(body)
    if version != VERSION:
        raise _refused()
    if at.timestamp() >= expires:
        raise Unauthenticated("This visit has run out.", code="token_expired", field="token")
    return VisitorToken(
        customer=UUID(bytes=customer),
        inbox=UUID(bytes=inbox),
        issued=datetime.fromtimestamp(issued, UTC),
        expires=datetime.fromtimestamp(expires, UTC),
    )


def _parts(token: object) -> tuple[bytes, bytes]:
    if not isinstance(token, str) or not 0 < len(token) <= 200:
        raise _refused()
    try:
        padded = (token + "=" * (-len(token) % 4)).encode("ascii")
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise _refused() from error
    if len(raw) != BODY.size + TAG:
        raise _refused()
    return raw[: BODY.size], raw[BODY.size :]


def _tag(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, PURPOSE + body, hashlib.sha256).digest()


def _refused() -> Unauthenticated:
    return Unauthenticated("This visitor token does not hold.", code="token_invalid", field="token")
