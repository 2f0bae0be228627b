"""HTTP of transcripts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kefu.conversations.access import conversation_for
from kefu.conversations.transcripts import ENDING, MIME, Form, transcript_of
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/conversations", tags=["transcripts"])


@router.get(
    "/{conversation_id}/transcript",
    response_class=Response,
    responses={200: {"content": {mime: {} for mime in MIME.values()}}},
)
async def get_transcript(
    conversation_id: UUID,
    db: Db,
    actor: CurrentActor,
    form: Annotated[Form, Query(alias="format")] = "text",
    zone: Annotated[str, Query(max_length=64)] = "Asia/Shanghai",
    notes: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Response:
    """The conversation as text, as a page to print, or as JSON.

    It holds the first 20,000 messages. Where there are more, text and page say so at their end, and
    JSON says so in `is_cut`.
    """
    conversation = await conversation_for(db, actor, conversation_id)
    written = await transcript_of(db, conversation, by=actor, form=form, zone=zone, notes=notes)
    name = f"kefu-{conversation.id}.{ENDING[form]}"
    return Response(
        written,
        media_type=f"{MIME[form]}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )
