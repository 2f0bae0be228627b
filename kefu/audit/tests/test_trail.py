from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import insert

from kefu.audit.export import safe
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.events import FactRow, record
from kefu.core.ids import uuid7
from kefu.identity import Actor
from kefu.identity.events import AgentChanged
from kefu.identity.tests import Visitor, counted
from kefu.identity.tests.factories import a_failed_sign_in, a_skill, an_actor, an_entry


@pytest.fixture
async def auditor(db: Session, visitor: Visitor) -> None:
    """The visitor's browser is the auditor's."""
    visitor.enter(await an_entry(db, role="auditor", name="郭敏"))


async def a_change(db: Session) -> tuple[Actor, Actor]:
    """A head changed somebody's grade; returns who and whom."""
    head = await an_actor(db, role="department_head", name="周敏")
    agent = await an_actor(db, name="林晓")
    await record(db, AgentChanged(subject=agent.id, actor=head.id, changed=("grade",)))
    return head, agent


async def test_the_trail_says_who_did_what_to_whom(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    head, agent = await a_change(db)

    row = (await visitor.get("/audit")).json()["items"][0]

    assert row["kind"] == "agent.changed"
    assert row["actor"] == {"id": str(head.id), "name": "周敏"}
    assert row["subject"] == {"id": str(agent.id), "name": "林晓"}
    assert row["details"] == {"changed": ["grade"]}


async def test_the_address_is_shown_where_it_is_known(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    await an_entry(db, address="192.0.2.1")
    await a_failed_sign_in(db, address="192.0.2.66")

    refused, started, own = (await visitor.get("/audit?kind=session")).json()["items"]

    assert (refused["kind"], refused["address"]) == ("session.refused", "192.0.2.66")
    assert (started["kind"], started["address"]) == ("session.started", "192.0.2.1")
    assert own["address"] is None


async def test_the_trail_is_narrowed_by_kind_actor_subject_and_time(
    db: Session, visitor: Visitor, clock: FrozenClock, auditor: None
) -> None:
    clock.advance(timedelta(days=1))
    head, agent = await a_change(db)
    moment = now().isoformat().replace("+00:00", "Z")
    clock.advance(timedelta(days=1))
    later = (await an_entry(db)).agent

    async def kinds(query: str) -> list[str]:
        answer = (await visitor.get(f"/audit?{query}")).json()
        return [row["kind"] for row in answer["items"]]

    assert await kinds("kind=agent.changed") == ["agent.changed"]
    assert await kinds("kind=agent") == ["agent.changed"]
    assert await kinds(f"actor={head.id}") == ["agent.changed"]
    assert await kinds(f"subject={agent.id}") == ["agent.changed"]
    assert await kinds(f"subject={agent.id}&to={moment}") == []
    assert await kinds(f"from={moment}") == ["session.started", "agent.changed"]
    assert await kinds(f"from={moment}&actor={later.id}") == ["session.started"]


async def test_single_messages_are_left_out_unless_asked_for(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    await db.execute(
        insert(FactRow).values(kind="message.sent", subject=uuid7(), details={}, at=now())
    )

    usual = (await visitor.get("/audit")).json()["items"]
    asked = (await visitor.get("/audit?kind=message.sent")).json()["items"]

    assert [row["kind"] for row in usual] == ["session.started"]
    assert [row["kind"] for row in asked] == ["message.sent"]


async def test_the_trail_is_paged_in_a_fixed_number_of_queries(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    for _ in range(4):
        await a_change(db)

    with counted(db) as for_two:
        first = (await visitor.get("/audit?limit=2")).json()
    with counted(db) as for_many:
        rest = (await visitor.get(f"/audit?limit=50&cursor={first['next_cursor']}")).json()

    assert len(first["items"]) == 2
    assert [row["kind"] for row in rest["items"]] == [
        *("agent.changed", "agent.changed", "session.started")
    ]
    assert rest["next_cursor"] is None
    assert len(for_two) <= len(for_many) <= 6


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=Agent;drop", "kind"),
        ("actor=me", "actor"),
        ("from=yesterday", "from"),
        ("from=2026-01-01T00:00:00", "from"),
        ("limit=101", "limit"),
        ("cursor=nonsense", "cursor"),
        ("where=1", "where"),
    ],
)
async def test_a_bad_filter_is_named(
    visitor: Visitor, auditor: None, query: str, field: str
) -> None:
    answer = await visitor.get(f"/audit?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("role", ["agent", "shift_leader", "department_head", "trainer"])
async def test_others_do_not_see_the_trail(db: Session, visitor: Visitor, role: str) -> None:
    visitor.enter(await an_entry(db, role=role))

    for path in ("/audit", "/audit/kinds", "/audit/export"):
        assert (await visitor.get(path)).status_code == 403


async def test_the_kinds_one_can_ask_for_are_listed(visitor: Visitor, auditor: None) -> None:
    kinds = (await visitor.get("/audit/kinds")).json()

    assert {"agent.changed", "session.refused", "role.changed", "audit.exported"} <= set(kinds)


async def test_the_trail_is_taken_away_as_csv_and_that_is_remembered(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    await a_change(db)

    answer = await visitor.get("/audit/export?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer.headers["content-disposition"]
    assert [row["kind"] for row in rows] == ["audit.exported", "agent.changed", "session.started"]
    assert rows[1]["subject_name"] == "林晓"
    assert json.loads(rows[1]["details"]) == {"changed": ["grade"]}


async def test_the_trail_is_taken_away_as_json_lines(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    answer = await visitor.get("/audit/export?format=jsonl&kind=session")

    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["subject"]["name"] for row in rows] == ["郭敏"]


async def test_names_that_look_like_formulas_are_only_shown(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    entry = await an_entry(db, name='=HYPERLINK("http://x")')

    answer = await visitor.get(f"/audit/export?subject={entry.agent.id}")
    row = next(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert row["subject_name"].startswith("'=")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


async def test_names_of_what_is_no_agent_stay_open(
    db: Session, visitor: Visitor, auditor: None
) -> None:
    skill = await a_skill(db)
    await db.execute(
        insert(FactRow).values(kind="skill.created", subject=skill.id, details={}, at=now())
    )

    row = (await visitor.get("/audit?kind=skill.created")).json()["items"][0]

    assert (row["subject"]["name"], row["actor"]) == (None, None)
