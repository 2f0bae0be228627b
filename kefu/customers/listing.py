"""Listing: customers by name or last visit, found by any part of what an agent was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import visible_to
from kefu.customers.model import Customer, CustomerLabelled, Identity
from kefu.customers.names import asked_terms_of
from kefu.identity import Actor

PHONE_MARKS = str.maketrans("", "", " -()+.")
TAIL_FIGURES = 4

Sort = Literal["last_seen", "name"]


@dataclass(frozen=True)
class Asked:
    """What a list of customers is narrowed by, and how it is sorted."""

    q: str = ""
    tier: str | None = None
    label: UUID | None = None
    sort: Sort = "last_seen"


async def customers_for(
    db: Session, actor: Actor, asked: Asked, *, cursor: str | None, limit: int
) -> tuple[list[Customer], str | None]:
    """A page of the customers this actor may see."""
    query = select(Customer).where(
        visible_to(actor), Customer.erased_at.is_(None), Customer.merged_into.is_(None)
    )
    query = query.where(*narrowed(asked))
    rows: Sequence[Customer] = (
        await db.scalars(sorted_from(query, asked.sort, cursor).limit(limit + 1))
    ).all()
    return page_of(rows, limit, key_for(asked.sort))


def narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.q.strip():
        conditions.append(is_meant_by(asked.q.strip()))
    if asked.tier:
        conditions.append(Customer.tier == asked.tier)
    if asked.label:
        held = select(CustomerLabelled.customer_id).where(CustomerLabelled.label_id == asked.label)
        conditions.append(Customer.id.in_(held))
    return conditions


def is_meant_by(q: str) -> ColumnElement[bool]:
    """A telephone number or its tail, an e-mail address, an outside id, or part of a name.

    Every way has its index: nobody's table of customers is read through. Who was merged away is
    found by what was known of them, and shown as the one who stays.
    """
    gone = aliased(Customer)
    led = select(gone.merged_into).where(gone.merged_into.is_not(None), or_(*ways_to(gone, q)))
    stays = func.array(led.scalar_subquery(), type_=ARRAY(Uuid()))
    return or_(
        Customer.id == any_(holders_of(q)), Customer.id == any_(stays), *ways_to(Customer, q)
    )


def ways_to(customer: type[Customer], q: str) -> list[ColumnElement[bool]]:
    """What a customer's own row says that fits."""
    ways: list[ColumnElement[bool]] = [false()]
    figures = q.translate(PHONE_MARKS)
    if figures.isdecimal() and figures.isascii() and len(figures) >= TAIL_FIGURES:
        ways.append(func.reverse(customer.phone).like(f"{figures[::-1]}%"))
    if q.isascii():
        ways.append(customer.email.startswith(q.casefold(), autoescape=True))
    if "@" not in q:
        ways.append(customer.search_terms.contains(asked_terms_of(q)))
        if q.isascii():
            pinyin = func.replace(customer.name_pinyin, " ", "")
            start = q.casefold().replace(" ", "")
            ways.append(pinyin.startswith(start, autoescape=True))
    return ways


def holders_of(value: str) -> ColumnElement[Any]:
    """Ids as an array: unlike a subquery it lets the ways' indexes be combined."""
    holders = select(Identity.customer_id).where(Identity.value == value).scalar_subquery()
    return func.array(holders, type_=ARRAY(Uuid()))


def sorted_from(query: Select[Customer], sort: Sort, cursor: str | None) -> Select[Customer]:
    if sort == "name":
        key = read_cursor(cursor, str, UUID)
        if key:
            query = query.where(tuple_(Customer.name_pinyin, Customer.id) > tuple_(*key))
        return query.order_by(Customer.name_pinyin, Customer.id)
    key = read_cursor(cursor, datetime, UUID)
    if key:
        query = query.where(tuple_(Customer.last_seen_at, Customer.id) < tuple_(*key))
    return query.order_by(Customer.last_seen_at.desc(), Customer.id.desc())


def key_for(sort: Sort) -> Any:
    if sort == "name":
        return lambda customer: [customer.name_pinyin, customer.id]
    return lambda customer: [customer.last_seen_at, customer.id]
