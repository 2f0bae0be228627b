"""What a shop defines for its customers: labels and attributes."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.customers.attributes import (
    attribute_definitions,
    attribute_with_id,
    change_attribute,
    define_attribute,
    remove_attribute,
)
from kefu.customers.labels import (
    change_label,
    customer_labels,
    define_label,
    label_with_id,
    remove_label,
)
from kefu.customers.model import AttributeDefinition, CustomerLabel
from kefu.customers.schemas import (
    AttributeChange,
    AttributeRow,
    LabelChange,
    LabelRow,
    NewAttribute,
    NewLabel,
)
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.get("/customer-labels")
async def get_labels(db: Db, _: CurrentActor) -> Page[LabelRow]:
    return Page(items=[label_row(label) for label in await customer_labels(db)])


@router.post("/customer-labels", status_code=201)
async def post_label(body: NewLabel, db: Db, actor: CurrentActor) -> LabelRow:
    return label_row(await define_label(db, name=body.name, colour=body.colour, by=actor.id))


@router.patch("/customer-labels/{label_id}")
async def patch_label(label_id: UUID, body: LabelChange, db: Db, actor: CurrentActor) -> LabelRow:
    label = await label_with_id(db, label_id)
    await change_label(db, label, body.model_dump(exclude_unset=True), by=actor.id)
    return label_row(label)


@router.delete("/customer-labels/{label_id}", status_code=204)
async def delete_label(label_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_label(db, await label_with_id(db, label_id), by=actor.id)


@router.get("/customer-attributes")
async def get_attributes(db: Db, _: CurrentActor) -> Page[AttributeRow]:
    return Page(items=[attribute_row(one) for one in await attribute_definitions(db)])


@router.post("/customer-attributes", status_code=201)
async def post_attribute(body: NewAttribute, db: Db, actor: CurrentActor) -> AttributeRow:
    return attribute_row(await define_attribute(db, fields=body.model_dump(), by=actor.id))


@router.patch("/customer-attributes/{attribute_id}")
async def patch_attribute(
    attribute_id: UUID, body: AttributeChange, db: Db, actor: CurrentActor
) -> AttributeRow:
    definition = await attribute_with_id(db, attribute_id)
    await change_attribute(db, definition, body.model_dump(exclude_unset=True), by=actor.id)
    return attribute_row(definition)


@router.delete("/customer-attributes/{attribute_id}", status_code=204)
async def delete_attribute(attribute_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_attribute(db, await attribute_with_id(db, attribute_id), by=actor.id)


def label_row(label: CustomerLabel) -> LabelRow:
    return LabelRow.model_validate(label, from_attributes=True)


def attribute_row(definition: AttributeDefinition) -> AttributeRow:
    return AttributeRow.model_validate(definition, from_attributes=True)
