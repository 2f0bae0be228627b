"""Filling in: variables in a canned reply become what this conversation says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kefu.conversations.model import Conversation, Inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.identity import Actor

VARIABLE = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
KNOWN = (
    "customer.name",
    "customer.tier",
    "agent.name",
    "inbox.name",
    "conversation.id",
    "order.number",
    "order.status",
    "order.amount",
    "product.title",
    "product.price",
    "today",
)
LONGEST_VALUE = 200


def check_variables(text: str) -> None:
    """Only variables that we know can be filled in; the unknown one is named."""
    for name in VARIABLE.findall(text):
        if name not in KNOWN:
            raise Invalid(
                f"There is no variable {{{{{name}}}}}.",
                field="text",
                code="unknown_variable",
                detail=name,
                limit=", ".join(KNOWN),
            )


async def values_for(
    db: Session, conversation: Conversation, *, by: Actor | None
) -> dict[str, str]:
    """What the variables stand for here; those that nobody knows yet are left out."""
    inbox = await db.get(Inbox, conversation.inbox_id)
    order, product = _part(conversation, "order"), _part(conversation, "product")
    values: dict[str, Any] = {
        "customer.name": conversation.customer_name,
        "customer.tier": conversation.customer_tier,
        "agent.name": by.name if by else None,
        "inbox.name": inbox.name if inbox else None,
        "conversation.id": conversation.id,
        "order.number": order.get("number"),
        "order.status": order.get("status"),
        "order.amount": order.get("amount"),
        "product.title": product.get("title"),
        "product.price": product.get("price"),
        "today": now().date().isoformat(),
    }
    return {
        name: str(value)[:LONGEST_VALUE]
        for name, value in values.items()
        if value not in (None, "")
    }


def _part(conversation: Conversation, name: str) -> dict[str, Any]:
    part = (conversation.context or {}).get(name)
    return part if isinstance(part, dict) else {}


def filled_in(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its values, and the variables that have none: these stay to be seen."""
    missing: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            if name not in missing:
                missing.append(name)
            return match.group(0)
        return values[name]

    return VARIABLE.sub(value_of, text), missing
