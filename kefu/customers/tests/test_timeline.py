from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import pytest

from kefu.core.db import Session
from kefu.core.events import Event, record
from kefu.core.ids import uuid7
from kefu.customers import timeline_entry
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, a_label
from kefu.customers.timeline import SHOWN


@dataclass(frozen=True, kw_only=True)
class Waved(Event):
    kind: ClassVar[str] = "test.waved"
    times: int = 1


async def waved(db: Session, customer: UUID, *, times: int = 1) -> None:
    await record(db, Waved(subject=uuid7(), customer=customer, times=times))


async def test_the_newest_comes_first_with_who_when_and_text(db: Session, desk: Desk) -> None:
    customer, label = await a_customer(db), await a_label(db, "老客户")
    agent = await desk.sign_in(name="林晓")
    await waved(db, customer.id, times=3)
    await desk.post(f"/customers/{customer.id}/notes", {"text": "要开发票"})
    await desk.put(f"/customers/{customer.id}/labels", {"labels": [str(label.id)]})

    items = (await desk.get(f"/customers/{customer.id}/timeline")).json()["items"]

    assert [item["kind"] for item in items] == ["customer.labelled", "customer.noted", "test.waved"]
    assert items[0]["shown"] == {"added": ["老客户"], "removed": []}
    assert items[1]["shown"] == {"text": "要开发票"}
    assert items[1]["actor"] == {"id": str(agent.id), "name": "林晓", "avatar": None}
    assert (items[2]["details"], items[2]["shown"]) == ({"times": 3}, None)


async def test_a_removed_note_leaves_only_the_fact(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    made = (await desk.post(f"/customers/{customer.id}/notes", {"text": "要开发票"})).json()
    await desk.delete(f"/customers/{customer.id}/notes/{made['id']}")

    answer = await desk.get(f"/customers/{customer.id}/timeline")

    assert answer.json()["items"][1]["shown"] == {"text": None}
    assert "要开发票" not in answer.text


async def test_what_its_capability_does_not_show_this_reader_is_left_out(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOWN, "test.other", SHOWN.pop("test.other", None))
    monkeypatch.delitem(SHOWN, "test.other")
    monkeypatch.delitem(SHOWN, "test.waved", raising=False)

    @timeline_entry("test.waved")
    async def show(_db: Any, _actor: Any, facts: Any) -> dict[int, dict[str, Any]]:
        return {fact.id: {"hand": "left"} for fact in facts if fact.details["times"] > 1}

    customer = await a_customer(db)
    await desk.sign_in()
    await waved(db, customer.id)
    await waved(db, customer.id, times=2)

    items = (await desk.get(f"/customers/{customer.id}/timeline")).json()["items"]

    assert [item["shown"] for item in items] == [{"hand": "left"}]
    del SHOWN["test.waved"]


async def test_single_messages_and_other_customers_are_not_in_it(db: Session, desk: Desk) -> None:
    customer, other = await a_customer(db), await a_customer(db)
    await desk.sign_in()
    await waved(db, other.id)

    items = (await desk.get(f"/customers/{customer.id}/timeline")).json()["items"]

    assert items == []


async def test_pages_follow_each_other_without_gap_or_repetition(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    for times in range(1, 8):
        await waved(db, customer.id, times=times)

    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await desk.get(
            f"/customers/{customer.id}/timeline", params={"limit": 3, "cursor": cursor}
        )
        seen += [item["details"]["times"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]

    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("amount", [1, 25, 100])
async def test_a_page_takes_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    for _ in range(amount):
        await desk.post(f"/customers/{customer.id}/notes", {"text": "甲"})

    with counting() as statements:
        page = await desk.get(f"/customers/{customer.id}/timeline", params={"limit": 100})

    assert len(page.json()["items"]) == amount
    assert len(statements) == 5


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "W10", "\x00"])
async def test_a_cursor_from_elsewhere_is_refused(db: Session, desk: Desk, cursor: str) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.get(f"/customers/{customer.id}/timeline", params={"cursor": cursor})

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
