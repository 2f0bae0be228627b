from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow, record
from kefu.core.ids import uuid7
from kefu.core.reactions import GROUPS, FactAside, reacts_to
from kefu.identity.events import AgentChanged
from kefu.identity.tests import Visitor
from kefu.identity.tests.factories import an_entry

GROUP = "tested"


async def a_fact_set_aside(db: Session) -> UUID:
    subject = uuid7()
    await record(db, AgentChanged(subject=subject, changed=("grade",)))
    query = select(FactRow.id).where(FactRow.subject == subject)
    fact = (await db.scalars(query)).one()
    db.add(
        FactAside(
            group_name=GROUP,
            fact=fact,
            kind="agent.changed",
            subject=subject,
            error="ValueError('no')",
            at=now(),
        )
    )
    await db.flush()
    return subject


@pytest.fixture
async def administrator(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator", name="沈岚"))


async def test_what_was_set_aside_is_listed_with_its_error(
    db: Session, visitor: Visitor, administrator: None
) -> None:
    subject = await a_fact_set_aside(db)

    rows = (await visitor.get("/facts/aside")).json()["items"]

    assert [(row["subject"], row["error"]) for row in rows] == [(str(subject), "ValueError('no')")]


async def test_a_replay_reacts_again_and_empties_the_list(
    db: Session, visitor: Visitor, administrator: None
) -> None:
    seen: list[str] = []

    @reacts_to("agent.changed", group=GROUP)
    async def note(_: Session, facts: list[Fact]) -> None:
        seen.extend(fact.kind for fact in facts)

    subject = await a_fact_set_aside(db)

    answer = await visitor.post("/facts/aside/replay", {"group": GROUP, "subject": str(subject)})
    GROUPS.pop(GROUP)

    assert answer.json() == {"replayed": 1}
    assert seen == ["agent.changed"]
    assert (await visitor.get("/facts/aside")).json()["items"] == []


async def test_replaying_what_is_not_set_aside_is_refused(
    visitor: Visitor, administrator: None
) -> None:
    body = {"group": GROUP, "subject": str(uuid7())}

    answer = await visitor.post("/facts/aside/replay", body)

    assert (answer.status_code, answer.json()["field"]) == (404, "subject")
