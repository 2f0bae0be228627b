"""Labels of customers: a shop's own words for kinds of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import FactRow, record
from kefu.core.ids import uuid7
from kefu.customers.events import (
    CustomerLabelsChanged,
    LabelChanged,
    LabelDefined,
    LabelRemoved,
)
from kefu.customers.model import Customer, CustomerLabel, CustomerLabelled
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer
from kefu.customers.timeline import timeline_entry
from kefu.identity import Actor

moves_with_customer("labels", CustomerLabelled, one_per=("label_id",))


async def label_customer(
    db: Session,
    customer: Customer,
    labels: Collection[UUID],
    *,
    by: UUID | None,
    historic: bool = False,
) -> None:
    """Leave the customer with exactly these labels."""
    check_not_erased(customer)
    wanted = set(labels)
    known = set(await db.scalars(select(CustomerLabel.id).where(CustomerLabel.id.in_(wanted))))
    if wanted - known:
        raise Invalid("There is no such label.", field="labels")
    held = set(
        await db.scalars(
            select(CustomerLabelled.label_id).where(CustomerLabelled.customer_id == customer.id)
        )
    )
    if wanted == held:
        return
    await db.execute(
        delete(CustomerLabelled).where(
            CustomerLabelled.customer_id == customer.id,
            CustomerLabelled.label_id.in_(held - wanted),
        )
    )
    added = sorted(wanted - held)
    db.add_all(CustomerLabelled(customer_id=customer.id, label_id=label) for label in added)
    event = CustomerLabelsChanged(
        subject=customer.id,
        customer=customer.id,
        actor=by,
        added=tuple(added),
        removed=tuple(sorted(held - wanted)),
        historic=historic or None,
    )
    await record(db, event)


async def labels_named(db: Session, customers: Collection[UUID]) -> dict[UUID, list[CustomerLabel]]:
    """The labels of these customers, by one query."""
    rows = await db.execute(
        select(CustomerLabelled.customer_id, CustomerLabel)
        .join(CustomerLabel, CustomerLabel.id == CustomerLabelled.label_id)
        .where(CustomerLabelled.customer_id.in_(customers))
        .order_by(CustomerLabel.name)
    )
    labels: dict[UUID, list[CustomerLabel]] = {customer: [] for customer in customers}
    for customer, label in rows:
        labels[customer].append(label)
    return labels


async def customer_labels(db: Session) -> Sequence[CustomerLabel]:
    return (await db.scalars(select(CustomerLabel).order_by(CustomerLabel.name))).all()


async def define_label(db: Session, *, name: str, colour: str, by: UUID) -> CustomerLabel:
    await check_name_free(db, name)
    label = CustomerLabel(id=uuid7(), name=name, colour=colour)
    db.add(label)
    await record(db, LabelDefined(subject=label.id, actor=by))
    return label


async def change_label(
    db: Session, label: CustomerLabel, changes: Mapping[str, Any], *, by: UUID
) -> None:
    if "name" in changes and changes["name"] != label.name:
        await check_name_free(db, changes["name"])
    for name, value in changes.items():
        setattr(label, name, value)
    await record(db, LabelChanged(subject=label.id, actor=by))


async def remove_label(db: Session, label: CustomerLabel, *, by: UUID) -> None:
    """Take the label away, from every customer too."""
    await db.delete(label)
    await record(db, LabelRemoved(subject=label.id, actor=by))


async def check_name_free(db: Session, name: str) -> None:
    named = select(CustomerLabel.id).where(func.lower(CustomerLabel.name) == name.lower())
    if await db.scalar(named):
        raise Conflict("There is a label of this name.", field="name")


async def label_with_id(db: Session, identifier: UUID) -> CustomerLabel:
    label = await db.get(CustomerLabel, identifier, with_for_update=True)
    if label is None:
        raise NotFound("There is no such label.")
    return label


@timeline_entry(CustomerLabelsChanged.kind)
async def show_labels(db: Session, _: Actor, facts: Sequence[FactRow]) -> dict[int, dict[str, Any]]:
    names = {str(label.id): label.name for label in await customer_labels(db)}
    return {
        fact.id: {
            side: [names[label] for label in fact.details[side] if label in names]
            for side in ("added", "removed")
        }
        for fact in facts
    }


@exports_customer("labels")
async def export_labels(db: Session, customer: UUID) -> list[str]:
    return [label.name for label in (await labels_named(db, [customer]))[customer]]


@erases_customer
async def erase_labels(db: Session, customer: UUID) -> None:
    await db.execute(delete(CustomerLabelled).where(CustomerLabelled.customer_id == customer))
