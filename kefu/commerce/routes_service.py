"""Self-service over HTTP: anyone may ask for a code; what it proves opens one order."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from kefu.commerce.changing import Asked, request_change, withdraw
from kefu.commerce.invoices import apply_for_invoice
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.order_tokens import issue_order_token, order_with_token
from kefu.commerce.owners import is_of_blocked
from kefu.commerce.progress import progress_of
from kefu.commerce.querying import answer_query
from kefu.commerce.routes_order_care import written
from kefu.commerce.schemas_invoices import InvoiceBody
from kefu.commerce.schemas_order_care import ChangeBody
from kefu.commerce.schemas_service import CodeBody, CodeShown, OwnOrder, ProofBody, ProofShown
from kefu.commerce.self_service import ask_for_code, prove
from kefu.core.clock import now
from kefu.core.errors import Conflict, NotFound, Unavailable
from kefu.core.http import Db
from kefu.notifications import text_sender_for

router = APIRouter(prefix="/api/v1/service", tags=["self-service"])


def token_of(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


async def _proven(request: Request, db: Db) -> Order:
    key = request.app.state.settings.signing_key()
    lock = request.method != "GET"
    return await order_with_token(db, token_of(request), key=key, lock=lock)


ProvenOrder = Annotated[Order, Depends(_proven, scope="function")]


@router.post("/codes", status_code=202)
async def post_code(request: Request, body: CodeBody, db: Db) -> CodeShown:
    """Have a code sent to the telephone of an order; nothing here says whether it exists."""
    chosen = request.app.state.settings
    if text_sender_for(chosen) is None:
        raise Unavailable(
            "Codes cannot be sent at the moment. Please ask our colleagues.", code="no_sender"
        )
    code = await ask_for_code(
        db,
        number=body.number,
        phone_tail=body.phone_tail,
        address=request.client.host if request.client else "unknown",
        key=chosen.signing_key(),
    )
    return CodeShown(code_id=code.id, expires_at=code.expires_at)


@router.post("/proofs")
async def post_proof(request: Request, body: ProofBody, db: Db) -> ProofShown:
    """Show the code; a token comes back if it fits. Five wrong ones end it for an hour."""
    key = request.app.state.settings.signing_key()
    proven = await prove(db, body.code_id, digits=body.code, key=key, channel="website")
    if proven is None:
        return ProofShown(token=None, until=None)
    token = issue_order_token(proven.order.id, key=key, until=proven.until)
    await answer_query(db, proven.order, channel="website", asked_at=now())
    return ProofShown(token=token, until=proven.until)


@router.get("/order")
async def get_own_order(order: ProvenOrder, db: Db) -> OwnOrder:
    """How far one's order is, with parcels, refunds, invoices and what can still be changed."""
    return await progress_of(db, order)


@router.post("/order/changes", status_code=201)
async def post_own_change(order: ProvenOrder, body: ChangeBody, db: Db) -> OwnOrder:
    """Change or cancel one's order: at once inside the window, otherwise by a request.

    What a customer asks for who is blocked is always a request.
    """
    asked = Asked(
        source="customer",
        customer=order.customer_id,
        blocked=await is_of_blocked(db, order),
        reason=body.reason,
        note=body.note,
    )
    await request_change(db, order, kind=body.kind, wanted=written(body.wanted()), asked=asked)
    await db.flush()
    return await progress_of(db, order)


@router.put("/order/changes/{change_id}/withdrawal")
async def put_own_withdrawal(order: ProvenOrder, change_id: UUID, db: Db) -> OwnOrder:
    """Take a request back that nobody has decided yet."""
    change = await db.get(OrderChange, change_id, with_for_update=True)
    if change is None or change.order_id != order.id:
        raise NotFound("There is no such request.")
    if change.source != "customer":
        raise Conflict("Our colleagues asked for this; please talk to them.", code="not_own")
    await withdraw(db, change, by=None)
    await db.flush()
    return await progress_of(db, order)


@router.post("/order/invoices", status_code=201)
async def post_own_invoice(order: ProvenOrder, body: InvoiceBody, db: Db) -> OwnOrder:
    """Apply for the invoice of one's order."""
    await apply_for_invoice(db, order, body.model_dump(), source="customer")
    return await progress_of(db, order)
