"""Figures: what other capabilities count of customers, kept where segment rules can look at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import plain
from kefu.customers.model_segments import CustomerFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFigures:
    """All purchases of one customer; money in minor units of `currency`.

    `spent` is what was paid for all orders that were not cancelled, `refunded` what went back of
    it: the lifetime value is the one less the other. Without `last_return_at` a return counts as
    seen now.
    """

    orders: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    spent: int
    currency: str = "CNY"
    returns: int = 0
    refunded: int = 0
    last_return_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """How a customer's purchases changed by what was just noted."""

    customer: UUID
    orders_before: int
    orders: int
    worth_before: int
    worth: int
    last_order_at: datetime | None


PURCHASES = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as g(
    customer_id uuid, orders int, first_order_at timestamptz, last_order_at timestamptz,
    spent bigint, currency char(3), returns int, refunded bigint, last_return_at timestamptz)
), known as (
  select g.*, coalesce(f.orders, 0) as orders_before,
    coalesce(f.spent - f.refunded, 0) as worth_before, case
      when g.last_return_at is not null then g.last_return_at
      when g.returns > coalesce(f.returns, 0) then cast(:at as timestamptz)
      else f.last_return_at end as returned_at
  from given g join customers c on c.id = g.customer_id and c.erased_at is null
  left join customer_figures f on f.customer_id = g.customer_id
), written as (
  insert into customer_figures (customer_id, orders, first_order_at, last_order_at, spent,
    currency, returns, refunded, last_return_at, conversations, complaints, updated_at)
  select customer_id, orders, first_order_at, last_order_at, spent, currency, returns, refunded,
    returned_at, 0, 0, cast(:at as timestamptz)
  from known order by customer_id
  on conflict (customer_id) do update set orders = excluded.orders,
    first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at,
    spent = excluded.spent, currency = excluded.currency, returns = excluded.returns,
    refunded = excluded.refunded, last_return_at = excluded.last_return_at,
    updated_at = excluded.updated_at
)
select customer_id, orders_before, orders, worth_before, spent - refunded as worth, last_order_at
from known order by customer_id
""")

SERVICE = text("""
insert into customer_figures (customer_id, orders, spent, currency, returns, refunded,
  conversations, last_conversation_at, complaints, last_complaint_at, updated_at)
select customer_id, 0, 0, 'CNY', 0, 0, conversations, last_conversation_at, complaints,
  last_complaint_at, cast(:at as timestamptz)
from jsonb_to_recordset(cast(:rows as jsonb)) as g(customer_id uuid, conversations int,
  last_conversation_at timestamptz, complaints int, last_complaint_at timestamptz)
join customers c on c.id = g.customer_id and c.erased_at is null
order by customer_id
on conflict (customer_id) do update set
  conversations = customer_figures.conversations + excluded.conversations,
  complaints = customer_figures.complaints + excluded.complaints,
  last_conversation_at = greatest(
    customer_figures.last_conversation_at, excluded.last_conversation_at),
  last_complaint_at = greatest(customer_figures.last_complaint_at, excluded.last_complaint_at),
  updated_at = excluded.updated_at
""")


async def keep_purchases(db: Session, figures: Mapping[UUID, PurchaseFigures]) -> list[Bought]:
    """Replace what was known of these customers' purchases; says what was different before."""
    rows = [
        {"customer_id": customer, **{name: getattr(one, name) for name in one.__slots__}}
        for customer, one in figures.items()
    ]
    if not rows:
        return []
    found = await db.execute(PURCHASES, {"rows": as_json(rows), "at": now()})
    return [Bought(*row) for row in found]


@dataclass(slots=True)
class ServiceFigures:
    """What is to be added to a customer's figures of service."""

    conversations: int = 0
    last_conversation_at: datetime | None = None
    complaints: int = 0
    last_complaint_at: datetime | None = None


async def keep_service(db: Session, figures: Mapping[UUID, ServiceFigures]) -> None:
    """Add conversations and complaints to what was known of these customers."""
    rows = [
        {"customer_id": customer, **{name: getattr(one, name) for name in one.__slots__}}
        for customer, one in figures.items()
    ]
    if rows:
        await db.execute(SERVICE, {"rows": as_json(rows), "at": now()})


def nothing_of(customer: UUID) -> CustomerFigures:
    """The figures of somebody of whom nothing was counted yet."""
    return CustomerFigures(
        customer_id=customer,
        orders=0,
        spent=0,
        currency="CNY",
        returns=0,
        refunded=0,
        conversations=0,
        complaints=0,
        updated_at=now(),
    )


def as_json(rows: Collection[object]) -> str:
    return orjson.dumps(list(rows), default=plain).decode()
