from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import grant_access
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, a_label


async def test_a_note_is_written_changed_and_removed(db: Session, desk: Desk, facts: Any) -> None:
    customer = await a_customer(db)
    await desk.sign_in(name="林晓")
    path = f"/customers/{customer.id}/notes"

    made = (await desk.post(path, {"text": "只在晚上\n接电话 🌙"})).json()
    changed = await desk.patch(f"{path}/{made['id']}", {"text": "白天也可以"})
    gone = await desk.delete(f"{path}/{made['id']}")

    assert made["text"] == "只在晚上\n接电话 🌙"
    assert made["author"]["name"] == "林晓"
    assert changed.json()["changed_at"] is not None
    assert gone.status_code == 204
    assert (await desk.get(path)).json()["items"] == []
    kinds = [fact.kind for fact in await facts()]
    assert kinds == ["customer.noted", "customer.note_changed", "customer.note_removed"]


async def test_only_the_author_or_a_leader_changes_a_note(db: Session, desk: Desk) -> None:
    author = await desk.sign_in("agent")
    customer = await a_customer(db, served_by=author.id)
    path = f"/customers/{customer.id}/notes"
    made = (await desk.post(path, {"text": "甲"})).json()
    colleague = await desk.sign_in("agent")
    await grant_access(db, customer.id, agent=colleague.id)

    refused = await desk.patch(f"{path}/{made['id']}", {"text": "乙"})
    await desk.sign_in("department_head")
    allowed = await desk.patch(f"{path}/{made['id']}", {"text": "丙"})

    assert (refused.status_code, allowed.status_code) == (403, 200)


async def test_a_note_is_not_reached_through_another_customer(db: Session, desk: Desk) -> None:
    customer, other = await a_customer(db), await a_customer(db)
    await desk.sign_in()
    made = (await desk.post(f"/customers/{customer.id}/notes", {"text": "甲"})).json()

    answer = await desk.patch(f"/customers/{other.id}/notes/{made['id']}", {"text": "乙"})

    assert answer.status_code == 404


@pytest.mark.parametrize("text", ["", "   \n", "长" * 5001])
async def test_an_empty_or_endless_note_is_refused(db: Session, desk: Desk, text: str) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/notes", {"text": text})

    assert (answer.status_code, answer.json()["field"]) == (422, "text")


@pytest.mark.parametrize("amount", [1, 25, 100])
async def test_a_page_of_notes_takes_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/notes"
    for number in range(amount):
        await desk.post(path, {"text": f"第{number}条"})

    with counting() as statements:
        page = (await desk.get(path, params={"limit": 100})).json()

    assert len(page["items"]) == amount
    assert page["items"][0]["text"] == f"第{amount - 1}条"
    assert len(statements) == 4


async def test_a_customer_has_exactly_the_labels_put(db: Session, desk: Desk, facts: Any) -> None:
    customer = await a_customer(db)
    one, other = await a_label(db, "老客户"), await a_label(db, "送礼")
    await desk.sign_in()
    path = f"/customers/{customer.id}/labels"

    await desk.put(path, {"labels": [str(one.id)]})
    page = (await desk.put(path, {"labels": [str(other.id), str(other.id)]})).json()
    await desk.put(path, {"labels": [str(other.id)]})

    assert [label["name"] for label in page["labels"]] == ["送礼"]
    told = [fact.details for fact in await facts()]
    assert told == [
        {"added": [str(one.id)], "removed": []},
        {"added": [str(other.id)], "removed": [str(one.id)]},
    ]


async def test_an_unknown_label_is_refused(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.put(f"/customers/{customer.id}/labels", {"labels": [str(uuid7())]})

    assert (answer.status_code, answer.json()["field"]) == (422, "labels")


async def test_labels_are_defined_renamed_and_removed_from_everybody(
    db: Session, desk: Desk
) -> None:
    customer = await a_customer(db)
    await desk.sign_in("department_head")
    made = (await desk.post("/customer-labels", {"name": "KOL", "colour": "#ff8800"})).json()
    twice = await desk.post("/customer-labels", {"name": "kol"})
    await desk.patch(f"/customer-labels/{made['id']}", {"name": "达人"})
    page = await desk.put(f"/customers/{customer.id}/labels", {"labels": [made["id"]]})

    gone = await desk.delete(f"/customer-labels/{made['id']}")

    assert (twice.status_code, gone.status_code) == (409, 204)
    assert page.json()["labels"][0]["name"] == "达人"
    assert (await desk.get(f"/customers/{customer.id}")).json()["labels"] == []
