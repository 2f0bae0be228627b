from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.customers import customer_by_identity, identify
from kefu.customers.events import CustomerErased
from kefu.customers.model import Consent
from kefu.customers.personal_data import EXPORTS, exports_customer
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_label, an_attribute

SECRETS = ["李雷", "13800138000", "li@example.com", "42-secret", "310101", "要开发票", "口头同意"]


async def a_known_customer(db: Session, desk: Desk) -> Any:
    await an_attribute(db, "id_card", "text", sensitive=True)
    await desk.sign_in()
    customer = await identify(
        db,
        identities=[("external_id", "42-secret", True)],
        name="李雷",
        phone="13800138000",
        email="li@example.com",
        locale="zh-CN",
        attributes={"id_card": "310101199001011234"},
    )
    path = f"/customers/{customer.id}"
    await desk.post(f"{path}/notes", {"text": "要开发票"})
    await desk.put(f"{path}/labels", {"labels": [str((await a_label(db)).id)]})
    consent = {"purpose": "care", "channel": "phone", "evidence": "口头同意"}
    await desk.post(f"{path}/consents", consent)
    return customer


async def test_what_is_masked_is_shown_for_a_reason_and_remembered(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_known_customer(db, desk)

    answer = await desk.post(f"/customers/{customer.id}/reveal", {"reason": "call_customer"})

    assert answer.json()["phone"] == "+8613800138000"
    assert answer.json()["attributes"] == {"id_card": "310101199001011234"}
    told = (await facts())[-1]
    assert (told.kind, told.details["reason"]) == ("customer.revealed", "call_customer")
    assert told.details["verified"] is False
    assert "138" not in str(told.details)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "curiosity"}])
async def test_without_a_reason_nothing_is_shown(db: Session, desk: Desk, body: Any) -> None:
    customer = await a_known_customer(db, desk)

    answer = await desk.post(f"/customers/{customer.id}/reveal", body)

    assert (answer.status_code, answer.json()["field"]) == (422, "reason")


async def test_an_export_holds_everything_about_one_person(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_known_customer(db, desk)

    answer = await desk.get(f"/customers/{customer.id}/export")

    assert answer.headers["content-disposition"].startswith("attachment")
    assert set(answer.json()) >= {"profile", "notes", "labels", "consents", "history"}
    assert [secret for secret in SECRETS if secret not in answer.text] == []
    assert (await facts())[-1].kind == "customer.exported"


def test_two_capabilities_do_not_export_the_same_section() -> None:
    with pytest.raises(ValueError, match="notes"):
        exports_customer("notes")(EXPORTS["notes"])


async def test_an_erased_customer_is_forgotten_everywhere(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_known_customer(db, desk)
    path = f"/customers/{customer.id}"

    answer = await desk.post(f"{path}/erasure", {"name": "李雷", "reason": "customer_request"})

    assert answer.status_code == 200
    assert answer.json()["name"] == "已删除的客户"
    told = (await facts())[-1]
    assert (told.kind, told.details) == (CustomerErased.kind, {"reason": "customer_request"})
    texts = [
        (await desk.get(path + below)).text for below in ("", "/notes", "/timeline", "/export")
    ]
    assert [secret for secret in SECRETS if secret in "".join(texts)] == []
    assert await customer_by_identity(db, "external_id", "42-secret") is None
    assert (await desk.get("/customers", params={"q": "李雷"})).json()["items"] == []


async def test_that_there_was_a_consent_stays_our_proof(db: Session, desk: Desk) -> None:
    customer = await a_known_customer(db, desk)

    await desk.post(
        f"/customers/{customer.id}/erasure", {"name": "李雷", "reason": "customer_request"}
    )

    [row] = (await desk.get(f"/customers/{customer.id}/consents")).json()["items"]
    assert (row["purpose"], row["evidence"]) == ("care", "")
    assert row["withdrawn_at"] is not None
    assert (await db.get_one(Consent, row["id"])).given_at is not None


async def test_who_comes_back_after_the_erasure_is_a_new_customer(db: Session, desk: Desk) -> None:
    customer = await a_known_customer(db, desk)
    await desk.post(
        f"/customers/{customer.id}/erasure", {"name": "李雷", "reason": "customer_request"}
    )

    back = await identify(db, identities=[("external_id", "42-secret", True)])

    assert back.id != customer.id


@pytest.mark.parametrize("name", ["李", "王小明"])
async def test_an_erasure_asks_for_the_name(db: Session, desk: Desk, name: str) -> None:
    customer = await a_known_customer(db, desk)

    answer = await desk.post(
        f"/customers/{customer.id}/erasure", {"name": name, "reason": "customer_request"}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "name")
    assert customer.erased_at is None


async def test_an_erased_customer_is_neither_erased_again_nor_changed(
    db: Session, desk: Desk
) -> None:
    customer = await a_known_customer(db, desk)
    path = f"/customers/{customer.id}"
    body = {"name": "李雷", "reason": "customer_request"}
    await desk.post(f"{path}/erasure", body)

    consent = {"purpose": "care", "channel": "phone", "evidence": "再次"}
    answers = [
        await desk.post(f"{path}/erasure", body),
        await desk.patch(path, {"name": "李雷"}),
        await desk.post(f"{path}/notes", {"text": "又来了"}),
        await desk.put(f"{path}/labels", {"labels": []}),
        await desk.post(f"{path}/consents", consent),
    ]

    assert [answer.status_code for answer in answers] == [409] * 5
