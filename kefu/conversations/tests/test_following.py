from __future__ import annotations

import pytest
from sqlalchemy import select

from kefu.conversations.blocking import block
from kefu.conversations.following import show_whose
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session, pushes_of
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.customers import Grounds, block_customer, merge, unmerge
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent


async def test_a_conversation_shows_the_name_of_who_stays_and_its_own_again(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db, name="韩梅梅", tier="vip"), await a_customer(db, name="李雷")
    conversation = await a_conversation(db, customer=gone)
    merged = await merge(db, gone, into=kept, grounds=Grounds())
    pushes_of(db).clear()

    await show_whose(db, {kept.id, gone.id})
    await db.refresh(conversation)

    assert (conversation.customer_id, conversation.customer_name) == (kept.id, "韩梅梅")
    assert conversation.customer_tier == "vip"
    [push] = pushes_of(db)
    assert "list:all" in push.topics
    assert "韩梅梅" in push.text

    await unmerge(db, merged, reason="mistake", by=head.id)
    await show_whose(db, {kept.id, gone.id})
    await db.refresh(conversation)

    assert (conversation.customer_id, conversation.customer_name) == (gone.id, "李雷")


@pytest.mark.parametrize("who", ["kept", "gone"])
async def test_a_merge_shuts_the_talks_of_both_and_its_undoing_gives_them_back(
    db: Session, who: str
) -> None:
    head = await an_agent(db, role="department_head")
    people = {"kept": await a_customer(db), "gone": await a_customer(db)}
    talks = {name: await a_conversation(db, customer=one) for name, one in people.items()}
    await block_customer(db, people[who], by=head.id)

    merged = await merge(db, people["gone"], into=people["kept"], grounds=Grounds(by=head.id))
    during = {name: talk.blocked for name, talk in talks.items()}
    ended = {topic for push in pushes_of(db) for topic in push.topics if topic[:8] == "visitor:"}
    await unmerge(db, merged, reason="mistake", by=head.id)

    assert during == {"kept": True, "gone": True}
    assert ended == {f"visitor:{one.id}" for one in people.values()}
    assert {name: talk.blocked for name, talk in talks.items()} == {
        "kept": who == "kept",
        "gone": who == "gone",
    }


async def test_a_merge_of_two_who_may_write_touches_no_conversation(db: Session) -> None:
    kept, gone = await a_customer(db), await a_customer(db)
    talks = [await a_conversation(db, customer=one) for one in (kept, gone)]
    await block(db, talks[0], by=uuid7())

    await merge(db, gone, into=kept, grounds=Grounds())

    told = select(FactRow.subject).where(FactRow.kind == "conversation.blocked")
    assert list(await db.scalars(told)) == [talks[0].id]
