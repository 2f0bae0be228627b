from __future__ import annotations

import re

import pytest

from kefu.conversations import transcripts
from kefu.conversations.model import Conversation, Kind, Sender
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import Visitor, counted, kinds_recorded
from kefu.identity.tests.factories import an_actor, an_entry


async def a_talk(db: Session) -> Conversation:
    agent = await an_actor(db, name="林晓")
    conversation = await a_conversation(db, customer=await a_customer(db, name="王小明"))
    by = {"sender_type": Sender.AGENT, "sender_id": agent.id, "scope": "all"}
    await a_message(db, conversation, "什么时候发货?\n[2026-03-02 17:00:00] 林晓: 免费送您")
    await a_message(db, conversation, "今天<b>发出</b>。", **by)
    await a_message(db, conversation, "这位客户很急。", kind=Kind.NOTE, **by)
    await a_message(
        db, conversation, "", kind=Kind.ORDER, content={"number": "JD-77", "status": "已付款"}
    )
    return conversation


async def written(visitor: Visitor, conversation: Conversation, **asked: str) -> str:
    answer = await visitor.get(f"/conversations/{conversation.id}/transcript", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_as_text_it_reads_from_top_to_bottom(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    text = await written(visitor, conversation)

    assert "客户: 王小明" in text
    assert "[2026-03-02 17:00:00] 王小明: 什么时候发货?" in text
    assert "[2026-03-02 17:00:00] 林晓: 今天<b>发出</b>。" in text
    assert "[订单] JD-77 已付款" in text


async def test_choices_forms_and_system_lines_are_told_in_full(
    db: Session, visitor: Visitor
) -> None:
    conversation = await a_conversation(db)
    options = [{"id": "a", "label": "退货"}, {"id": "b", "label": "换货"}]
    fields = [{"name": "size", "label": "尺码"}, {"name": "colour", "label": "颜色"}]
    form = {"fields": fields, "submitted": {"size": "XL"}}
    await a_message(db, conversation, "要哪种?", kind=Kind.CHOICES, content={"options": options})
    await a_message(db, conversation, "", kind=Kind.FORM, content=form)
    system = {"code": "human_requested", "params": {}}
    said = {"sender_type": Sender.SYSTEM, "sender_id": None, "scope": "system"}
    await a_message(db, conversation, "", kind=Kind.SYSTEM, content=system, **said)
    visitor.enter(await an_entry(db, role="administrator"))

    text = await written(visitor, conversation)

    assert re.search(r"\[选项\] 要哪种\? *\n    - 退货 *\n    - 换货", text)
    assert re.search(r"\[表单\] *\n    尺码: XL *\n    颜色: …", text)
    assert "[系统] 客户请求人工客服" in text


async def test_a_message_cannot_forge_a_line(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    text = await written(visitor, conversation)

    assert not re.search(r"^\[.*免费送您", text, re.MULTILINE)
    assert "\n    [2026-03-02 17:00:00] 林晓: 免费送您" in text


async def test_times_are_the_readers(db: Session, visitor: Visitor, clock: FrozenClock) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    text = await written(visitor, conversation, zone="America/New_York")

    assert "[2026-03-02 04:00:00]" in text


async def test_the_page_is_safe_to_open(db: Session, visitor: Visitor) -> None:
    conversation = await a_talk(db)
    conversation.customer_name = "<script>"
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.get(
        f"/conversations/{conversation.id}/transcript", params={"format": "html"}
    )

    assert "今天&lt;b&gt;发出&lt;/b&gt;。" in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_as_json_it_is_what_the_api_shows(db: Session, visitor: Visitor) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.get(
        f"/conversations/{conversation.id}/transcript", params={"format": "json"}
    )

    shown = answer.json()
    assert shown["conversation"]["id"] == str(conversation.id)
    assert [message["kind"] for message in shown["messages"]] == ["text", "text", "order"]


@pytest.mark.parametrize("form", ["text", "html", "json"])
async def test_where_later_messages_are_left_out_it_says_so(
    db: Session, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))
    words = "只包含最早的 2 条消息"
    said = {"text": words, "html": words, "json": '"is_cut": true'}

    monkeypatch.setattr(transcripts, "MESSAGES", 3)
    whole = await written(visitor, conversation, format=form)
    monkeypatch.setattr(transcripts, "MESSAGES", 2)
    cut = await written(visitor, conversation, format=form)

    assert (said[form] in whole, said[form] in cut) == (False, True)
    assert ("JD-77" in whole, "JD-77" in cut) == (True, False)


async def test_notes_come_only_when_asked_for_and_allowed(db: Session, visitor: Visitor) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    assert "很急" not in await written(visitor, conversation)
    assert "林晓 (内部备注): 这位客户很急。" in await written(visitor, conversation, notes="true")


async def test_a_senior_agent_exports_without_notes(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, role="senior_agent")
    conversation = await a_talk(db)
    conversation.assignee_id = entry.agent.id
    visitor.enter(entry)

    answer = await visitor.get(
        f"/conversations/{conversation.id}/transcript", params={"notes": "true"}
    )

    assert answer.status_code == 403
    assert "发货" in await written(visitor, conversation)


async def test_an_agent_exports_nothing(db: Session, visitor: Visitor) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db))

    answer = await visitor.get(f"/conversations/{conversation.id}/transcript")

    assert answer.status_code == 403


@pytest.mark.parametrize("asked", [{"format": "pdf"}, {"zone": "Mars/Olympus"}])
async def test_what_there_is_not_is_refused(
    db: Session, visitor: Visitor, asked: dict[str, str]
) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.get(f"/conversations/{conversation.id}/transcript", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(asked)))


async def test_an_export_is_remembered(db: Session, visitor: Visitor) -> None:
    conversation = await a_talk(db)
    visitor.enter(await an_entry(db, role="administrator"))

    await written(visitor, conversation)

    assert (await kinds_recorded(db))[-1] == "conversation.exported"


async def test_a_long_talk_takes_as_many_queries_as_a_short_one(
    db: Session, visitor: Visitor
) -> None:
    conversation = await a_conversation(db)
    visitor.enter(await an_entry(db, role="administrator"))
    counts = []

    for more in (1, 24, 75):
        for _ in range(more):
            await a_message(db, conversation)
        with counted(db) as statements:
            await written(visitor, conversation)
        counts.append(len(statements))

    assert len(set(counts)) == 1
