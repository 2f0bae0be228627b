from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.core.errors import Forbidden
from kefu.customers import Proof, check_consent, give_consent, has_consent
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer

GIVEN = {"purpose": "marketing", "channel": "web_chat", "evidence": "隐私条款 2025-11 勾选"}


async def test_a_consent_holds_for_its_own_purpose_only(db: Session) -> None:
    customer = await a_customer(db)

    await give_consent(db, customer, "marketing", proof=Proof("web_chat", "勾选"))

    assert await has_consent(db, customer.id, "marketing")
    with pytest.raises(Forbidden) as refused:
        await check_consent(db, customer.id, "survey")
    assert (refused.value.code, refused.value.detail) == ("no_consent", "survey")


async def test_a_withdrawn_consent_no_longer_holds_but_is_remembered(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/consents"
    given = (await desk.post(path, GIVEN)).json()

    withdrawn = await desk.put(f"{path}/{given['id']}/withdrawal", {"channel": "phone"})
    again = await desk.put(f"{path}/{given['id']}/withdrawal", {"channel": "phone"})

    assert (withdrawn.status_code, again.status_code) == (200, 409)
    assert not await has_consent(db, customer.id, "marketing")
    [row] = (await desk.get(path)).json()["items"]
    assert (row["evidence"], row["withdrawn_channel"]) == (GIVEN["evidence"], "phone")
    told = await facts()
    assert [fact.kind for fact in told] == ["consent.given", "consent.withdrawn"]
    assert GIVEN["evidence"] not in str([fact.details for fact in told])


async def test_a_consent_given_twice_stands_once(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/consents"

    first, second = [(await desk.post(path, GIVEN)).json()["id"] for _ in range(2)]

    assert first == second
    assert (await desk.get(f"/customers/{customer.id}")).json()["consents"] == ["marketing"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"purpose": "anything"}, "purpose"),
        ({"evidence": " "}, "evidence"),
        ({"channel": "网"}, "channel"),
    ],
)
async def test_a_consent_without_purpose_or_proof_is_none(
    db: Session, desk: Desk, more: dict[str, str], field: str
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/consents", GIVEN | more)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
