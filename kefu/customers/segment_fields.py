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

VALUES: dict[str, Any] = {
    "orders": figure(CustomerFigures.orders),
    "spent": figure(CustomerFigures.spent),
    "average_order": AVERAGE,
    "refunded": figure(CustomerFigures.refunded),
    "returns": figure(CustomerFigures.returns),
    "first_order": CustomerFigures.first_order_at,
    "last_order": CustomerFigures.last_order_at,
    "last_return": CustomerFigures.last_return_at,
    "registered": REGISTERED,
    "last_seen": Customer.last_seen_at,
    "conversations": figure(CustomerFigures.conversations),
    "last_conversation": CustomerFigures.last_conversation_at,
    "complaints": figure(CustomerFigures.complaints),
    "last_complaint": CustomerFigures.last_complaint_at,
    "tier": Customer.tier,
    "language": Customer.locale,
}
"""What a field finds of one customer, where that is a single value that may be shown."""

FIELDS: dict[str, Field] = {
    "orders": number(VALUES["orders"], 0, 1_000_000),
    "spent": number(VALUES["spent"], 0, MOST),
    "average_order": number(VALUES["average_order"], 0, MOST),
    "refunded": number(VALUES["refunded"], 0, MOST),
    "returns": number(VALUES["returns"], 0, 1_000_000),
    "first_order": moment(VALUES["first_order"], "days"),
    "last_order": moment(VALUES["last_order"], "days"),
    "last_return": moment(VALUES["last_return"], "days"),
    "registered": moment(VALUES["registered"], "days"),
    "last_seen": moment(VALUES["last_seen"], "days"),
    "conversations": number(VALUES["conversations"], 0, 1_000_000),
    "last_conversation": moment(VALUES["last_conversation"], "days"),
    "complaints": number(VALUES["complaints"], 0, 1_000_000),
    "last_complaint": moment(VALUES["last_complaint"], "days"),
    "tier": choice(VALUES["tier"], *TIERS),
    "language": word(VALUES["language"]),
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
