"""Learning: what channels say about a customer fills what was blank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.customers.attributes import known_attributes
from kefu.customers.events import CustomerChanged
from kefu.customers.model import Customer

SEEN_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class About:
    """What is said about a customer, apart from who they are."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None


async def learn(
    db: Session,
    customer: Customer,
    about: About,
    attributes: dict[str, Any],
    *,
    trusted: bool,
    historic: bool = False,
) -> None:
    """Fill what was blank; one who is vouched for is also corrected."""
    sent = await known_attributes(db, attributes)
    if news_of(customer, about, sent, trusted=trusted):
        await db.refresh(customer, with_for_update={"key_share": True})
        news = news_of(customer, about, sent, trusted=trusted)
        take(customer, news)
        event = CustomerChanged(
            subject=customer.id,
            customer=customer.id,
            changed=tuple(news),
            historic=historic or None,
        )
        await record(db, event)
    if now() - customer.last_seen_at >= SEEN_AGAIN_AFTER:
        customer.last_seen_at = now()


def news_of(
    customer: Customer, about: About, attributes: dict[str, Any], *, trusted: bool
) -> dict[str, Any]:
    """What is said that we do not know, or may not keep as it was."""
    kept = {
        "name": customer.name if customer.name_given else None,
        **{field: getattr(customer, field) for field in ("email", "phone", "locale")},
        **{f"attributes.{key}": value for key, value in customer.attributes.items()},
    }
    said = {
        **{field: getattr(about, field) for field in ("name", "email", "phone", "locale")},
        **{f"attributes.{key}": value for key, value in attributes.items()},
    }
    return {
        field: value
        for field, value in said.items()
        if value is not None and value != kept.get(field) and (trusted or kept.get(field) is None)
    }


def take(customer: Customer, news: dict[str, Any]) -> None:
    for field, value in news.items():
        if field == "name":
            customer.rename(value)
        elif field.startswith("attributes."):
            key = field.removeprefix("attributes.")
            customer.attributes = customer.attributes | {key: value}
        else:
            setattr(customer, field, value)
