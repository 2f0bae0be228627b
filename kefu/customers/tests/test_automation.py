from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kefu.core.automation import ACTIONS, SUBJECTS, About, Hit, Outcome
from kefu.core.clock import now
from kefu.core.condition_fields import Asking
from kefu.core.conditions import compiled, parsed
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.customers import automation
from kefu.customers.labels import define_label, labels_named
from kefu.customers.model import Customer, CustomerNote
from kefu.customers.model_segments import DIMENSIONS, Standing
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent

FIGURES = ("orders", "spent", "returns", "complaints")


async def take(db: Session, action: str, *customers: Customer, **params: Any) -> list[Outcome]:
    found = ACTIONS[action]
    if found.check is not None:
        await found.check(db, params)
    hits = [Hit(uuid7(), uuid7(), "", "customer", one.id, About()) for one in customers]
    outcomes = await found.run(db, hits, params) or {}
    await db.flush()
    return [outcomes[hit.run] for hit in hits]


async def test_a_label_and_a_note_are_put_on_those_who_are_not_erased(db: Session) -> None:
    agent = await an_agent(db)
    label = await define_label(db, name="重点关注", colour="red", by=agent.id)
    customer, erased = await a_customer(db), await a_customer(db)
    erased.erase(now())
    await db.flush()

    labelled = await take(db, "customer.label", customer, erased, label=str(label.id))
    noted = await take(db, "customer.note", customer, text="连续两次评价偏低")

    assert [outcome.shown() for outcome in labelled] == [
        {"result": "done"},
        {"result": "skipped", "code": "erased"},
    ]
    assert [one.id for one in (await labels_named(db, [customer.id]))[customer.id]] == [label.id]
    assert noted[0].result == "done"
    note = await db.scalar(select(CustomerNote))
    assert note is not None
    assert (note.author_id, note.text) == (None, "连续两次评价偏低")


async def test_an_unknown_label_is_refused_when_the_rule_is_kept(db: Session) -> None:
    with pytest.raises(Invalid) as refused:
        await take(db, "customer.label", await a_customer(db), label=str(uuid7()))

    assert refused.value.field == "label"


async def test_every_field_of_customers_can_be_asked(db: Session) -> None:
    customer = await a_customer(db, phone="+8613800138000")
    subject = SUBJECTS["customer"]
    asked = {
        "all": [
            {"field": "tier", "operator": "is", "value": ["standard"]},
            {"field": "label", "operator": "is_empty"},
            {"field": "blocked", "operator": "is", "value": False},
            {"field": "has_phone", "operator": "is", "value": True},
            {"field": "has_email", "operator": "is", "value": False},
            {"field": "created", "operator": "within_days", "value": 1},
            {"field": "last_seen", "operator": "within_days", "value": 1},
            {"field": "name", "operator": "contains", "value": customer.name[0]},
            *({"field": name, "operator": "is", "value": ["other"]} for name in DIMENSIONS),
            {"field": "lifecycle", "operator": "is_not", "value": ["core", "of_our_own"]},
            *({"field": name, "operator": "at_most", "value": 0} for name in FIGURES),
        ]
    }
    condition = parsed(asked, subject.fields)
    clause = compiled(condition, subject.fields, Asking(at=now()))

    assert await db.scalar(select(subject.id).where(clause)) == customer.id
    assert (await automation.about_customers(db, [customer.id]))[customer.id].title == customer.name


async def test_a_rule_can_ask_for_a_segment(db: Session) -> None:
    core, _ = await a_customer(db), await a_customer(db)
    values = dict.fromkeys(DIMENSIONS, "other") | {"lifecycle": "core"}
    db.add(Standing(customer_id=core.id, **values))
    await db.flush()
    subject = SUBJECTS["customer"]
    asked = {"all": [{"field": "lifecycle", "operator": "is", "value": ["core"]}]}
    clause = compiled(parsed(asked, subject.fields), subject.fields, Asking(at=now()))

    assert list(await db.scalars(select(subject.id).where(clause))) == [core.id]
