"""HTTP of sensitive words."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from kefu.conversations.schemas_sensitive_words import (
    NewWords,
    Trial,
    TrialBody,
    WordsAdded,
    WordShown,
)
from kefu.conversations.sensitive_words import (
    add_words,
    load_words,
    remove_word,
    shown_word,
    words_holding,
)
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, clean
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/sensitive-words", tags=["sensitive words"])


@router.get("")
async def get_words(
    db: Db,
    _actor: CurrentActor,
    q: Annotated[str, Query(max_length=40), AfterValidator(clean)] = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[WordShown]:
    """Words, the newest first; with `q`, those that hold it."""
    words, following = await words_holding(db, q, cursor=cursor, limit=limit)
    items = [WordShown.model_validate(shown_word(word)) for word in words]
    return Page(items=items, next_cursor=following)


@router.post("", status_code=201)
async def post_words(body: NewWords, db: Db, actor: CurrentActor) -> WordsAdded:
    """Mask, refuse or flag these words from now on."""
    words = await add_words(
        db, body.words, direction=body.direction, action=body.action, by=actor.id
    )
    return WordsAdded(items=[WordShown.model_validate(shown_word(word)) for word in words])


@router.delete("/{word_id}", status_code=204)
async def delete_word(word_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Let it pass."""
    await remove_word(db, word_id, by=actor.id)


@router.post("/trial")
async def post_trial(body: TrialBody, db: Db, _actor: CurrentActor) -> Trial:
    """What would become of a text, without sending it."""
    screened = (await load_words(db)).screen(body.text, body.direction)
    return Trial(
        text=screened.text,
        refused=screened.refused.word if screened.refused else None,
        flags=[word.word for word in screened.flags],
    )
