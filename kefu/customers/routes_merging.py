"""Who is who over HTTP: pairs to decide about, merges, and undoing them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.customers.access import customer_for, customer_named_by
from kefu.customers.deciding import (
    accept,
    candidate_for,
    candidates_for,
    keep_apart,
    reject,
    reopen,
)
from kefu.customers.merging import Grounds, merge, merge_with_id, merges_of, unmerge
from kefu.customers.schemas import CustomerDetail
from kefu.customers.schemas_merging import (
    Acceptance,
    CandidateDetail,
    CandidateFilter,
    CandidateRow,
    Merger,
    MergeRow,
    Rejection,
    Reversal,
)
from kefu.customers.views import customer_detail
from kefu.customers.views_merging import candidate_detail, candidate_rows, merge_rows
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["customers"])


@router.get("/merge-candidates")
async def get_candidates(
    wanted: Annotated[CandidateFilter, Query()], db: Db, actor: CurrentActor
) -> Page[CandidateRow]:
    candidates, next_cursor = await candidates_for(
        db, actor, status=wanted.status, cursor=wanted.cursor, limit=wanted.limit
    )
    return Page(items=await candidate_rows(db, candidates), next_cursor=next_cursor)


@router.get("/merge-candidates/{candidate_id}")
async def get_candidate(candidate_id: UUID, db: Db, actor: CurrentActor) -> CandidateDetail:
    return await candidate_detail(db, actor, await candidate_for(db, actor, candidate_id))


@router.post("/merge-candidates/{candidate_id}/merger")
async def post_acceptance(
    candidate_id: UUID, body: Acceptance, db: Db, actor: CurrentActor
) -> CandidateDetail:
    candidate = await candidate_for(db, actor, candidate_id, lock=True)
    await accept(db, candidate, kept=body.kept, by=actor.id)
    return await candidate_detail(db, actor, candidate)


@router.post("/merge-candidates/{candidate_id}/rejection")
async def post_rejection(
    candidate_id: UUID, body: Rejection, db: Db, actor: CurrentActor
) -> CandidateDetail:
    candidate = await candidate_for(db, actor, candidate_id, lock=True)
    await reject(db, candidate, reason=body.reason, by=actor.id)
    return await candidate_detail(db, actor, candidate)


@router.delete("/merge-candidates/{candidate_id}/rejection")
async def delete_rejection(candidate_id: UUID, db: Db, actor: CurrentActor) -> CandidateDetail:
    candidate = await candidate_for(db, actor, candidate_id, lock=True)
    await reopen(db, candidate, by=actor.id)
    return await candidate_detail(db, actor, candidate)


@router.post("/customers/{customer_id}/merger")
async def post_merger(
    customer_id: UUID, body: Merger, db: Db, actor: CurrentActor
) -> CustomerDetail:
    """Merge this customer into another one, who is answered."""
    gone = await customer_named_by(db, actor, customer_id)
    into = await customer_named_by(db, actor, body.into, field="into")
    await merge(db, gone, into=into, grounds=Grounds(body.reason, by=actor.id))
    return await customer_detail(db, actor, into)


@router.get("/customers/{customer_id}/merges")
async def get_merges(customer_id: UUID, db: Db, actor: CurrentActor) -> Page[MergeRow]:
    customer = await customer_for(db, actor, customer_id)
    return Page(items=await merge_rows(db, actor, await merges_of(db, customer.id)))


@router.post("/customer-merges/{merge_id}/reversal")
async def post_reversal(merge_id: UUID, body: Reversal, db: Db, actor: CurrentActor) -> MergeRow:
    merged = await merge_with_id(db, merge_id)
    await customer_for(db, actor, merged.kept_id)
    await unmerge(db, merged, reason=body.reason, by=actor.id)
    await keep_apart(db, merged, reason=body.reason, by=actor.id)
    return (await merge_rows(db, actor, [merged]))[0]
