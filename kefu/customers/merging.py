"""Merging: two customers are found to be one person, or to be two after all; nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.switchboard import disconnect_push
from kefu.customers.combining import Face, adopt_edits, face_of, stand_for
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged
from kefu.customers.model import Customer
from kefu.customers.model_merging import CustomerMerge
from kefu.customers.moving import give_back_rows, move_rows
from kefu.customers.shutting import follow_blocking

MEMBERS_AT_MOST = 100
REASONS = ("same_person", "same_household_account", "duplicate_import", "other")
UNDOING_REASONS = ("different_people", "shared_phone", "shared_device", "mistake", "other")


@dataclass(frozen=True)
class Grounds:
    """Why two customers are one person, and who says so; nobody when the product does."""

    reason: str = "same_person"
    confidence: float = 1.0
    evidence: Sequence[dict[str, Any]] = ()
    by: UUID | None = None


@dataclass
class Family:
    """Everybody who is one of these persons, with who was merged into whom directly.

    `let_in` are those whose block the one they were merged into was let in with.
    """

    customers: dict[UUID, Customer]
    children: dict[UUID, list[UUID]] = field(default_factory=dict)
    let_in: set[UUID] = field(default_factory=set)

    def faces(self, customer: UUID) -> list[Face]:
        """What those say who were merged into this customer directly, in that order."""
        members = [self.customers[child] for child in self.children.get(customer, [])]
        return [face_of(one, let_in=one.id in self.let_in) for one in members]

    def below(self, customer: UUID) -> set[UUID]:
        """The customer and everybody merged into them, at any depth."""
        found = {customer}
        for child in self.children.get(customer, []):
            found |= self.below(child)
        return found

    def above(self, customer: UUID) -> list[UUID]:
        """The customer, the one it was merged into, and so on up to the one who stays."""
        parents = {child: parent for parent, all_ in self.children.items() for child in all_}
        chain = [customer]
        while chain[-1] in parents:
            chain.append(parents[chain[-1]])
        return chain


async def merge(db: Session, gone: Customer, *, into: Customer, grounds: Grounds) -> CustomerMerge:
    """Let `into` stand for both from now on; what belongs to `gone` belongs to it."""
    family = await locked_family(db, {gone.id, into.id})
    check_mergeable(gone, into)
    if len(family.customers) > MEMBERS_AT_MOST:
        raise Conflict(
            f"One person may have at most {MEMBERS_AT_MOST} merged customers.",
            field="into",
            limit=MEMBERS_AT_MOST,
        )
    is_about_blocked = bool(gone.blocked_at or into.blocked_at)
    for one in (gone, into):
        adopt_edits(one, family.faces(one.id))
    moved = await move_rows(db, gone=gone.id, kept=into.id)
    for member in family.below(gone.id):
        family.customers[member].merged_into = into.id
    family.children.setdefault(into.id, []).append(gone.id)
    stand_for(into, family.faces(into.id))
    if is_about_blocked:
        await follow_blocking(db, into, by=grounds.by)
    merged = CustomerMerge(
        id=uuid7(),
        kept_id=into.id,
        gone_id=gone.id,
        automatic=grounds.by is None,
        merged_by=grounds.by,
        reason=grounds.reason,
        confidence=grounds.confidence,
        evidence=list(grounds.evidence),
        moved=moved,
    )
    db.add(merged)
    pushes_of(db).append(disconnect_push(f"visitor:{gone.id}"))
    if is_about_blocked:
        pushes_of(db).append(disconnect_push(f"visitor:{into.id}"))
    await record(db, merged_event(merged))
    return merged


def merged_event(merged: CustomerMerge) -> CustomerMerged:
    return CustomerMerged(
        subject=merged.kept_id,
        customer=merged.kept_id,
        actor=merged.merged_by,
        other=merged.gone_id,
        merge=merged.id,
        automatic=merged.automatic,
        reason=merged.reason,
        confidence=merged.confidence,
    )


def check_mergeable(gone: Customer, into: Customer) -> None:
    if gone.id == into.id:
        raise Invalid("A customer cannot be merged into itself.", field="into", code="merge_self")
    if into.merged_into == gone.id or gone.merged_into == into.id:
        raise Conflict("These two are merged already.", field="into", code="merge_cycle")
    for name, one in (("customer", gone), ("into", into)):
        if one.erased_at is not None:
            raise Conflict("An erased customer cannot be merged.", field=name, code="erased")
        if one.merged_into is not None:
            raise Conflict(
                "This customer was merged into another one already.",
                field=name,
                code="merged",
                detail=str(one.merged_into),
            )


async def unmerge(db: Session, merged: CustomerMerge, *, reason: str, by: UUID) -> Customer:
    """Let the two be two again: each has what it had, and what came since stays where it came."""
    gone = await db.get_one(Customer, merged.gone_id)
    family = await locked_family(db, {gone.id})
    await db.refresh(merged, with_for_update=True)
    check_merged(merged, gone)
    root = family.customers[gone.merged_into or gone.id]
    is_about_blocked = bool(gone.blocked_at or root.blocked_at)
    adopt_edits(root, family.faces(root.id))
    leaving = family.below(gone.id)
    for one in leaving:
        family.customers[one].merged_into = gone.id
    gone.merged_into = None
    family.children[merged.kept_id].remove(gone.id)
    await give_back_rows(db, homes=leaving, to=gone.id)
    for one in family.above(merged.kept_id):
        stand_for(family.customers[one], family.faces(one))
    for customer in (root, gone) if is_about_blocked else ():
        await follow_blocking(db, customer, by=by)
    merged.undone_at, merged.undone_by, merged.undone_reason = now(), by, reason
    pushes_of(db).append(disconnect_push(f"visitor:{gone.id}", f"visitor:{root.id}"))
    event = CustomerUnmerged(
        subject=root.id,
        customer=root.id,
        actor=by,
        other=gone.id,
        merge=merged.id,
        reason=reason,
    )
    await record(db, event)
    return gone


def check_merged(merged: CustomerMerge, gone: Customer) -> None:
    if merged.undone_at is not None:
        raise Conflict("This merge was undone already.", field="merge", code="undone")
    if gone.erased_at is not None:
        raise Conflict("The customer is erased.", field="merge", code="erased")


async def locked_family(db: Session, ids: Collection[UUID]) -> Family:
    """Everybody who is one of these persons; the locks wait for whoever just attaches to them.

    Taken in the order of ids, so that two merges of the same people come one after the other.
    """
    roots = await db.scalars(select(Customer.merged_into).where(Customer.id.in_(ids)))
    heads = {*ids, *(root for root in roots if root)}
    locked = {one.id: one for one in await db.scalars(rows_of(Customer.id.in_(heads)))}
    if any(one.merged_into and one.merged_into not in locked for one in locked.values()):
        raise Conflict("These customers are being changed by others right now. Please try again.")
    members = await db.scalars(rows_of(Customer.merged_into.in_(heads)))
    family = Family(locked | {one.id: one for one in members})
    merges = await db.execute(
        select(CustomerMerge.kept_id, CustomerMerge.gone_id, CustomerMerge.let_in_at)
        .where(CustomerMerge.kept_id.in_(family.customers), CustomerMerge.undone_at.is_(None))
        .order_by(CustomerMerge.id)
    )
    for kept, gone, let_in_at in merges:
        family.children.setdefault(kept, []).append(gone)
        if let_in_at is not None:
            family.let_in.add(gone)
    return family


def rows_of(who: ColumnElement[bool]) -> Select[Customer]:
    query = select(Customer).where(who).order_by(Customer.id)
    return query.with_for_update().execution_options(populate_existing=True)


async def gather_strays(db: Session, gone: Collection[UUID]) -> None:
    """Move what was written to those merged away after their rows had moved."""
    strays = await db.scalars(
        select(Customer).where(Customer.id.in_(gone)).order_by(Customer.id).with_for_update()
    )
    for stray in strays:
        if stray.merged_into is not None:
            await move_rows(db, gone=stray.id, kept=stray.merged_into)
            kept = (await db.scalars(rows_of(Customer.id == stray.merged_into))).one()
            if kept.blocked_at is not None:
                await follow_blocking(db, kept, by=None)


async def merge_with_id(db: Session, merge_id: UUID) -> CustomerMerge:
    merged = await db.get(CustomerMerge, merge_id)
    if merged is None:
        raise NotFound("There is no such merge.")
    return merged


async def merges_of(db: Session, customer: UUID) -> Sequence[CustomerMerge]:
    """Merges in which the customer, or somebody merged into them, was part; newest first."""
    everyone = select(Customer.id).where(
        or_(Customer.id == customer, Customer.merged_into == customer)
    )
    rows = await db.scalars(
        select(CustomerMerge)
        .where(or_(CustomerMerge.kept_id.in_(everyone), CustomerMerge.gone_id.in_(everyone)))
        .order_by(CustomerMerge.id.desc())
        .limit(MEMBERS_AT_MOST)
    )
    return rows.all()
