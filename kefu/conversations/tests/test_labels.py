from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import select

from kefu.conversations.labels import create_label, put_labels
from kefu.conversations.model import ConversationLabel, Label
from kefu.conversations.rows import rows_of
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.identity.tests import Visitor, counted, kinds_recorded
from kefu.identity.tests.factories import an_actor, an_entry


async def a_label(db: Session, name: str, **more: Any) -> Label:
    label = Label(name=name, **more)
    db.add(label)
    await db.flush()
    return label


def frames(db: Session, kind: str) -> list[dict[str, Any]]:
    pushed = [orjson.loads(push.text) for push in pushes_of(db)]
    return [frame for frame in pushed if frame.get("kind") == kind]


async def test_a_conversation_carries_the_labels_that_were_put_and_no_others(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    refund, delivery = await a_label(db, "退款"), await a_label(db, "物流")
    await put_labels(db, conversation, [refund.id], by=agent.id)

    await put_labels(db, conversation, [delivery.id], by=agent.id)

    worn = (await db.scalars(select(ConversationLabel))).all()
    assert [(one.label_id, one.activity_at) for one in worn] == [
        (delivery.id, conversation.activity_at)
    ]


async def test_the_event_of_a_labelling_makes_an_old_row_the_fresh_one(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    label = await a_label(db, "加急")

    await put_labels(db, conversation, [label.id], by=agent.id)

    told = frames(db, "conversation.labelled")[0]
    assert told["data"] == (await rows_of(db, [conversation]))[0]
    assert told["seq"] == conversation.last_seq


async def test_putting_the_same_labels_again_changes_nothing(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    label = await a_label(db, "加急")
    await put_labels(db, conversation, [label.id], by=agent.id)

    await put_labels(db, conversation, [label.id, label.id], by=agent.id)

    assert (await kinds_recorded(db)).count("conversation.labelled") == 1


async def test_a_label_that_does_not_exist_is_refused_by_name_of_the_field(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)

    with pytest.raises(Invalid) as refused:
        await put_labels(db, conversation, [uuid7()], by=agent.id)

    assert refused.value.field == "labels"


async def test_a_leader_makes_renames_and_removes_a_label(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="shift_leader"))

    made = await visitor.post("/labels", {"name": "退款", "colour": "#ff0000"})
    renamed = await visitor.patch(f"/labels/{made.json()['id']}", {"name": "退货退款"})
    removed = await visitor.delete(f"/labels/{made.json()['id']}")

    assert (made.status_code, renamed.json()["name"]) == (201, "退货退款")
    assert removed.status_code == 204
    assert (await visitor.get("/labels")).json()["items"] == []


async def test_an_agent_may_put_labels_but_not_make_them(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, role="agent")
    conversation = await a_conversation(db, assignee_id=entry.agent.id)
    label = await a_label(db, "物流")
    visitor.enter(entry)

    put = await visitor.put(f"/conversations/{conversation.id}/labels", {"labels": [str(label.id)]})
    made = await visitor.post("/labels", {"name": "新"})

    assert [one["name"] for one in put.json()["labels"]] == ["物流"]
    assert made.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "两\n行"}, "name"),
        ({"name": "红", "colour": "red"}, "colour"),
        ({"name": "红", "shade": 1}, "shade"),
    ],
)
async def test_a_bad_label_is_refused_by_its_field(
    db: Session, visitor: Visitor, body: dict[str, Any], field: str
) -> None:
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post("/labels", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_name_that_is_taken_is_a_conflict(db: Session, visitor: Visitor) -> None:
    await a_label(db, "物流")
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.post("/labels", {"name": "物流"})

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


async def test_labels_are_listed_in_one_query_however_many(db: Session, visitor: Visitor) -> None:
    admin = await an_actor(db, role="administrator")
    for number in range(30):
        await create_label(db, name=f"标签{number:02}", colour="#112233", by=admin.id)
    visitor.enter(await an_entry(db))
    counts = []

    for limit in (1, 25, 100):
        with counted(db) as statements:
            page = await visitor.get("/labels", params={"limit": limit})
        counts.append(len(statements))

    assert len(page.json()["items"]) == 30
    assert len(set(counts)) == 1


async def test_a_page_of_labels_goes_on_where_the_last_ended(db: Session, visitor: Visitor) -> None:
    for name in ("a", "b", "c"):
        await a_label(db, name)
    visitor.enter(await an_entry(db))

    first = (await visitor.get("/labels", params={"limit": 2})).json()
    second = (await visitor.get("/labels", params={"cursor": first["next_cursor"]})).json()

    assert [one["name"] for one in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None
