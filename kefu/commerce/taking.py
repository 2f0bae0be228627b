"""Taking: orders as shops tell them, once or ten times, in whatever order they arrive.

An order is known by its shop and number. A newer telling (by `version`, else by `updated_at`)
changes it; an older one only adds what it alone knows; a repetition does nothing. Events that came
before their order have waited for it and are applied to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.documents import OrderDocument
from kefu.commerce.finding_goods import goods_named, methods_named
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order
from kefu.commerce.placing import Placing, began, place_orders
from kefu.commerce.retelling import retell_orders
from kefu.commerce.waiting import apply_waiting
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.writing import among
from kefu.customers import Person, a_person, recognise_all

ATTEMPTS = 3
Result = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one telling."""

    number: str
    id: UUID
    result: Result


async def take_orders(
    db: Session,
    shop: Shop,
    documents: Sequence[OrderDocument],
    *,
    historic: bool = False,
    claimed: Callable[[], None] = lambda: None,
) -> list[Taken]:
    """Write down what a shop tells, in the order in which it tells it; all of it or nothing.

    `claimed` is called when what is left to write belongs to these orders alone, so that no other
    transaction can wait for us and we for it; where that is not sure, never.
    """
    for position, document in enumerate(documents):
        check_has_lines(document, historic=historic, field=f"orders.{position}.lines")
    taken: dict[int, Taken] = {}
    turns = rounds(documents)
    for told in turns:
        last = claimed if told is turns[-1] else lambda: None
        taken |= await take_round(db, shop, told, historic=historic, claimed=last)
    return [taken[position] for position in range(len(documents))]


def check_has_lines(document: OrderDocument, *, historic: bool, field: str = "lines") -> None:
    """Old orders may have lost their lines at the shop; a live one without any is a mistake."""
    if not document.lines and not historic:
        raise Invalid("An order has at least one line.", field=field, code="no_lines")


def rounds(documents: Sequence[OrderDocument]) -> list[dict[int, OrderDocument]]:
    """In one round no number stands twice: the second telling of an order waits for the next."""
    found: list[dict[int, OrderDocument]] = []
    times: dict[str, int] = {}
    for position, document in enumerate(documents):
        turn = times.get(document.number, 0)
        times[document.number] = turn + 1
        if turn == len(found):
            found.append({})
        found[turn][position] = document
    return found


async def take_round(
    db: Session,
    shop: Shop,
    told: dict[int, OrderDocument],
    *,
    historic: bool,
    claimed: Callable[[], None],
) -> dict[int, Taken]:
    """New orders are placed, known ones told again; one placed by another meanwhile is known."""
    waiting = dict(told)
    taken: dict[int, Taken] = {}
    placing = began(shop, historic=historic)
    for _ in range(ATTEMPTS):
        known = await known_orders(db, shop, [one.number for one in waiting.values()])
        fresh = [one for one in waiting.values() if one.number not in known]
        placing = await prepared(db, placing, told_about(waiting, known, fresh))
        changed = (
            await retell_orders(
                db,
                placing,
                [(known[one.number], one) for one in waiting.values() if one.number in known],
            )
            if known
            else set()
        )
        if not fresh:
            claimed()
        placed = await place_orders(db, placing, fresh, claimed) if fresh else {}
        if placed:
            await apply_waiting(db, shop, placed)
        for position, one in list(waiting.items()):
            if one.number in placed:
                taken[position] = Taken(one.number, placed[one.number], "created")
            elif order := known.get(one.number):
                result: Result = "changed" if one.number in changed else "unchanged"
                taken[position] = Taken(one.number, order.id, result)
            else:
                continue
            del waiting[position]
        if not waiting:
            return taken
    raise Conflict("These orders are being changed by others right now. Please try again.")


async def known_orders(db: Session, shop: Shop, numbers: Sequence[str]) -> dict[str, Order]:
    """The orders that we know already, locked in the order of their numbers."""
    rows = await db.scalars(
        select(Order)
        .where(
            Order.shop_id == shop.id,
            among(Order.number, numbers),
        )
        .order_by(Order.number)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {order.number: order for order in rows}


def told_about(
    waiting: dict[int, OrderDocument], known: dict[str, Order], fresh: list[OrderDocument]
) -> list[OrderDocument]:
    """Those whose customers and goods are needed: a repetition needs none."""
    news = [
        one
        for one in waiting.values()
        if one.number in known and known[one.number].source_hash != one.fingerprint
    ]
    return [*fresh, *news]


async def prepared(db: Session, placing: Placing, documents: Sequence[OrderDocument]) -> Placing:
    """The batch with the customers and goods that these orders name."""
    if not documents:
        return placing
    people = {one.number: person_of(one) for one in documents}
    scope = scope_of(placing.shop)
    found = await recognise_all(db, list(people.values()), scope=scope)
    return replace(
        placing,
        customers={number: found[one] for number, one in people.items() if one in found},
        goods=await goods_named(db, placing.shop.id, documents),
        methods=await methods_named(db, placing.shop.id, documents),
    )


def scope_of(shop: Shop) -> UUID | None:
    """Whose ids the shop's customer ids are: those of its inbox, if one is named."""
    inbox = shop.settings.get("inbox")
    return UUID(inbox) if inbox else None


def person_of(document: OrderDocument) -> Person:
    """Whose order it is; where no customer is named, whoever the parcel goes to."""
    customer, address = document.customer, document.address
    if customer is not None:
        guest = address is not None and customer.external_id is None
        return a_person(
            external_id=customer.external_id,
            name=customer.name,
            phone=customer.phone or (address.phone if guest and address else None),
            email=customer.email,
            verified=customer.verified,
        )
    if address is not None:
        return a_person(name=address.recipient, phone=address.phone)
    return a_person()
