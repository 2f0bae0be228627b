"""Self-service of returns over HTTP: whoever has proven an order applies, follows and withdraws."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from sqlalchemy import select

from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.order_tokens import order_with_token
from kefu.commerce.own_returns import own_returns
from kefu.commerce.owners import is_of_blocked
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.photos import add_photo, check_room, keep_photo, storage_of
from kefu.commerce.returns.sending_back import send_back
from kefu.commerce.returns.undoing import undo
from kefu.commerce.routes_service import ProvenOrder, token_of
from kefu.commerce.schemas_own_returns import OwnReturns, WantedReturn
from kefu.commerce.schemas_returns import ParcelSent
from kefu.core.db import Database, Session
from kefu.core.errors import NotFound
from kefu.core.http import Db

router = APIRouter(prefix="/api/v1/service/order/returns", tags=["self-service"])


@router.get("")
async def get_own_returns(order: ProvenOrder, db: Db) -> OwnReturns:
    """What one applied for, how far it is, and what is open to the order."""
    return await own_returns(db, order)


@router.post("", status_code=201)
async def post_own_return(order: ProvenOrder, body: WantedReturn, db: Db) -> OwnReturns:
    wanted = Wanted(
        kind=body.kind,
        units=[Units(one.line_id, one.quantity) for one in body.lines],
        reason=body.reason,
        note=body.note,
        channel="website",
        blocked=await is_of_blocked(db, order),
    )
    await apply(db, order, wanted, by=None)
    return await own_returns(db, order)


@router.put("/{case_id}/withdrawal")
async def put_own_withdrawal(order: ProvenOrder, case_id: UUID, db: Db) -> OwnReturns:
    """Take an application back, as long as the goods have not arrived."""
    await undo(db, await own_case(db, order, case_id), way="withdrawn", by=None)
    return await own_returns(db, order)


@router.put("/{case_id}/parcel")
async def put_own_parcel(order: ProvenOrder, case_id: UUID, body: ParcelSent, db: Db) -> OwnReturns:
    """Say with which parcel the goods come back."""
    case = await own_case(db, order, case_id)
    await send_back(db, case, carrier=body.carrier, tracking_number=body.tracking_number, by=None)
    return await own_returns(db, order)


@router.post("/{case_id}/photos", status_code=201)
async def post_own_photo(request: Request, case_id: UUID, file: UploadFile) -> OwnReturns:
    """Add a picture of the goods; no transaction is held while its bytes are stored."""
    database: Database = request.app.state.database
    key, token = request.app.state.settings.signing_key(), token_of(request)
    async with database.transaction() as db:
        order = await order_with_token(db, token, key=key, lock=False)
        await check_room(db, await own_case(db, order, case_id))
    kept = await keep_photo(storage_of(request.app), file.file, file.filename or "")
    async with database.transaction() as db:
        await add_photo(db, case_id, kept, purpose="application", by=None)
        return await own_returns(db, order)


async def own_case(db: Session, order: Order, case_id: UUID) -> ReturnCase:
    """A case of this order, locked; any other is not there."""
    found = await db.execute(
        select(ReturnCase)
        .where(ReturnCase.id == case_id, ReturnCase.order_id == order.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    case = found.scalar_one_or_none()
    if case is None:
        raise NotFound("There is no such case.")
    return case
