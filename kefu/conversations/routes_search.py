"""HTTP of the search."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime

from kefu.conversations.schemas_search import SearchHit
from kefu.conversations.searching import Question, phrases_in, search_messages
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, clean
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/search", tags=["search"])


@router.get("/messages")
async def get_messages(
    db: Db,
    actor: CurrentActor,
    q: Annotated[str, Query(max_length=200), AfterValidator(clean)],
    inbox: UUID | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[SearchHit]:
    """Messages that hold all words of `q`, newest first; words in quotation marks stay together.

    A page may be short and still have a `next_cursor`: there may be more further back.
    """
    question = Question(phrases_in(q), actor, inbox, since, until)
    items, following = await search_messages(db, question, cursor=cursor, limit=limit)
    return Page(items=[SearchHit.model_validate(item) for item in items], next_cursor=following)
