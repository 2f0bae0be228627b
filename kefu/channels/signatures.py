"""Signatures: HMAC-SHA256 over "timestamp.body", the same for what comes in and what goes out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from kefu.core.errors import Unauthenticated

SIGNATURE = "x-kefu-signature"
TIMESTAMP = "x-kefu-timestamp"
WINDOW = timedelta(minutes=5)


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """The signature, in hexadecimal."""
    return hmac.new(
        secret.encode(), timestamp.encode("ascii", "replace") + b"." + body, hashlib.sha256
    ).hexdigest()


def signed(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that sign this body now."""
    timestamp = str(int(at.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: signature_of(secret, timestamp, body)}


def check_signed(secret: str, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Refuse what is not signed with this secret, or was signed more than five minutes off."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Unauthenticated(
            "The request carries no valid timestamp.", code="timestamp_missing", field=TIMESTAMP
        )
    if not secret or not hmac.compare_digest(
        signature_of(secret, timestamp, body).encode(), given.encode("utf-8", "replace")
    ):
        raise Unauthenticated(
            "The signature does not hold.", code="signature_invalid", field=SIGNATURE
        )
    if abs(at.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise Unauthenticated(
            "The request was signed more than five minutes ago, or in the future.",
            code="timestamp_expired",
            field=TIMESTAMP,
            limit="300 s",
        )
