from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kefu.conversations.conditions import condition_clause
from kefu.conversations.demo_tools import LABELS, REPLIES, VIEWS, WORDS, load_demo_tools
from kefu.conversations.model import Conversation, Label
from kefu.conversations.model_tools import CannedReply, SavedView, SensitiveWord
from kefu.core.db import Session
from kefu.identity.tests.factories import an_actor


async def counts(db: Session) -> list[int | None]:
    tables: list[Any] = [Label, CannedReply, SavedView, SensitiveWord]
    return [await db.scalar(select(func.count()).select_from(table)) for table in tables]


async def test_the_tools_are_put_in_once(db: Session) -> None:
    by = await an_actor(db, role="administrator")

    await load_demo_tools(db, by=by)
    await load_demo_tools(db, by=by)

    words = sum(len(several) for _, _, several in WORDS)
    assert await counts(db) == [len(LABELS), len(REPLIES), len(VIEWS), words]


async def test_every_view_of_the_demo_can_be_asked(db: Session) -> None:
    actor = await an_actor(db)

    for _, conditions in VIEWS:
        clause = condition_clause(conditions, actor=actor)
        assert (await db.scalars(select(Conversation.id).where(clause))).all() == []
