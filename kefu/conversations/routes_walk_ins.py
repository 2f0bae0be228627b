"""HTTP of walk-ins."""

from __future__ import annotations

from fastapi import APIRouter

from kefu.conversations.recording_walk_ins import (
    WalkIn,
    customer_or_new,
    new_customer,
    record_walk_in,
)
from kefu.conversations.rows import rows_of
from kefu.conversations.schemas import ConversationRow
from kefu.conversations.schemas_walk_ins import WalkInBody
from kefu.core.clock import now
from kefu.core.http import Db
from kefu.customers import customer_for
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/walk-ins", tags=["walk-ins"])


@router.post("", status_code=201)
async def post_walk_in(body: WalkInBody, db: Db, actor: CurrentActor) -> ConversationRow:
    """Put down that somebody came in person, what about, and what became of it."""
    customer_or_new(body.customer, is_new=body.person is not None)
    if body.person is not None:
        customer = await new_customer(db, **body.person.model_dump())
    else:
        assert body.customer is not None
        customer = await customer_for(db, actor, body.customer)
    walk_in = WalkIn(text=body.text, outcome=body.outcome, at=body.at or now())
    conversation = await record_walk_in(db, customer, walk_in, by=actor)
    return ConversationRow.model_validate((await rows_of(db, [conversation]))[0])
