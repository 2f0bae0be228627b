"""Taking and handing over: the next colleague knows what the last one knew (R022, R023)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kefu.conversations.access import conversation_for
from kefu.conversations.assignment import claim, transfer
from kefu.conversations.model import Conversation, Message, Status
from kefu.conversations.rows import rows_of
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.ids import uuid7
from kefu.identity import Actor
from kefu.identity.tests.factories import a_team, an_actor


async def handed(
    db: Session, conversation: Conversation, by: Actor, to: Actor, summary: str
) -> None:
    await transfer(
        db, conversation, by=by, assignee=to.id, team=None, summary=summary, reason="expertise"
    )


async def test_after_two_hand_overs_the_third_agent_has_summary_history_and_count(
    db: Session,
) -> None:
    one, two, three = [await an_actor(db, name=name) for name in ("林晓", "刘洋", "孙倩")]
    conversation = await a_conversation(db)
    await a_message(db, conversation, "订单 SY2026-100377 地址填错了")
    await claim(db, conversation, by=one)

    await handed(db, conversation, one, two, "要改地址，订单 SY2026-100377")
    await handed(db, conversation, two, three, "仓库已出库，改走拦截")

    seen = await conversation_for(db, three, conversation.id)
    notes = await db.scalars(
        select(Message.text).where(Message.kind == "note").order_by(Message.seq)
    )
    assert (seen.summary, seen.transfers) == ("仓库已出库，改走拦截", 2)
    assert list(notes) == ["要改地址，订单 SY2026-100377", "仓库已出库，改走拦截"]
    assert (await rows_of(db, [seen]))[0]["assignee"]["name"] == "孙倩"


async def test_who_handed_it_over_no_longer_sees_it_with_scope_own(db: Session) -> None:
    one, two = await an_actor(db, name="林晓"), await an_actor(db, name="刘洋")
    conversation = await a_conversation(db)
    await claim(db, conversation, by=one)

    await handed(db, conversation, one, two, "请接手")

    with pytest.raises(NotFound):
        await conversation_for(db, one, conversation.id)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"summary": "  "}, "summary"),
        ({"summary": "长" * 2001}, "summary"),
        ({"reason": "because"}, "reason"),
        ({"assignee": uuid7()}, "assignee_id"),
        ({"assignee": None, "team": uuid7()}, "team_id"),
        ({"assignee": None}, "assignee_id"),
    ],
)
async def test_a_hand_over_without_what_the_next_one_needs_is_refused(
    db: Session, changed: dict[str, object], field: str
) -> None:
    one, two = await an_actor(db, name="林晓"), await an_actor(db, name="刘洋")
    conversation = await a_conversation(db)
    await claim(db, conversation, by=one)
    wanted = {"assignee": two.id, "team": None, "summary": "请接手", "reason": "other"}

    with pytest.raises(Invalid) as refusal:
        await transfer(db, conversation, by=one, **(wanted | changed))  # type: ignore[arg-type]

    assert refusal.value.field == field
    assert (conversation.assignee_id, conversation.transfers) == (one.id, 0)


async def test_a_conversation_handed_to_a_team_waits_for_somebody_of_it(db: Session) -> None:
    one, team = await an_actor(db, name="林晓"), await a_team(db)
    conversation = await a_conversation(db)
    await claim(db, conversation, by=one)

    await transfer(
        db, conversation, by=one, assignee=None, team=team.id, summary="退货", reason="expertise"
    )

    assert (conversation.status, conversation.assignee_id) == (Status.WAITING, None)
    assert (conversation.team_id, conversation.waiting_since is None) == (team.id, False)


async def test_what_somebody_has_is_not_taken(db: Session) -> None:
    one, two = await an_actor(db, name="林晓"), await an_actor(db, name="刘洋")
    conversation = await a_conversation(db)
    await claim(db, conversation, by=one)

    with pytest.raises(Conflict):
        await claim(db, conversation, by=two)
