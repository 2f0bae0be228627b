"""Returns over HTTP: the board, a case, and what is done with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from kefu.commerce.access import order_for
from kefu.commerce.model_orders import Order
from kefu.commerce.returns.access import return_for
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.costs import note_cost
from kefu.commerce.returns.installing import book_visit, finish_visit
from kefu.commerce.returns.listing import Asked, counts, returns_for
from kefu.commerce.returns.moving import take
from kefu.commerce.returns.options import options_for, promises_of
from kefu.commerce.returns.repairing import set_state
from kefu.commerce.returns.replacing import reship
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.sending_back import send_back
from kefu.commerce.returns.undoing import undo
from kefu.commerce.schemas_return_detail import ReturnDetail
from kefu.commerce.schemas_returns import (
    NewCost,
    NewRepairState,
    NewReturn,
    Option,
    OptionLine,
    OptionsShown,
    ParcelSent,
    ReturnFilter,
    ReturnRow,
    Review,
    TimelineLine,
    Visit,
    VisitResult,
    Withdrawal,
)
from kefu.commerce.views_returns import cover_shown, names_of, return_detail, return_rows
from kefu.core.clock import now
from kefu.core.events import FactRow
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["returns"])
CASE = "/returns/{case_id}"


@router.get("/returns")
async def list_returns(
    db: Db, actor: CurrentActor, asked: Annotated[ReturnFilter, Query()]
) -> Page[ReturnRow]:
    """A page of the board: by due time the late ones first, or the newest first."""
    wanted = Asked(**asked.model_dump(exclude={"cursor", "limit"}))
    found, following = await returns_for(db, actor, wanted, cursor=asked.cursor, limit=asked.limit)
    return Page(items=await return_rows(db, found), next_cursor=following)


@router.get("/returns/counts")
async def count_returns(db: Db, actor: CurrentActor) -> dict[str, dict[str, int]]:
    """How many cases stand at each node, and how many of them are late."""
    return await counts(db, actor)


@router.post("/returns", status_code=201)
async def post_return(db: Db, actor: CurrentActor, body: NewReturn) -> ReturnDetail:
    order = await order_for(db, actor, body.order_id, lock=True)
    wanted = Wanted(
        kind=body.kind,
        units=[Units(one.line_id, one.quantity) for one in body.lines],
        reason=body.reason,
        note=body.note,
        method=body.method,
        conversation=body.conversation_id,
    )
    return await return_detail(db, await apply(db, order, wanted, by=actor.id), actor)


@router.get(CASE)
async def show_return(db: Db, actor: CurrentActor, case_id: UUID) -> ReturnDetail:
    return await return_detail(db, await return_for(db, actor, case_id), actor)


@router.get(f"{CASE}/timeline")
async def show_timeline(
    db: Db, actor: CurrentActor, case_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[TimelineLine]:
    """What happened with the case, newest first."""
    case = await return_for(db, actor, case_id)
    mine = (FactRow.subject == case.id, FactRow.kind.startswith("return."))
    query = select(FactRow).where(*mine).order_by(FactRow.id.desc())
    key = read_cursor(cursor, int)
    if key:
        query = query.where(FactRow.id < key[0])
    rows = (await db.scalars(query.limit(limit + 1))).all()
    facts, following = page_of(rows, limit, lambda fact: [fact.id])
    names = await names_of(db, [fact.actor for fact in facts])
    lines = [
        TimelineLine(
            id=fact.id,
            kind=fact.kind,
            at=fact.at,
            actor=names.get(fact.actor) if fact.actor else None,
            details=fact.details,
        )
        for fact in facts
    ]
    return Page(items=lines, next_cursor=following)


@router.put(f"{CASE}/taking")
async def put_taking(db: Db, actor: CurrentActor, case_id: UUID) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await take(db, case, by=actor.id)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/review")
async def put_review(db: Db, actor: CurrentActor, case_id: UUID, body: Review) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await review(db, case, approved=body.approved, grounds=body.grounds, by=actor.id)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/parcel")
async def put_parcel(db: Db, actor: CurrentActor, case_id: UUID, body: ParcelSent) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await send_back(
        db, case, carrier=body.carrier, tracking_number=body.tracking_number, by=actor.id
    )
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/withdrawal")
async def put_withdrawal(
    db: Db, actor: CurrentActor, case_id: UUID, body: Withdrawal
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await undo(db, case, way=body.way, by=actor.id)
    return await return_detail(db, case, actor)


@router.post(f"{CASE}/costs", status_code=201)
async def post_cost(db: Db, actor: CurrentActor, case_id: UUID, body: NewCost) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await note_cost(db, case, kind=body.kind, amount=body.amount, note=body.note, by=actor.id)
    return await return_detail(db, case, actor)


@router.post(f"{CASE}/repair-states", status_code=201)
async def post_repair_state(
    db: Db, actor: CurrentActor, case_id: UUID, body: NewRepairState
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await set_state(db, case, body.state, note=body.note, quote=body.quote, by=actor.id)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/replacement")
async def put_replacement(
    db: Db, actor: CurrentActor, case_id: UUID, body: ParcelSent
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await reship(db, case, carrier=body.carrier, tracking_number=body.tracking_number, by=actor.id)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/visit")
async def put_visit(db: Db, actor: CurrentActor, case_id: UUID, body: Visit) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await book_visit(db, case, at=body.at, mode=body.mode, by=actor.id)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/visit-result")
async def put_visit_result(
    db: Db, actor: CurrentActor, case_id: UUID, body: VisitResult
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await finish_visit(db, case, came=body.came, by=actor.id)
    return await return_detail(db, case, actor)


@router.get("/return-options/{order_id}")
async def show_options(db: Db, actor: CurrentActor, order_id: UUID) -> OptionsShown:
    """What is open to this order after the purchase: return, exchange, repair, install, promise."""
    order = await order_for(db, actor, order_id)
    return await options_shown(db, order)


async def options_shown(db: Db, order: Order) -> OptionsShown:
    ways, lines, rules = await options_for(db, order)
    return OptionsShown(
        order_id=order.id,
        order_number=order.number,
        delivered_at=order.delivered_at,
        options=[Option.model_validate(asdict(way)) for way in ways],
        lines=[
            OptionLine(
                line_id=one.line.id,
                title=one.line.title,
                model=one.model,
                quantity=one.line.quantity,
                left=one.left,
                amount=one.amount,
                cover=cover_shown(one.cover, now()),
            )
            for one in lines
        ],
        promises=promises_of(rules),
    )
