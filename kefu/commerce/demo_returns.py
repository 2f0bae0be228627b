"""The demo shop's returns: over thirty cases in all places, some late, some costly, made once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.appointments import free_times
from kefu.commerce.model import Product, Shop
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_warehouse import WarehouseLocation
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.checklists import Item, checklist_for, publish
from kefu.commerce.returns.costs import note_cost
from kefu.commerce.returns.disputing import dispute
from kefu.commerce.returns.example_cases import EXAMPLES, GOODS, Example
from kefu.commerce.returns.inspecting import Found, category_of, inspect
from kefu.commerce.returns.installing import book_visit
from kefu.commerce.returns.moving import open_step, take
from kefu.commerce.returns.policy import Anomaly, Policy, change_policy, versioned
from kefu.commerce.returns.refunding import offer_for, refund
from kefu.commerce.returns.repairing import set_state
from kefu.commerce.returns.replacing import reship
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.sending_back import send_back
from kefu.commerce.returns.settling import refund_difference
from kefu.commerce.returns.undoing import undo
from kefu.commerce.returns.warehouse import put_location, scan_in, scan_out
from kefu.commerce.terms import terms_of
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity import Actor, actor_for_agent, agents_who_may, departments_called
from kefu.promises import calendar_called

FIRST = "SYRT0001"
CALENDAR = "售后工作日（含调休）"
DELIVERED = timedelta(days=2)
PLACES = {"SH-01": "收货区", "A-01": "一号货架", "A-02": "二号货架", "ZJ-01": "质检台"}
GENERAL = [
    Item(key="complete", label="主机与配件齐全"),
    Item(
        key="condition", label="外观成色", kind="choice", choices=["全新", "轻微使用", "明显使用"]
    ),
    Item(key="works", label="功能正常"),
]
ANSWERS = {"complete": True, "condition": "轻微使用", "works": True}
DETERMINED = {
    "quality": "product_fault",
    "transport": "transport",
    "misuse": "misuse",
    "other": "misuse",
}


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does what in the demo."""

    agent: Actor
    reviewer: UUID
    inspector: UUID
    worker: UUID
    head: Actor
    place: WarehouseLocation


@demo_part("returns", order=60)
async def load_demo_returns(db: Session) -> None:
    """Put the cases in; a second time changes nothing."""
    if await db.scalar(select(Order.id).where(Order.number == FIRST)):
        return
    crew = await hired(db)
    if crew is None:
        return
    await prepare(db, crew)
    shop = await db.scalar(select(Shop).order_by(Shop.created_at, Shop.id).limit(1))
    if shop is None:
        shop = Shop(id=uuid7(), key="main", name="山野生活", kind="api")
        db.add(shop)
        await db.flush()
    products = {key: await a_product(db, shop, key) for key in GOODS}
    customers = list(await db.scalars(select(Customer).order_by(Customer.id)))
    for number, example in enumerate(EXAMPLES, start=1):
        owner = customers[number * 3 % len(customers)] if customers else None
        await walk(db, number, example, products[example.goods], owner, crew)


async def hired(db: Session) -> Crew | None:
    """The first colleague who may, for each part; nobody without an administrator."""
    heads = sorted(await agents_who_may(db, "return.define"))
    inspectors = sorted(await agents_who_may(db, "return.inspect") - set(heads))
    agents = sorted(await agents_who_may(db, "return.apply") - set(heads))
    if not heads:
        return None
    head = await actor_for_agent(db, heads[0])
    agent = await actor_for_agent(db, (agents or heads)[0])
    if head is None or agent is None:
        return None
    reviewers = sorted(await agents_who_may(db, "return.review") - set(heads))
    workers = sorted(await agents_who_may(db, "warehouse.work") - set(heads))
    places = [
        await put_location(db, code=code, name=name, kind="shelf") for code, name in PLACES.items()
    ]
    return Crew(
        agent=agent,
        reviewer=(reviewers or heads)[0],
        inspector=(inspectors or heads)[0],
        worker=(workers or heads)[0],
        head=head,
        place=places[1],
    )


async def prepare(db: Session, crew: Crew) -> None:
    """Settings with the demo's departments, and a checklist for goods of any category."""
    version, rules = await versioned(db)
    if version == 0:
        known = await departments_called(db, {"客户服务部", "物流部", "技术部"})
        places: dict[str, Any] = {
            node: known.get(name)
            for node, name in (
                ("review", "客户服务部"),
                ("send_back", "物流部"),
                ("repairing", "技术部"),
                ("reship", "物流部"),
                ("refund", "客户服务部"),
            )
        }
        wanted = Policy.model_validate(
            rules.model_dump()
            | {"departments": {node: place for node, place in places.items() if place}}
            | {"anomaly": Anomaly(quality_department=known.get("技术部"))}
            | {"calendar": await calendar_called(db, CALENDAR)}
        )
        await change_policy(db, wanted, version=0, by=crew.head.id)
    await publish(db, category="", name="通用质检清单", items=GENERAL, by=crew.head.id)


async def a_product(db: Session, shop: Shop, key: str) -> Product:
    title, model, category, price = GOODS[key]
    product = Product(
        id=uuid7(),
        shop_id=shop.id,
        external_id=f"RT-{key}",
        title=title,
        title_key=title.casefold(),
        search_terms=terms_of(title),
        category=category,
        model=model,
        price_from=price,
        warranty_months=24,
    )
    db.add(product)
    await db.flush()
    return product


async def an_order(
    db: Session, number: int, product: Product, owner: Customer | None
) -> tuple[Order, OrderLine]:
    """An order of one line that arrived two days ago."""
    arrived, price = now() - DELIVERED, product.price_from or 0
    placed = arrived - timedelta(days=2)
    order = Order(
        id=uuid7(),
        shop_id=product.shop_id,
        number=f"SYRT{number:04}",
        customer_id=owner.id if owner else None,
        status="delivered",
        placed_at=placed,
        paid_at=placed,
        shipped_at=placed + timedelta(hours=20),
        delivered_at=arrived,
        goods_amount=price,
        total_amount=price,
        paid_amount=price,
        recipient=owner.name if owner else None,
        search_terms=terms_of(owner.name if owner else ""),
        city="杭州市",
    )
    db.add(order)
    await db.flush()
    line = OrderLine(
        id=uuid7(),
        order_id=order.id,
        position=1,
        product_id=product.id,
        title=product.title,
        unit_price=price,
    )
    db.add(line)
    await db.flush()
    return order, line


async def walk(
    db: Session,
    number: int,
    example: Example,
    product: Product,
    owner: Customer | None,
    crew: Crew,
) -> None:
    """Let the case happen in its own time, up to now."""
    hours = sum(after for after, _ in example.walk) + example.rest
    with frozen(now() - timedelta(hours=hours)) as clock:
        order, line = await an_order(db, number, product, owner)
        wanted = Wanted(
            kind=example.kind,
            units=[Units(line.id, 1)],
            reason=example.reason,
            difference=example.difference,
        )
        case = await apply(db, order, wanted, by=crew.agent.id)
        for after, verb in example.walk:
            clock.advance(timedelta(hours=after))
            await VERBS[verb](db, case, crew, number)


async def reviewed(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    if case.node == "review":
        await worked_on(db, case, 0.5)
        await review(db, case, approved=True, grounds="", by=crew.reviewer)


async def taken(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await take(db, case, by=crew.inspector if case.node == "inspect" else crew.reviewer)


async def sent(db: Session, case: ReturnCase, crew: Crew, number: int) -> None:
    await reviewed(db, case, crew, number)
    carrier = ("sf", "jd")[number % 2]
    code = f"{carrier.upper()}{880_000 + number}"
    await send_back(db, case, carrier=carrier, tracking_number=code, by=None)


async def moved(db: Session, case: ReturnCase, _: Crew, __: int) -> None:
    step = await open_step(db, case)
    step.begun_at = now()


async def worked_on(db: Session, case: ReturnCase, hours: float) -> None:
    """Somebody had begun so many hours ago, as far as the case was there already."""
    step = await open_step(db, case)
    step.begun_at = step.begun_at or max(step.entered_at, now() - timedelta(hours=hours))


async def scanned(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await worked_on(db, case, 12)
    await scan_in(db, case.tracking_number or case.number, crew.place, by=crew.worker)


async def found(db: Session, case: ReturnCase, crew: Crew, *, accepted: bool) -> None:
    await worked_on(db, case, 1.5)
    checklist = await checklist_for(db, await category_of(db, case))
    determination = DETERMINED.get(case.reason, "as_new")
    result = Found(
        checklist=checklist.id, answers=ANSWERS, determination=determination, accepted=accepted
    )
    await inspect(db, case, result, by=crew.inspector)


async def inspected(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await found(db, case, crew, accepted=True)


async def rejected(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await found(db, case, crew, accepted=False)


async def refunded(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    offer = await offer_for(db, case, crew.head)
    await refund(db, case, amount=offer.parts.total, note="", by=crew.head)
    await scan_out(db, case.tracking_number or "", purpose="restock", by=crew.worker)


async def asked(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    offer = await offer_for(db, case, crew.agent)
    await refund(db, case, amount=offer.parts.total, note="客户要求全额", by=crew.agent)


async def given_back(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await refund_difference(db, case, note="换成便宜的一款", by=crew.head)


async def compensated(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await note_cost(
        db, case, kind="logistics_compensation", amount=3_000, note="物流延误", by=crew.agent.id
    )


async def disputed(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    words = "只试穿过一次，鞋底没有磨损。"
    await dispute(db, case, text=words, complaint=True, by=crew.agent.id)


async def shipped(db: Session, case: ReturnCase, crew: Crew, number: int) -> None:
    code = f"SF{990_000 + number}"
    await reship(db, case, carrier="sf", tracking_number=code, by=crew.worker)


async def received(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await set_state(db, case, "received", by=crew.worker)


async def diagnosed(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    await set_state(db, case, "diagnosing", note="电机异响", by=crew.worker)


async def booked(db: Session, case: ReturnCase, crew: Crew, _: int) -> None:
    """The first free slot from tomorrow on; without slots the case goes on waiting for one."""
    tomorrow = (now() + timedelta(days=1)).date()
    free = await free_times(db, "installation", "on_site", since=tomorrow, days=7)
    if free:
        await book_visit(db, case, at=free[0][0], mode="on_site", by=crew.agent.id)


async def withdrawn(db: Session, case: ReturnCase, _: Crew, __: int) -> None:
    await undo(db, case, way="withdrawn", by=None)


VERBS: dict[str, Callable[[Session, ReturnCase, Crew, int], Awaitable[None]]] = {
    "review": reviewed,
    "take": taken,
    "send": sent,
    "move": moved,
    "scan": scanned,
    "inspect": inspected,
    "reject": rejected,
    "refund": refunded,
    "ask": asked,
    "compensate": compensated,
    "give_back": given_back,
    "dispute": disputed,
    "ship": shipped,
    "receive": received,
    "diagnose": diagnosed,
    "book": booked,
    "withdraw": withdrawn,
}
