"""Viewing: what shops in the 七鱼 shape say of a customer: fresh, remembered, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_logistics import SourceWritten
from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.commerce.sources.asking import Asks, SourceAway
from kefu.commerce.sources.qiyu import PATIENCE, QiyuShop, Remembered, ShopView
from kefu.commerce.taking import scope_of
from kefu.core.db import Session
from kefu.core.errors import NotFound, Unavailable
from kefu.core.events import record
from kefu.customers import Identity
from kefu.identity import Actor

REMEMBERED = Remembered()
State = Literal["fresh", "remembered", "away"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One shop's answer about a customer."""

    source: UUID
    name: str
    state: State
    view: ShopView | None


@dataclass(frozen=True, slots=True)
class Errand:
    """A shop to ask, and the customer's id there."""

    shop: QiyuShop
    name: str
    person: str


async def errands_for(db: Session, customer: UUID, wire: Asks) -> list[Errand]:
    """Whom to ask about a customer, read before anything is asked.

    Each shop by its own id of them, proven: another shop's number is somebody else there.
    """
    ids = await db.execute(
        select(Identity.scope, Identity.value)
        .where(
            Identity.customer_id == customer,
            Identity.kind == "external_id",
            Identity.verified_at.is_not(None),
        )
        .order_by(Identity.created_at)
    )
    known = [(row.scope, row.value) for row in ids]
    if not known:
        return []
    rows = await db.execute(
        select(Source, Shop)
        .outerjoin(Shop, Shop.id == Source.shop_id)
        .where(Source.kind == "qiyu", Source.enabled)
        .order_by(Source.name)
    )
    asked = [(source, person_in(shop, known)) for source, shop in rows]
    return [Errand(shop_of(one, wire), one.name, person) for one, person in asked if person]


def person_in(shop: Shop | None, known: Sequence[tuple[UUID | None, str]]) -> str | None:
    """The latest id of the customer in this shop; a source of no shop goes by the latest of all."""
    if shop is None:
        return known[-1][1]
    scope = scope_of(shop)
    return next((value for kept, value in reversed(known) if kept == scope), None)


def shop_of(source: Source, wire: Asks) -> QiyuShop:
    url = source.url.rstrip("/")
    return QiyuShop(source.id, url, source.account, source.secret, wire, REMEMBERED)


async def views(errands: Sequence[Errand]) -> list[Seen]:
    """Ask all of them side by side, with little patience."""
    return list(await asyncio.gather(*(seen(errand) for errand in errands)))


async def seen(errand: Errand) -> Seen:
    shop = errand.shop
    fresh, view = shop.remembered.view(shop.id, errand.person)
    if fresh:
        return Seen(shop.id, errand.name, "fresh", view)
    if shop.remembered.is_left_alone(shop.id):
        return Seen(shop.id, errand.name, "remembered" if view else "away", view)
    try:
        async with asyncio.timeout(PATIENCE):
            told = await shop.view(errand.person)
    except (SourceAway, TimeoutError, ValueError, TypeError, AttributeError):
        shop.remembered.leave_alone(shop.id)
        return Seen(shop.id, errand.name, "remembered" if view else "away", view)
    shop.remembered.keep(shop.id, errand.person, told)
    return Seen(shop.id, errand.name, "fresh", told)


async def write_back(
    errands: Sequence[Errand], source: UUID, order: str, values: Mapping[str, str]
) -> Errand:
    """Write an agent's fields back to one shop, or say that it is away; nothing is kept here."""
    errand = next((one for one in errands if one.shop.id == source), None)
    if errand is None:
        raise NotFound("This customer is not known in such a shop.")
    try:
        async with asyncio.timeout(PATIENCE):
            await errand.shop.update_order(errand.person, order, values)
    except (SourceAway, TimeoutError) as error:
        raise Unavailable(
            "The shop did not take it. Please try again.", code="shop_away", detail=str(error)
        ) from error
    errand.shop.remembered.views.pop((source, errand.person), None)
    return errand


async def note_written(db: Session, source: UUID, customer: UUID, fields: int, by: Actor) -> None:
    event = SourceWritten(subject=source, customer=customer, actor=by.id, fields=fields)
    await record(db, event)
