"""The fields of segment rules: what is known of a customer, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Float, and_, case, cast, func, literal, select

from kefu.core.condition_fields import (
    Asking,
    Clause,
    Field,
    Fields,
    choice,
    moment,
    number,
    reference,
    text,
    truth,
    with_emptiness,
    word,
)
from kefu.core.db import Session
from kefu.customers.attributes import attribute_definitions
from kefu.customers.consents import PURPOSES
from kefu.customers.model import TIERS, AttributeDefinition, Consent, Customer, CustomerLabelled
from kefu.customers.model_segments import CustomerFigures

PRESENT = and_(Customer.erased_at.is_(None), Customer.merged_into.is_(None))
"""Who counts as a customer: nobody who was erased, or turned out to be another."""

MOST = 1_000_000_000_000
"""Ten thousand million yuan in fen: no figure of one customer is larger."""


def figure(column: Any) -> ColumnElement[Any]:
    """A figure of a customer of whom nothing was counted yet is nought."""
    return func.coalesce(column, 0)


def is_labelled(value: list[UUID], _: Asking) -> Clause:
    worn = CustomerLabelled.customer_id == Customer.id
    return select(1).where(worn, CustomerLabelled.label_id.in_(value)).exists()


def agrees_to(purpose: str) -> Clause:
    mine = Consent.customer_id == Customer.id
    in_force = Consent.withdrawn_at.is_(None)
    return select(1).where(mine, in_force, Consent.purpose == purpose).exists()


REGISTERED = func.least(Customer.first_seen_at, Customer.created_at)
"""A member of ten years whom a file brought yesterday is not new."""
AVERAGE = func.coalesce(CustomerFigures.spent / func.nullif(CustomerFigures.orders, 0), 0)

FIELDS: dict[str, Field] = {
    "orders": number(figure(CustomerFigures.orders), 0, 1_000_000),
    "spent": number(figure(CustomerFigures.spent), 0, MOST),
    "average_order": number(AVERAGE, 0, MOST),
    "refunded": number(figure(CustomerFigures.refunded), 0, MOST),
    "returns": number(figure(CustomerFigures.returns), 0, 1_000_000),
    "first_order": moment(CustomerFigures.first_order_at, "days"),
    "last_order": moment(CustomerFigures.last_order_at, "days"),
    "last_return": moment(CustomerFigures.last_return_at, "days"),
    "registered": moment(REGISTERED, "days"),
    "last_seen": moment(Customer.last_seen_at, "days"),
    "conversations": number(figure(CustomerFigures.conversations), 0, 1_000_000),
    "last_conversation": moment(CustomerFigures.last_conversation_at, "days"),
    "complaints": number(figure(CustomerFigures.complaints), 0, 1_000_000),
    "last_complaint": moment(CustomerFigures.last_complaint_at, "days"),
    "tier": choice(Customer.tier, *TIERS),
    "language": word(Customer.locale),
    "email": text(Customer.email),
    "label": with_emptiness(
        reference("label", is_labelled),
        select(1).where(CustomerLabelled.customer_id == Customer.id).exists(),
    ),
    **{f"consent.{purpose}": truth(agrees_to(purpose)) for purpose in PURPOSES},
}


async def segment_fields(db: Session) -> Fields:
    """All fields, the shop's own attributes among them."""
    own = {f"attributes.{one.key}": attribute_field(one) for one in await attribute_definitions(db)}
    return FIELDS | own


def attribute_field(definition: AttributeDefinition) -> Field:
    """A field over one attribute; a value of another type than defined counts as absent."""
    key = definition.key
    kept = Customer.attributes[key]
    plain = kept.astext
    if definition.kind == "number":
        figures = case((func.jsonb_typeof(kept) == "number", cast(plain, Float)))
        return with_emptiness(number(figures, -MOST, MOST), figures.is_not(None))
    if definition.kind == "date":
        day = case((plain.op("~")(r"^\d{4}-\d{2}-\d{2}$"), cast(plain, DateTime(timezone=True))))
        return with_emptiness(moment(day, "days"), day.is_not(None))
    if definition.kind == "boolean":
        return truth(func.coalesce(plain == "true", literal(value=False)))
    words = choice(plain, *choices_of(definition)) if definition.choices else word(plain)
    return with_emptiness(words, plain.is_not(None))


def choices_of(definition: AttributeDefinition) -> Sequence[str]:
    return [str(one) for one in definition.choices]
