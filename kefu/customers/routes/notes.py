"""Notes of a customer."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.notes import change_note, note, note_of, notes_of, remove_note
from kefu.customers.schemas import NoteRow, WrittenNote
from kefu.customers.views import note_rows
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.get("/customers/{customer_id}/notes")
async def get_notes(
    customer_id: UUID, db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[NoteRow]:
    customer = await customer_for(db, actor, customer_id)
    notes, next_cursor = await notes_of(db, customer, cursor=cursor, limit=limit)
    return Page(items=await note_rows(db, notes), next_cursor=next_cursor)


@router.post("/customers/{customer_id}/notes", status_code=201)
async def post_note(customer_id: UUID, body: WrittenNote, db: Db, actor: CurrentActor) -> NoteRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    return (await note_rows(db, [await note(db, customer, text=body.text, by=actor.id)]))[0]


@router.patch("/customers/{customer_id}/notes/{note_id}")
async def patch_note(
    customer_id: UUID, note_id: UUID, body: WrittenNote, db: Db, actor: CurrentActor
) -> NoteRow:
    customer = await customer_for(db, actor, customer_id)
    kept = await note_of(db, customer, note_id)
    await change_note(db, kept, text=body.text, by=actor)
    return (await note_rows(db, [kept]))[0]


@router.delete("/customers/{customer_id}/notes/{note_id}", status_code=204)
async def delete_note(customer_id: UUID, note_id: UUID, db: Db, actor: CurrentActor) -> None:
    customer = await customer_for(db, actor, customer_id)
    await remove_note(db, await note_of(db, customer, note_id), by=actor)
