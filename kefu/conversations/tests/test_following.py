from __future__ import annotations

from kefu.conversations.following import show_whose
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session, pushes_of
from kefu.customers import Grounds, merge, unmerge
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
