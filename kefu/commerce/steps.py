"""Steps: how far an order is, from what its shop says and from the moments that are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kefu.commerce.model_orders import STATUSES

RANK = {status: rank for rank, status in enumerate(STATUSES)}
MOMENT = {
    "paid": "paid_at",
    "processing": None,
    "shipped": "shipped_at",
    "delivered": "delivered_at",
    "completed": "completed_at",
    "cancelled": "cancelled_at",
}
ENDS = ("completed", "cancelled")


def proven(order: Mapping[str, Any]) -> str:
    """The furthest step that a known moment proves."""
    for status in ("completed", "delivered", "shipped", "paid"):
        if order[f"{status}_at"]:
            return status
    return "created"


def furthest(said: str, order: Mapping[str, Any]) -> str:
    """What the shop says, unless a carrier or an earlier telling proves that it is further."""
    if said in ENDS:
        return said
    return max(said, proven(order), key=RANK.__getitem__)


def risen(status: str, told: str) -> str:
    """The status after an event, which may come late: it never falls back.

    Nothing but a cancellation ends an order before it is delivered, and nothing revives it.
    """
    if status == "cancelled":
        return status
    if told == "cancelled":
        return status if RANK[status] >= RANK["delivered"] else told
    return max(status, told, key=RANK.__getitem__)


def is_newer(
    *,
    version: int | None,
    told_at: datetime | None,
    known_version: int | None,
    known_at: datetime | None,
    ahead: bool = False,
) -> bool:
    """Whether a telling is newer than what is known; without any mark the last word counts.

    Of two tellings of one second, which is all that some shops note, the one that is `ahead` is.
    """
    if version is not None and known_version is not None:
        return version > known_version
    if told_at is not None and known_at is not None:
        return told_at > known_at or (told_at == known_at and ahead)
    return True
