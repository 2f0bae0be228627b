"""Deciding about candidates: one person, two people, or not decided again; sure ones by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import Fact, record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import is_visible
from kefu.customers.confidence import confidence_of, is_sure, signs_in
from kefu.customers.events_merging import MatchRejected, MatchReopened
from kefu.customers.merging import Grounds, merge
from kefu.customers.model import Customer, Identity, MergeCandidate
from kefu.customers.model_merging import CustomerMerge
from kefu.identity import Actor

One, Other = aliased(Customer), aliased(Customer)
STRONGEST = ("external_id", "unionid", "openid")


def status_of(candidate: MergeCandidate) -> Any:
    return candidate.decision or "open"


async def candidates_for(
    db: Session, actor: Actor, *, status: str, cursor: str | None, limit: int
) -> tuple[list[MergeCandidate], str | None]:
    """A page of the pairs that this actor may see both of, the surest first.

    Open ones whose customers were merged or erased meanwhile are answered by that.
    """
    query = (
        select(MergeCandidate)
        .join(One, One.id == MergeCandidate.one_id)
        .join(Other, Other.id == MergeCandidate.other_id)
        .where(is_visible(actor, One), is_visible(actor, Other), *of_status(status))
    )
    key = read_cursor(cursor, float, UUID)
    order = (MergeCandidate.confidence, MergeCandidate.id)
    if key:
        query = query.where(or_(order[0] < key[0], and_(order[0] == key[0], order[1] < key[1])))
    query = query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)
    rows = (await db.scalars(query)).all()
    return page_of(rows, limit, lambda one: [one.confidence, one.id])


def of_status(status: str) -> list[ColumnElement[bool]]:
    if status != "open":
        return [MergeCandidate.decision == status]
    return [
        MergeCandidate.decided_at.is_(None),
        One.erased_at.is_(None),
        Other.erased_at.is_(None),
        func.coalesce(One.merged_into, One.id) != func.coalesce(Other.merged_into, Other.id),
    ]


async def candidate_for(
    db: Session, actor: Actor, candidate_id: UUID, *, lock: bool = False
) -> MergeCandidate:
    """The pair, if this actor may see both."""
    actor.require("customer.read")
    query = (
        select(MergeCandidate)
        .join(One, One.id == MergeCandidate.one_id)
        .join(Other, Other.id == MergeCandidate.other_id)
        .where(MergeCandidate.id == candidate_id, is_visible(actor, One), is_visible(actor, Other))
    )
    if lock:
        query = query.with_for_update(of=MergeCandidate).execution_options(populate_existing=True)
    candidate = await db.scalar(query)
    if candidate is None:
        raise NotFound("There is no such pair.")
    return candidate


async def two_of(db: Session, candidate: MergeCandidate) -> tuple[Customer, Customer]:
    """The customers who stand for the pair today, in its order."""
    pair = aliased(Customer)
    position = case((pair.id == candidate.one_id, 0), else_=1)
    rows = await db.scalars(
        select(Customer)
        .join(pair, func.coalesce(pair.merged_into, pair.id) == Customer.id)
        .where(pair.id.in_((candidate.one_id, candidate.other_id)))
        .order_by(position)
    )
    found = list(rows)
    return found[0], found[-1]


async def merge_between(db: Session, candidate: MergeCandidate) -> CustomerMerge | None:
    """The merge in force that made the pair one person."""
    return await db.scalar(
        select(CustomerMerge)
        .where(
            CustomerMerge.undone_at.is_(None),
            or_(
                and_(
                    CustomerMerge.kept_id == candidate.one_id,
                    CustomerMerge.gone_id == candidate.other_id,
                ),
                and_(
                    CustomerMerge.kept_id == candidate.other_id,
                    CustomerMerge.gone_id == candidate.one_id,
                ),
            ),
        )
        .limit(1)
    )


async def accept(
    db: Session, candidate: MergeCandidate, *, kept: UUID | None, by: UUID
) -> CustomerMerge:
    """The two are one person; `kept` is the one who stays, by default the better known."""
    check_open(candidate)
    pair = await two_of(db, candidate)
    stays = await staying_of(db, pair) if kept is None else chosen_of(pair, kept)
    gone = pair[1] if stays is pair[0] else pair[0]
    grounds = Grounds("same_person", candidate.confidence, candidate.evidence, by)
    merged = await merge(db, gone, into=stays, grounds=grounds)
    decide(candidate, "merged", by=by, why="same_person")
    return merged


def chosen_of(pair: tuple[Customer, Customer], kept: UUID) -> Customer:
    for one in pair:
        if one.id == kept:
            return one
    raise Invalid("Choose one of the two customers to stay.", field="kept")


async def staying_of(db: Session, pair: tuple[Customer, Customer]) -> Customer:
    """Who stays when nobody chose: the one proven by the stronger number, else the older."""
    rows = await db.execute(
        select(Identity.customer_id, Identity.kind).where(
            Identity.customer_id.in_([one.id for one in pair]),
            Identity.verified_at.is_not(None),
            Identity.kind.in_(STRONGEST),
        )
    )
    ranks = {one.id: len(STRONGEST) for one in pair}
    for customer, kind in rows:
        ranks[customer] = min(ranks[customer], STRONGEST.index(kind))
    return min(pair, key=lambda one: (ranks[one.id], one.first_seen_at, one.id))


async def reject(db: Session, candidate: MergeCandidate, *, reason: str, by: UUID) -> None:
    """The two are two people; the product will not merge them by itself either."""
    check_open(candidate)
    decide(candidate, "rejected", by=by, why=reason)
    event = MatchRejected(
        subject=candidate.one_id,
        customer=candidate.one_id,
        actor=by,
        other=candidate.other_id,
        candidate=candidate.id,
        reason=reason,
    )
    await record(db, event)


async def reopen(db: Session, candidate: MergeCandidate, *, by: UUID) -> None:
    """Take back that they are two people."""
    if candidate.decision != "rejected":
        raise Conflict("Only a pair that was found to be two people is opened again.")
    candidate.decision = candidate.why = candidate.decided_by = candidate.decided_at = None
    event = MatchReopened(
        subject=candidate.one_id,
        customer=candidate.one_id,
        actor=by,
        other=candidate.other_id,
        candidate=candidate.id,
    )
    await record(db, event)


def check_open(candidate: MergeCandidate) -> None:
    if candidate.decided_at is not None:
        raise Conflict("This pair was decided about already.", code=f"already_{candidate.decision}")


def decide(candidate: MergeCandidate, decision: str, *, by: UUID | None, why: str) -> None:
    at: datetime = now()
    candidate.decision, candidate.decided_at = decision, at
    candidate.decided_by, candidate.why = by, why


async def keep_apart(db: Session, merged: CustomerMerge, *, reason: str, by: UUID) -> None:
    """What was undone by hand is not merged again by the product."""
    one, other = sorted((merged.kept_id, merged.gone_id))
    values = {"decision": "rejected", "decided_at": now(), "decided_by": by, "why": reason}
    await db.execute(
        update(MergeCandidate)
        .where(is_among(one, other), MergeCandidate.decision == "merged")
        .values(values)
    )
    await db.execute(
        insert(MergeCandidate)
        .values(
            id=uuid7(),
            one_id=one,
            other_id=other,
            kind="hand",
            verified=False,
            confidence=merged.confidence,
            evidence=merged.evidence,
            created_at=now(),
            **values,
        )
        .on_conflict_do_update(index_elements=["one_id", "other_id"], set_=values)
    )


def is_among(one: UUID, other: UUID) -> ColumnElement[bool]:
    """That a pair names one of those who are `one`, and one of those who are `other`, today."""
    first = select(Customer.id).where(or_(Customer.id == one, Customer.merged_into == one))
    second = select(Customer.id).where(or_(Customer.id == other, Customer.merged_into == other))
    return or_(
        and_(MergeCandidate.one_id.in_(first), MergeCandidate.other_id.in_(second)),
        and_(MergeCandidate.one_id.in_(second), MergeCandidate.other_id.in_(first)),
    )


async def merge_sure(db: Session, facts: Sequence[Fact]) -> list[CustomerMerge]:
    """Merge the pairs of these matches of which the product is sure and nobody said otherwise."""
    merged = []
    for fact in facts:
        one, other = sorted((fact.subject, UUID(fact.details["other"])))
        candidate = await db.scalar(
            select(MergeCandidate)
            .where(
                MergeCandidate.one_id == one,
                MergeCandidate.other_id == other,
                MergeCandidate.decided_at.is_(None),
            )
            .with_for_update()
        )
        if candidate is None or not is_sure(signs_in(candidate.evidence)):
            continue
        done = await merge_by_itself(db, candidate)
        merged += [done] if done else []
    return merged


async def merge_by_itself(db: Session, candidate: MergeCandidate) -> CustomerMerge | None:
    pair = await two_of(db, candidate)
    if pair[0] is pair[1] or any(one.erased_at for one in pair):
        return None
    if await was_rejected(db, pair):
        return None
    stays = await staying_of(db, pair)
    gone = pair[1] if stays is pair[0] else pair[0]
    sure = confidence_of(signs_in(candidate.evidence))
    done = await merge(
        db, gone, into=stays, grounds=Grounds("strong_key", sure, candidate.evidence)
    )
    decide(candidate, "merged", by=None, why="strong_key")
    return done


async def was_rejected(db: Session, pair: tuple[Any, Any]) -> bool:
    found = await db.scalar(
        select(MergeCandidate.id)
        .where(is_among(pair[0].id, pair[1].id), MergeCandidate.decision == "rejected")
        .limit(1)
    )
    return found is not None
