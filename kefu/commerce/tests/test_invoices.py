from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from sqlalchemy import select, text

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.invoices import (
    apply_for_invoice,
    change_invoice,
    issue_invoice,
    send_invoice,
    void_invoice,
)
from kefu.commerce.mailing_invoices import mail_invoice
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_orders import Order
from kefu.commerce.routes_invoices import router
from kefu.commerce.tests.care_factories import a_bought_order
from kefu.commerce.tests.factories import a_refund
from kefu.core.db import Database, Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import FactRow
from kefu.core.jobs import GiveUp
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import OneTransaction, counted
from kefu.notifications import MemoryMailer

TAX_NUMBER = "91350100M000100Y43"
PERSONAL = {"kind": "personal", "medium": "electronic", "title": "王芳", "email": "a@example.com"}
COMPANY = {
    "kind": "company",
    "medium": "paper",
    "title": "山野户外用品（杭州）有限公司",
    "tax_number": TAX_NUMBER,
    "address": "杭州市西湖区文三路 1 号",
}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


async def an_invoice(db: Session, order: Order | None = None, **given: Any) -> Invoice:
    order = order or await a_bought_order(db)
    return await apply_for_invoice(db, order, PERSONAL | given)


async def test_what_was_paid_and_did_not_go_back_is_invoiced(db: Session) -> None:
    order = await a_bought_order(db)
    await a_refund(db, order, amount=1500, status="approved")

    invoice = await an_invoice(db, order)

    assert (invoice.amount, invoice.state) == (8500, "applied")


async def test_no_fact_holds_title_or_tax_number(db: Session) -> None:
    await apply_for_invoice(db, await a_bought_order(db), COMPANY)

    (details,) = await db.scalars(select(FactRow.details).where(FactRow.kind == "invoice.applied"))
    assert details["invoice_kind"] == "company"
    assert not any(words in str(details) for words in ("山野", TAX_NUMBER, "文三路"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (COMPANY | {"tax_number": TAX_NUMBER[:-1] + "4"}, "tax_number"),
        (COMPANY | {"tax_number": None}, "tax_number"),
        (COMPANY | {"address": None}, "address"),
        (PERSONAL | {"email": None}, "email"),
        (PERSONAL | {"email": "nobody"}, "email"),
        (PERSONAL | {"tax_number": TAX_NUMBER}, "tax_number"),
    ],
)
async def test_what_an_invoice_lacks_is_named(
    db: Session, given: dict[str, Any], field: str
) -> None:
    order = await a_bought_order(db)

    with pytest.raises(Invalid) as refused:
        await apply_for_invoice(db, order, given)

    assert refused.value.field == field
    assert (await db.scalars(select(Invoice))).all() == []


async def test_an_order_has_one_invoice_in_force_and_must_be_paid(db: Session) -> None:
    order, unpaid = await a_bought_order(db), await a_bought_order(db, status="created")
    await an_invoice(db, order)

    with pytest.raises(RuleBroken) as twice:
        await an_invoice(db, order)
    with pytest.raises(RuleBroken) as early:
        await an_invoice(db, unpaid)

    assert (twice.value.code, early.value.code) == ("invoiced_already", "order_status")


async def test_before_it_is_issued_it_is_changed_in_place(db: Session) -> None:
    order = await a_bought_order(db)
    invoice = await an_invoice(db, order)

    changed = await change_invoice(db, invoice, order, COMPANY | {"email": None})

    assert changed is invoice
    assert (invoice.kind, invoice.tax_number) == ("company", TAX_NUMBER)


async def test_an_issued_one_is_changed_by_a_red_letter_and_a_new_one(db: Session) -> None:
    finance = await an_agent(db, role="department_head")
    order = await a_bought_order(db)
    invoice = await an_invoice(db, order)
    await issue_invoice(db, invoice, number="26332000000001", by=finance.id)
    with pytest.raises(Invalid) as refused:
        await change_invoice(db, invoice, order, {"title": "王小芳"})

    after = await change_invoice(db, invoice, order, {"title": "王小芳"}, red_number="HZ001")

    assert refused.value.field == "red_number"
    assert (invoice.state, invoice.red_number, invoice.void_reason) == ("void", "HZ001", "changed")
    assert (after.state, after.title, after.replaces_id) == ("applied", "王小芳", invoice.id)


async def mails_that_wait(db: Session) -> int:
    query = "select count(*) from jobs.pgqueuer where entrypoint = 'commerce.mail_invoice'"
    return int(await db.scalar(text(query)) or 0)


async def test_it_is_mailed_when_issued_and_again_when_asked(db: Session) -> None:
    finance, database, mailer = (
        await an_agent(db, role="department_head"),
        cast("Database", OneTransaction(db)),
        MemoryMailer(),
    )
    invoice = await an_invoice(db)
    with pytest.raises(Conflict):
        await send_invoice(db, invoice, by=None)
    await issue_invoice(db, invoice, number="26332000000001", by=finance.id)
    asked, before = await mails_that_wait(db), invoice.sends
    await mail_invoice(database, invoice.id, mailer, by=finance.id)

    await send_invoice(db, invoice, email="New@Example.com", by=finance.id)
    await mail_invoice(database, invoice.id, mailer, by=finance.id)

    assert (asked, before, await mails_that_wait(db)) == (1, 0, 2)
    assert [mail.to for mail in mailer.sent] == ["a@example.com", "new@example.com"]
    assert "26332000000001" in mailer.sent[0].text
    assert "100.00 CNY" in mailer.sent[0].text
    assert (invoice.sends, invoice.email) == (2, "new@example.com")
    kinds = list(await db.scalars(select(FactRow.kind).order_by(FactRow.id)))
    assert kinds.count("invoice.sent") == 2


async def test_without_a_mail_server_nothing_counts_as_sent(db: Session) -> None:
    invoice = await an_invoice(db)
    await issue_invoice(db, invoice, number="26332000000001", by=(await an_agent(db)).id)

    with pytest.raises(GiveUp):
        await mail_invoice(cast("Database", OneTransaction(db)), invoice.id, None)

    assert (invoice.sends, invoice.sent_at) == (0, None)


async def test_one_that_was_taken_back_meanwhile_is_not_mailed(db: Session) -> None:
    invoice, mailer = await an_invoice(db), MemoryMailer()
    await issue_invoice(db, invoice, number="26332000000001", by=(await an_agent(db)).id)
    await void_invoice(db, invoice, reason="other", red_number="HZ1", by=None)

    await mail_invoice(cast("Database", OneTransaction(db)), invoice.id, mailer)

    assert mailer.sent == []


async def test_paper_is_posted_by_whoever_says_so(db: Session) -> None:
    invoice = await apply_for_invoice(db, await a_bought_order(db), COMPANY)

    await issue_invoice(db, invoice, number="26332000000001", by=(await an_agent(db)).id)

    assert (invoice.sends, await mails_that_wait(db)) == (1, 0)


async def test_one_that_was_taken_back_stays_so(db: Session) -> None:
    invoice = await an_invoice(db)

    await void_invoice(db, invoice, reason="not_wanted", red_number=None, by=None)

    with pytest.raises(Conflict):
        await void_invoice(db, invoice, reason="other", red_number=None, by=None)


async def test_agents_apply_and_finance_issues(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db)
    await desk.sign_in("agent")
    applied = (await desk.post(f"/orders/{order.id}/invoices", PERSONAL)).json()
    path = f"/invoices/{applied['id']}"
    refused = await desk.put(f"{path}/issue", {"number": "1"})
    await desk.sign_in("other_department")

    issued = await desk.put(f"{path}/issue", {"number": "26332000000001"})

    assert (applied["state"], applied["email"]) == ("applied", "a****@example.com")
    assert refused.status_code == 403
    assert (issued.json()["state"], await mails_that_wait(db)) == ("issued", 1)


async def test_the_list_takes_as_many_queries_for_one_as_for_many(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    counts = []
    for more in (1, 24):
        for _ in range(more):
            await an_invoice(db)
        with counted(db) as statements:
            answer = await desk.get("/invoices?state=applied&limit=100")
        counts.append(len(statements))

    assert len(answer.json()["items"]) == 25
    assert counts[0] == counts[1]
