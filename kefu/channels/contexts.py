"""Contexts: pages, product and order in a visitor's view, for the agent; small and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kefu.channels.model import Visit
from kefu.conversations import Conversation
from kefu.core.clock import iso, now
from kefu.core.db import Session, pushes_of
from kefu.core.realtime import Push
from kefu.customers import Customer

KEPT_FOR = timedelta(days=30)
PAGES = 20
CONTEXT_BYTES = 8000
SINGLE = ("product", "order", "browser", "os", "locale", "ip", "referrer")


def added(context: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """The context with the news in it: the last pages, the latest of everything else."""
    result = dict(context)
    if page := news.get("page"):
        pages = [*result.get("pages", []), page | {"at": iso(now())}]
        result["pages"] = pages[-PAGES:]
    for name in SINGLE:
        if news.get(name) is not None:
            result[name] = news[name]
    if attributes := news.get("attributes"):
        result["attributes"] = result.get("attributes", {}) | attributes
    return result


async def keep_context(
    db: Session,
    customer: Customer,
    inbox: Any,
    conversation: Conversation | None,
    news: dict[str, Any],
) -> None:
    """Remember what the visitor looks at: on the conversation, or on the visit before it."""
    if conversation is not None:
        conversation.context = added(conversation.context, news)
        frame = {
            "t": "event",
            "kind": "conversation.context",
            "subject": str(conversation.id),
            "conversation": str(conversation.id),
            "at": iso(now()),
            "details": {},
            "data": conversation.context,
        }
        pushes_of(db).append(Push.of([f"c:{conversation.id}"], frame))
        return
    visit = await db.get(
        Visit, (customer.id, inbox.id), with_for_update=True, populate_existing=True
    )
    context = added(visit.context if visit else {}, news)
    values = {"context": context, "seen_at": now()}
    statement = insert(Visit).values(customer_id=customer.id, inbox_id=inbox.id, **values)
    await db.execute(
        statement.on_conflict_do_update(index_elements=["customer_id", "inbox_id"], set_=values)
    )


async def taken_context(db: Session, customer: Customer, inbox: Any) -> dict[str, Any]:
    """What was looked at before the first word; the conversation keeps it from now on."""
    taken = await db.execute(
        delete(Visit)
        .where(Visit.customer_id == customer.id, Visit.inbox_id == inbox.id)
        .returning(Visit.context)
    )
    return taken.scalar_one_or_none() or {}


async def forget_visits(db: Session) -> None:
    """What was looked at and never talked of is kept for thirty days."""
    await db.execute(delete(Visit).where(Visit.seen_at < now() - KEPT_FOR))


def browser_of(agent: str) -> dict[str, str]:
    """Browser and system, roughly, from what the browser calls itself."""
    browsers = (
        ("MicroMessenger", "WeChat"),
        ("DingTalk", "DingTalk"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("HarmonyOS", "HarmonyOS"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Mac OS X", "macOS"),
        ("Windows", "Windows"),
        ("Linux", "Linux"),
    )
    found = {
        "browser": next((name for mark, name in browsers if mark in agent), None),
        "os": next((name for mark, name in systems if mark in agent), None),
    }
    return {key: name for key, name in found.items() if name}


def bounded(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a channel says of the situation, as long as it is small; the product's own names win."""
    kept = {key: value for key, value in context.items() if key not in ("pages", "attributes")}
    return kept if len(orjson.dumps(kept)) <= CONTEXT_BYTES else {}
