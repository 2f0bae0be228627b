"""The demo shop's own server side: which inbox its widget opens, and who its customers are."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from kefu.conversations.demo import SHOP
from kefu.conversations.model import Inbox
from kefu.core.errors import NotFound
from kefu.core.http import Db

router = APIRouter(prefix="/shop/api", tags=["shop"], include_in_schema=False)

SHOPPERS: dict[str, dict[str, Any]] = {
    "wangfang": {"name": "王芳", "phone": "13800000011"},
    "liqiang": {"name": "李强", "phone": "13800000012"},
    "emma": {"name": "陈爱玛", "email": "emma@shop.example.com"},
}


@router.get("/config")
async def config(db: Db) -> dict[str, str]:
    """The inbox of the shop's widget."""
    inbox = await db.scalar(select(Inbox).where(Inbox.id == SHOP))
    if inbox is None:
        raise NotFound("The demo data is not loaded: run `kefu demo load`.")
    return {"inbox": str(inbox.id)}


@router.get("/identity")
async def identity(db: Db, user: Annotated[str, Query(max_length=40)]) -> dict[str, Any]:
    """What the shop vouches for: one of its three customers, with the HMAC of their id."""
    inbox = await db.scalar(select(Inbox).where(Inbox.id == SHOP))
    if inbox is None or user not in SHOPPERS:
        raise NotFound("There is no such customer in the demo shop.")
    external = f"shop-{user}"
    digest = hmac.new(inbox.secret.encode(), external.encode(), hashlib.sha256).hexdigest()
    return SHOPPERS[user] | {"external_id": external, "hash": digest}
