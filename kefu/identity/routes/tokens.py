"""API tokens."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity.access import token_for
from kefu.identity.actor import CurrentActor
from kefu.identity.listing import list_tokens
from kefu.identity.schemas import MadeToken, NewToken, TokenRow
from kefu.identity.tokens import create_token, revoke_token
from kefu.identity.views import token_row

router = APIRouter(prefix="/tokens", tags=["tokens"])


@router.get("")
async def get_tokens(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[TokenRow]:
    rows, next_cursor = await list_tokens(db, actor, cursor=cursor, limit=limit)
    return Page(items=[token_row(row, name) for row, name in rows], next_cursor=next_cursor)


@router.post("", status_code=201)
async def post_token(body: NewToken, db: Db, actor: CurrentActor) -> MadeToken:
    token, text = await create_token(db, **body.model_dump(), by=actor)
    return MadeToken(token=text, row=token_row(token, actor.name))


@router.delete("/{token_id}", status_code=204)
async def delete_token(token_id: UUID, db: Db, actor: CurrentActor) -> None:
    await revoke_token(db, await token_for(db, actor, token_id), by=actor.id)
