from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.commerce.after_sales import request_after_sale
from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.changing import Asked
from kefu.commerce.model_order_care import AfterSaleRequest
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.reactions_after_sales import open_cases
from kefu.commerce.returns.replacing import reship
from kefu.commerce.tests.care_factories import a_bought_order, line_and_product
from kefu.commerce.tests.factories import a_sku
from kefu.commerce.tests.factories_returns import a_case, a_policy
from kefu.commerce.tests.test_care_told import facts_so_far, told_to
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity.tests.factories import an_agent


async def requested(db: Session, order: Order, kind: str, **more: Any) -> AfterSaleRequest:
    line, _, _ = await line_and_product(db, order)
    given = {"line": line.id} | more.pop("line", {})
    return await request_after_sale(
        db, order, kind=kind, lines=[given], method=None, asked=Asked(**more)
    )


async def the_requests(db: Session) -> list[Fact]:
    found = await facts_so_far(db)
    return [fact for fact in found if fact.kind == "order.after_sale_requested"]


async def cases(db: Session) -> Sequence[ReturnCase]:
    await db.flush()
    return (await db.scalars(select(ReturnCase).order_by(ReturnCase.id))).all()


@pytest.mark.parametrize("kind", ["return", "exchange", "repair", "installation", "refund_only"])
async def test_what_was_asked_for_opens_its_case_once(db: Session, kind: str) -> None:
    agent, conversation = await an_agent(db), UUID(int=7)
    order = await a_bought_order(db, status="delivered")
    line, product, _ = await line_and_product(db, order)
    sku = await a_sku(db, product, price=10000)
    more = {"line": {"sku": sku.id}} if kind == "exchange" else {}
    request = await requested(
        db, order, kind, by=agent.id, conversation=conversation, reason="quality", **more
    )

    await open_cases(db, await the_requests(db))
    await open_cases(db, await the_requests(db))

    (case,) = await cases(db)
    assert (case.kind, case.request_id, case.reason) == (kind, request.id, "quality")
    assert (case.conversation_id, case.created_by, case.channel) == (
        conversation,
        agent.id,
        "desk",
    )
    kept = (await db.scalars(select(ReturnLine))).one()
    assert (kept.order_line_id, kept.quantity) == (line.id, line.quantity)


async def test_an_exchange_sends_out_the_option_that_was_asked_for(db: Session) -> None:
    agent = await an_agent(db)
    order = await a_bought_order(db, status="delivered")
    _, product, _ = await line_and_product(db, order)
    green = await a_sku(db, product, price=10000, specs={"颜色": "墨绿"})
    await requested(db, order, "exchange", line={"sku": green.id}, by=agent.id)
    await open_cases(db, await the_requests(db))
    (case,) = await cases(db)
    case.node = "reship"
    case.process_id = None

    await reship(db, case, carrier="sf", tracking_number="SF900", by=agent.id)

    sent = await db.scalar(select(OrderLine).where(OrderLine.order_id == case.replacement_order_id))
    assert sent is not None
    assert (sent.sku_id, sent.specs) == (green.id, {"颜色": "墨绿"})


async def test_goods_that_are_in_a_case_are_not_asked_for_again(db: Session) -> None:
    order = await a_bought_order(db, status="delivered")
    await a_policy(db)
    await a_case(db, order=order)

    with pytest.raises(RuleBroken) as broken:
        await requested(db, order, "return")

    assert broken.value.code == "too_many_units"


async def test_a_request_that_came_too_late_is_told_to_who_asked(db: Session) -> None:
    agent = await an_agent(db)
    order = await a_bought_order(db, status="delivered")
    request = await requested(db, order, "return", by=agent.id)
    await a_case(db, order=order)

    await open_cases(db, await the_requests(db))
    await open_cases(db, await the_requests(db))

    assert len(await cases(db)) == 1
    assert request.refusal == "too_many_units"
    assert await told_to(db, agent.id) == ["order.after_sale_unopened"]


async def test_goods_on_their_way_are_not_repaired(db: Session) -> None:
    order = await a_bought_order(db, status="shipped")

    with pytest.raises(RuleBroken) as broken:
        await requested(db, order, "repair")

    assert broken.value.code == "order_status"
