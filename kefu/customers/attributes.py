"""Attributes: the fields that this shop keeps about its customers, defined and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.events import AttributeChanged, AttributeDefined, AttributeRemoved
from kefu.customers.model import AttributeDefinition, Customer

DEFINITIONS_AT_MOST = 100
TEXT_CHARACTERS = 2000
LARGEST_NUMBER = 10**15


async def define_attribute(
    db: Session, *, fields: Mapping[str, Any], by: UUID
) -> AttributeDefinition:
    """A new field, with the key that programs use; the key stays for good."""
    taken = {definition.key for definition in await attribute_definitions(db)}
    if fields["key"] in taken:
        raise Conflict("There is an attribute with this key.", field="key")
    if len(taken) >= DEFINITIONS_AT_MOST:
        raise Conflict(
            f"There are {DEFINITIONS_AT_MOST} attributes already.", limit=DEFINITIONS_AT_MOST
        )
    definition = AttributeDefinition(id=uuid7(), **fields)
    check_choices(definition)
    db.add(definition)
    await record(db, AttributeDefined(subject=definition.id, actor=by))
    return definition


async def change_attribute(
    db: Session, definition: AttributeDefinition, changes: Mapping[str, Any], *, by: UUID
) -> None:
    for name, value in changes.items():
        setattr(definition, name, value)
    check_choices(definition)
    await record(db, AttributeChanged(subject=definition.id, actor=by))


async def remove_attribute(db: Session, definition: AttributeDefinition, *, by: UUID) -> None:
    """Remove a field that no customer has filled; a used one would take data with it."""
    used = await db.scalar(
        select(func.count()).select_from(
            select(1).where(Customer.attributes.has_key(definition.key)).limit(1).subquery()
        )
    )
    if used:
        raise Conflict("Customers have values in this attribute. Empty them first.")
    await db.delete(definition)
    await record(db, AttributeRemoved(subject=definition.id, actor=by))


def check_choices(definition: AttributeDefinition) -> None:
    choices = definition.choices
    if definition.kind == "choice" and not choices:
        raise Invalid("A choice needs something to choose from.", field="choices")
    if definition.kind != "choice" and choices:
        raise Invalid("Only a choice has choices.", field="choices")
    if len(set(choices)) < len(choices):
        raise Invalid("The same choice stands twice.", field="choices")


async def attribute_definitions(db: Session) -> Sequence[AttributeDefinition]:
    """All fields, as they stand on the page."""
    rows = await db.scalars(
        select(AttributeDefinition).order_by(AttributeDefinition.position, AttributeDefinition.key)
    )
    return rows.all()


async def attribute_with_id(db: Session, identifier: UUID) -> AttributeDefinition:
    definition = await db.get(AttributeDefinition, identifier, with_for_update=True)
    if definition is None:
        raise NotFound("There is no such attribute.")
    return definition


async def checked_attributes(db: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """These values as they are kept; an unknown key or a wrong value is refused by its name."""
    known = {definition.key: definition for definition in await attribute_definitions(db)}
    for key in values:
        if key not in known:
            raise Invalid("There is no such attribute.", field=f"attributes.{key}")
    return {key: checked_value(known[key], value) for key, value in values.items()}


async def known_attributes(db: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """As above for what a shop's page sends along: what this installation does not keep is left."""
    if not values:
        return {}
    known = {definition.key: definition for definition in await attribute_definitions(db)}
    return {key: checked_value(known[key], value) for key, value in values.items() if key in known}


def checked_value(definition: AttributeDefinition, value: Any) -> Any:
    if value is None:
        return None
    field = f"attributes.{definition.key}"
    match definition.kind:
        case "text":
            return checked_text(value, field)
        case "number":
            return checked_number(value, field)
        case "date":
            return checked_date(value, field)
        case "boolean" if isinstance(value, bool):
            return value
        case "choice" if value in definition.choices:
            return value
    raise Invalid(
        "This is not one of the values this attribute takes.", field=field, code="not_a_choice"
    )


def checked_text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid("This attribute is a text.", field=field, code="not_a_text")
    if len(value) > TEXT_CHARACTERS:
        raise Invalid(
            f"A text has at most {TEXT_CHARACTERS} characters.",
            field=field,
            code="text_too_long",
            limit=TEXT_CHARACTERS,
        )
    return value


def checked_number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("This attribute is a number.", field=field, code="not_a_number")
    if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
        raise Invalid(
            "This number is out of range.", field=field, code="out_of_range", limit=LARGEST_NUMBER
        )
    return value


def checked_date(value: Any, field: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise Invalid(
            "A date is written like 2025-11-21.", field=field, code="not_a_date"
        ) from error
