from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from kefu.conversations.labels import labels_on, put_labels
from kefu.conversations.lifecycle import close
from kefu.conversations.model import Conversation, Label, Priority, Status
from kefu.conversations.rows import rows_of
from kefu.conversations.tests.factories import a_conversation
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session, pushes_of
from kefu.core.ids import uuid7
from kefu.customers import block_customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import Visitor, kinds_recorded
from kefu.identity.tests.factories import a_team, an_actor, an_entry

NOBODY = str(uuid7())
HANDED = {"summary": "要换货", "reason": "other"}


async def do(
    visitor: Visitor, conversations: list[Conversation], action: str, **params: Any
) -> dict[str, Any]:
    ids = [str(conversation.id) for conversation in conversations]
    body = {"ids": ids, "action": action, "params": params}
    answer = await visitor.post("/conversations/bulk", body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def undone(visitor: Visitor, answer: dict[str, Any]) -> list[str | None]:
    done = await visitor.post(f"/conversations/bulk/{answer['undo']['id']}")
    return [(one["problem"] or {}).get("code") for one in done.json()["results"]]


@pytest.fixture
async def leader(db: Session, visitor: Visitor) -> Visitor:
    visitor.enter(await an_entry(db, role="administrator"))
    return visitor


async def test_each_answers_for_itself(db: Session, leader: Visitor) -> None:
    open_one, closed = await a_conversation(db), await a_conversation(db, status=Status.CLOSED)
    ids = [str(open_one.id), str(closed.id), str(uuid7())]

    body = {"ids": ids, "action": "close", "params": {"reason": "已解决"}}
    results = (await leader.post("/conversations/bulk", body)).json()["results"]

    assert [result["id"] for result in results] == ids
    assert [(result["problem"] or {}).get("code") for result in results] == [
        None,
        "illegal_transition",
        "not_found",
    ]
    assert (open_one.status, open_one.close_reason) == (Status.CLOSED, "已解决")


async def test_what_one_may_not_see_is_not_touched(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db)
    mine = await a_conversation(db, assignee_id=entry.agent.id)
    theirs = await a_conversation(db, assignee_id=(await an_actor(db)).id)
    visitor.enter(entry)

    answer = await do(visitor, [mine, theirs], "priority", priority=3)

    assert [result["ok"] for result in answer["results"]] == [True, False]
    assert (mine.priority, theirs.priority) == (Priority.URGENT, Priority.NORMAL)


async def test_closing_is_undone_with_everything_as_it_was(
    db: Session, leader: Visitor, clock: FrozenClock
) -> None:
    waiting = await a_conversation(db)
    active = await a_conversation(
        db, status=Status.ACTIVE, assignee_id=(await an_actor(db)).id, waiting_since=None
    )
    since = waiting.waiting_since
    clock.advance(timedelta(minutes=1))
    answer = await do(leader, [waiting, active], "close")

    problems = await undone(leader, answer)

    assert problems == [None, None]
    assert (waiting.status, waiting.waiting_since) == (Status.WAITING, since)
    assert (active.status, active.closed_at) == (Status.ACTIVE, None)


async def test_a_talk_of_a_customer_blocked_meanwhile_comes_back_shut(
    db: Session, leader: Visitor
) -> None:
    customer = await a_customer(db)
    talk, other = await a_conversation(db, customer=customer), await a_conversation(db)
    answer = await do(leader, [talk, other], "close")
    await block_customer(db, customer, by=uuid7())

    await undone(leader, answer)

    assert [(one.status, one.blocked) for one in (talk, other)] == [
        (Status.WAITING, True),
        (Status.WAITING, False),
    ]


async def test_labels_are_added_taken_off_and_put_back(db: Session, leader: Visitor) -> None:
    one, other = Label(name="一"), Label(name="二")
    db.add_all([one, other])
    conversation = await a_conversation(db)
    await put_labels(db, conversation, [one.id], by=(await an_actor(db)).id)

    added = await do(leader, [conversation], "label", labels=[str(other.id)])
    both = await labels_on(db, conversation.id)
    await undone(leader, added)
    again = await labels_on(db, conversation.id)
    await do(leader, [conversation], "unlabel", labels=[str(one.id)])

    assert (both, again) == ({one.id, other.id}, {one.id})
    assert await labels_on(db, conversation.id) == set()


async def test_conversations_are_handed_over_and_back(db: Session, leader: Visitor) -> None:
    team = await a_team(db)
    conversation = await a_conversation(db)

    answer = await do(
        leader, [conversation], "team", team=str(team.id), summary="请接手", reason="overload"
    )
    handed = conversation.team_id
    await undone(leader, answer)

    assert (handed, conversation.team_id) == (team.id, None)
    assert (await kinds_recorded(db))[-2:] == [
        "conversation.assigned",
        "conversations.bulk_undone",
    ]


async def test_snoozing_and_priority_are_undone(
    db: Session, leader: Visitor, clock: FrozenClock
) -> None:
    conversation = await a_conversation(db)
    until = (now() + timedelta(hours=1)).isoformat()

    snoozed = await do(leader, [conversation], "snooze", until=until)
    await undone(leader, snoozed)
    urgent = await do(leader, [conversation], "priority", priority=3)
    await undone(leader, urgent)

    assert (conversation.status, conversation.priority) == (Status.WAITING, Priority.NORMAL)


async def test_what_was_changed_since_stays(db: Session, leader: Visitor) -> None:
    conversation = await a_conversation(db)
    answer = await do(leader, [conversation], "priority", priority=3)
    await do(leader, [conversation], "priority", priority=2)

    assert await undone(leader, answer) == ["changed_since"]
    assert conversation.priority == Priority.HIGH


async def test_it_is_undone_once_in_time_and_by_whoever_did_it(
    db: Session, leader: Visitor, clock: FrozenClock
) -> None:
    first = await do(leader, [await a_conversation(db)], "close")
    late = await do(leader, [await a_conversation(db)], "close")
    path = "/conversations/bulk/"
    await leader.post(path + first["undo"]["id"])

    again = await leader.post(path + first["undo"]["id"])
    clock.advance(timedelta(minutes=6))
    too_late = await leader.post(path + late["undo"]["id"])
    leader.enter(await an_entry(db, role="administrator"))
    by_another = await leader.post(path + late["undo"]["id"])

    assert (again.json()["code"], too_late.json()["code"]) == ("undone", "too_late")
    assert by_another.status_code == 404


async def test_nothing_changed_leaves_nothing_to_undo(db: Session, leader: Visitor) -> None:
    conversation = await a_conversation(db)

    answer = await do(leader, [conversation], "priority", priority=Priority.NORMAL)

    assert (answer["results"][0]["ok"], answer["undo"]) == (True, None)


async def test_events_of_the_action_and_its_undoing_end_in_the_fresh_row(
    db: Session, leader: Visitor
) -> None:
    conversation = await a_conversation(db)

    await undone(leader, await do(leader, [conversation], "close"))

    frames = [orjson.loads(push.text) for push in pushes_of(db)]
    rows = [f["data"] for f in frames if f.get("kind") == "conversation.reopened" and f["actor"]]
    assert rows[-1] == (await rows_of(db, [conversation]))[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ids": []}, "ids"),
        ({"ids": [str(uuid7()) for _ in range(201)]}, "ids"),
        ({"action": "explode"}, "action"),
        ({"params": {"priority": 9}}, "params.priority"),
        ({"action": "label", "params": {"labels": [str(uuid7())]}}, "params.labels"),
        ({"action": "team", "params": {"team": NOBODY, "reason": "other"}}, "params.summary"),
        ({"action": "assign", "params": HANDED | {"assignee": NOBODY}}, "params.assignee"),
        ({"action": "team", "params": HANDED | {"team": NOBODY, "reason": "x"}}, "params.reason"),
    ],
)
async def test_a_bad_order_is_refused_by_its_field(
    db: Session, leader: Visitor, change: dict[str, Any], field: str
) -> None:
    body = {"ids": [str(uuid7())], "action": "priority", "params": {"priority": 1}} | change

    answer = await leader.post("/conversations/bulk", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_action_needs_what_it_works_with(db: Session, leader: Visitor) -> None:
    answer = await leader.post("/conversations/bulk", {"ids": [str(uuid7())], "action": "snooze"})

    assert (answer.status_code, answer.json()["field"]) == (422, "params.until")


async def test_an_inspector_changes_nothing(db: Session, visitor: Visitor) -> None:
    conversation = await a_conversation(db)
    visitor.enter(await an_entry(db, role="quality_inspector"))

    body = {"ids": [str(conversation.id)], "action": "close"}

    assert (await visitor.post("/conversations/bulk", body)).status_code == 403
    assert (await db.scalars(select(Conversation.status))).one() == Status.WAITING


async def test_a_closed_one_among_many_does_not_stop_the_others(
    db: Session, leader: Visitor
) -> None:
    conversations = [await a_conversation(db) for _ in range(5)]
    await close(db, conversations[2], by=None)

    answer = await do(leader, conversations, "close")

    assert [result["ok"] for result in answer["results"]] == [True, True, False, True, True]
