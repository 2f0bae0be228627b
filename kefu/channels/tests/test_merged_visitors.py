from __future__ import annotations

import pytest

from kefu.channels.tokens import issue_visitor_token
from kefu.channels.visitors import visitor_with, welcome
from kefu.conversations.tests.factories import an_inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Unauthenticated
from kefu.customers import Grounds, erase_customer, merge, unmerge
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent

KEY = b"a key for tests"


async def test_a_visitor_who_was_merged_away_writes_as_who_stays_and_as_themselves_again(
    db: Session,
) -> None:
    head = await an_agent(db, role="department_head")
    inbox = await an_inbox(db)
    kept, gone = await a_customer(db, name="李雷"), await a_customer(db)
    token = issue_visitor_token(gone.id, inbox.id, key=KEY, at=now())
    merged = await merge(db, gone, into=kept, grounds=Grounds())

    during = await visitor_with(db, inbox, token, key=KEY)
    again = await welcome(db, inbox, during, None, locale=None)
    await unmerge(db, merged, reason="mistake", by=head.id)
    after = await visitor_with(db, inbox, token, key=KEY)

    assert (during.customer.id, during.party().id) == (kept.id, kept.id)
    assert again.entered_as == gone.id
    assert after.customer.id == gone.id


async def test_the_token_of_one_who_was_merged_and_erased_opens_nothing(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    inbox = await an_inbox(db)
    kept, gone = await a_customer(db, name="李雷"), await a_customer(db)
    token = issue_visitor_token(gone.id, inbox.id, key=KEY, at=now())
    await merge(db, gone, into=kept, grounds=Grounds())
    await erase_customer(db, kept, name="李雷", reason="customer_request", by=head.id)

    with pytest.raises(Unauthenticated):
        await visitor_with(db, inbox, token, key=KEY)
