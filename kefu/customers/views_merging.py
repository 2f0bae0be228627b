"""Views: pairs and merges as answers show them, with both customers masked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers.deciding import merge_between, status_of, staying_of, two_of
from kefu.customers.model import Customer, MergeCandidate
from kefu.customers.model_merging import CustomerMerge
from kefu.customers.schemas import CustomerRow
from kefu.customers.schemas_merging import CandidateDetail, CandidateRow, MergeRow, SignRow
from kefu.customers.views import agent_shown, customer_detail, customer_rows
from kefu.identity import Actor, agents_named

MERGE = "customer.merge"


async def candidate_rows(db: Session, candidates: Sequence[MergeCandidate]) -> list[CandidateRow]:
    shown = await shown_customers(
        db, {id_ for one in candidates for id_ in (one.one_id, one.other_id)}
    )
    names = await agents_named(db, [one.decided_by for one in candidates])
    return [
        CandidateRow(
            id=one.id,
            one=shown[one.one_id],
            other=shown[one.other_id],
            confidence=one.confidence,
            signs=signs_shown(one.evidence),
            status=status_of(one),
            created_at=one.created_at,
            decided_at=one.decided_at,
            decided_by=agent_shown(names.get(one.decided_by) if one.decided_by else None),
            why=one.why,
        )
        for one in candidates
    ]


async def shown_customers(db: Session, ids: Collection[UUID]) -> dict[UUID, CustomerRow]:
    customers = (await db.scalars(select(Customer).where(Customer.id.in_(ids)))).all()
    return {row.id: row for row in await customer_rows(db, customers)}


def signs_shown(evidence: Sequence[dict[str, Any]]) -> list[SignRow]:
    return [SignRow(**one) for one in evidence]


async def candidate_detail(db: Session, actor: Actor, candidate: MergeCandidate) -> CandidateDetail:
    [row] = await candidate_rows(db, [candidate])
    pair = await two_of(db, candidate)
    merged = await merge_between(db, candidate)
    return CandidateDetail(
        **row.model_dump(exclude={"one", "other"}),
        one=row.one,
        other=row.other,
        details=[await customer_detail(db, actor, one) for one in dict.fromkeys(pair)],
        suggested=(await staying_of(db, pair)).id,
        merge=merged.id if merged is not None else None,
        allowed=verbs_on(actor, candidate, merged),
    )


def verbs_on(actor: Actor, candidate: MergeCandidate, merged: CustomerMerge | None) -> list[str]:
    if not actor.may(MERGE):
        return []
    if candidate.decision == "rejected":
        return ["reopen"]
    if candidate.decision == "merged" or merged is not None:
        return ["undo"] if merged is not None else []
    return ["merge", "reject"]


async def merge_rows(db: Session, actor: Actor, merges: Sequence[CustomerMerge]) -> list[MergeRow]:
    shown = await shown_customers(db, {id_ for one in merges for id_ in (one.kept_id, one.gone_id)})
    people = {one.merged_by for one in merges} | {one.undone_by for one in merges}
    names = await agents_named(db, [id_ for id_ in people if id_])
    may_undo = ["undo"] if actor.may(MERGE) else []
    return [
        MergeRow(
            id=one.id,
            kept=shown[one.kept_id],
            gone=shown[one.gone_id],
            automatic=one.automatic,
            by=agent_shown(names.get(one.merged_by) if one.merged_by else None),
            reason=one.reason,
            confidence=one.confidence,
            signs=signs_shown(one.evidence),
            moved=one.moved,
            at=one.at,
            undone_at=one.undone_at,
            undone_by=agent_shown(names.get(one.undone_by) if one.undone_by else None),
            undone_reason=one.undone_reason,
            allowed=[] if one.undone_at else may_undo,
        )
        for one in merges
    ]
