"""A shop and a carrier that play, with faults on the way; what was lost is found and mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.applications import Starlette

import kefu.commerce.jobs_sources  # noqa: F401 - it says how a book is written to
from kefu.commerce.changing import Asked, request_change
from kefu.commerce.documents import OrderDocument
from kefu.commerce.logistics.watching import look
from kefu.commerce.measures_logistics import order_status_accuracy
from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import OrderWindow
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.model_sources import Reconciliation, ReconciliationDifference, Source
from kefu.commerce.reactions_logistics import watch_what_was_promised
from kefu.commerce.routes_logistics import router as logistics
from kefu.commerce.routes_orders import router as orders
from kefu.commerce.settling import write_back
from kefu.commerce.sources.reconciling import reconcile
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.factories import a_shop
from kefu.commerce.tests.logistics import fact_of
from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import Period
from kefu.core.wire import Answer, Unreachable
from kefu.entry.simulators.books import Book, CarrierBook, ShopBook
from kefu.entry.simulators.faults import Faults
from kefu.entry.simulators.running import Mouth
from kefu.entry.simulators.serving import app_for
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import OneTransaction

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "book-secret"


class OverHttp:
    """Asks applications by their hosts, as the wire asks servers."""

    def __init__(self, apps: Mapping[str, Starlette | FastAPI]) -> None:
        self._apps = apps

    async def get(self, url: str, headers: Mapping[str, str], *, keep: int) -> Answer:
        app = self._apps.get(urlsplit(url).hostname or "")
        if app is None:
            raise Unreachable("No answer within 10 s.")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            answer = await client.get(url, headers=dict(headers))
        assert len(answer.content) <= keep
        return Answer(answer.status_code, answer.content, 1)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, keep: int | None = None
    ) -> Answer:
        app = self._apps[urlsplit(url).hostname or ""]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            answer = await client.post(url, content=body, headers=dict(headers))
        assert keep is None or len(answer.content) <= keep
        return Answer(answer.status_code, answer.content, 1)


class Play:
    """Some hours of a shop and its carriers, told to Kefu with faults."""

    def __init__(self, desk: Desk, *, share: float) -> None:
        self.shop = ShopBook(shop="sim", seed=5)
        self.carriers = [CarrierBook(code=code, seed=6) for code in ("sf", "jd")]
        self.faults = Faults(share=share, seed=13)
        self.scan_faults = Faults(share=share, seed=9)
        self._desk = desk
        self.mouth = Mouth(self._send, self.faults)
        self.scan_mouth = Mouth(self._send, self.scan_faults)

    async def _send(self, path: str, body: dict[str, Any]) -> object:
        answer = await self._desk.post(path, body)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    async def run(self, db: Session, clock: FrozenClock, steps: int) -> None:
        for step in range(steps):
            clock.advance(timedelta(minutes=5))
            at = clock.now()
            await self.mouth.tell(self.shop.step(at, new=8 if step < steps // 2 else 0))
            for carrier in self.carriers:
                carrier.take(self.shop.entries.values(), at)
                await self.scan_mouth.tell(carrier.step(at))
            await worked(db)
        await self.mouth.rest()
        await self.scan_mouth.rest()
        await worked(db)


async def worked(db: Session) -> None:
    rows = await db.scalars(select(FactRow).where(FactRow.kind.like("order.%")))
    await watch_what_was_promised(db, [fact_of(row) for row in rows])
    while await look(db) == 500:
        pass


async def a_source(db: Session, name: str, book: str, **more: Any) -> Source:
    source = Source(
        id=uuid7(), name=name, kind="book", book=book, url=f"http://{name}", secret=SECRET, **more
    )
    db.add(source)
    await db.flush()
    return source


async def found_by(db: Session, reconciliation: Any) -> list[ReconciliationDifference]:
    table = ReconciliationDifference
    return list(await db.scalars(select(table).where(table.reconciliation_id == reconciliation)))


async def test_every_injected_difference_is_found_and_mended_and_nothing_else(
    db: Session,
) -> None:
    shop = await a_shop(db, key="sim")
    with frozen(START) as clock:
        async with desk_of(db, orders, logistics) as desk:
            await desk.sign_in("administrator")
            play = Play(desk, share=0.02)
            await play.run(db, clock, 32)
        wire, database = OverHttp(apps_of(play)), OneTransaction(db)
        sources = [await a_source(db, "shop", "orders", shop_id=shop.id)]
        sources += [await a_source(db, code, "tracking", account=code) for code in ("sf", "jd")]
        wrong_orders = await differing(db, play.shop)

        runs = []
        for one in sources:
            run = await reconcile(database, one.id, wire, grace=timedelta())  # type: ignore[arg-type]
            runs.append(run)
            await worked(db)
        found = [await found_by(db, run) for run in runs]
        measured = await order_status_accuracy(db, Period(START, clock.now() + timedelta(days=1)))
        wrong_after = await differing(db, play.shop)
        again = [
            await reconcile(database, one.id, wire, grace=timedelta())  # type: ignore[arg-type]
            for one in sources
        ]
        left = [await found_by(db, run) for run in again]

    lost_scans = set(play.scan_faults.lost)
    missing = {one.external_id for part in found[1:] for one in part if one.kind == "missing_scan"}
    assert play.faults.counts["lost"] > 0
    assert len(lost_scans) > 0
    assert wrong_orders
    assert {one.number for one in found[0]} == wrong_orders
    assert missing == lost_scans
    assert all(one.mended_at for part in found for one in part)
    assert left == [[], [], []]
    assert await differing(db, play.shop) == set()
    first = (await db.scalars(select(Reconciliation).where(Reconciliation.id == runs[0]))).one()
    as_found = measured.parts["as_found"]
    assert first.alike == first.compared - len(wrong_orders)
    assert first.alike_after == first.compared - len(wrong_after)
    assert (as_found.value or 100) < (measured.value or 0)
    assert (measured.value or 0) >= 99.5
    print(
        f"orders {first.compared}, wrong before mending {first.differences}; scans lost "
        f"{len(lost_scans)}; status accuracy as found {as_found.value:.2f} %, "
        f"once mended {measured.value:.2f} %"
    )


def apps_of(play: Play) -> dict[str, Starlette]:
    """The books of a play, each where its owner serves it."""
    books: dict[str, Book] = {"shop": play.shop}
    books |= {carrier.code: carrier for carrier in play.carriers}
    return {
        name: app_for(book, name="orders" if name == "shop" else "tracking", secret=SECRET)
        for name, book in books.items()
    }


async def differing(db: Session, book: ShopBook) -> set[str]:
    """Numbers whose status is not the book's, worked out without the reconciliation."""
    ours = {row.number: row.status for row in await db.execute(select(Order.number, Order.status))}
    return {
        number
        for number, order in book.entries.items()
        if ours.get(number) != order["status"]
        and not (order["status"] == "shipped" and ours.get(number) == "delivered")
    }


async def test_without_faults_everything_is_as_the_books_say(db: Session) -> None:
    await a_shop(db, key="sim")
    with frozen(START) as clock:
        async with desk_of(db, orders, logistics) as desk:
            await desk.sign_in("administrator")
            play = Play(desk, share=0.0)
            await play.run(db, clock, 12)

    assert await differing(db, play.shop) == set()
    told = sum(len(parcel["scans"]) for book in play.carriers for parcel in book.entries.values())
    assert len((await db.scalars(select(TrackingEvent.id))).all()) == told
    assert (await db.scalars(select(Shipment.id))).first() is not None


async def a_played_order(db: Session, book: ShopBook, status: str) -> Order:
    """An order of the book in this status, as Kefu has heard of it."""
    told = next(one for one in book.entries.values() if one["status"] == status)
    shop = await db.scalar(select(Shop).where(Shop.key == "sim")) or await a_shop(db, key="sim")
    (taken,) = await take_orders(db, shop, [OrderDocument.model_validate(told)])
    return await db.get_one(Order, taken.id)


async def test_the_simulated_shop_takes_a_change_once_and_refuses_what_has_left(
    db: Session,
) -> None:
    book = ShopBook(shop="sim", seed=5)
    with frozen(START) as clock:
        for _ in range(12):
            clock.advance(timedelta(minutes=5))
            book.step(clock.now(), new=2)
        paid = await a_played_order(db, book, "paid")
        sent = await a_played_order(db, book, "shipped")
        await a_source(db, "shop", "orders", shop_id=paid.shop_id, takes_changes=True)
        window = select(OrderWindow).where(OrderWindow.kind == "cancel")
        (await db.scalars(window)).one().statuses = ["paid", "shipped"]
        (await db.scalars(window)).one().minutes = None
        wire: Any = OverHttp({"shop": app_for(book, name="orders", secret=SECRET)})
        asked = Asked(reason="no_longer_needed")
        changes = [
            await request_change(db, order, kind="cancel", wanted={}, asked=asked)
            for order in (paid, sent)
        ]
        for change in (*changes, changes[0]):
            await write_back(OneTransaction(db), change.id, wire)  # type: ignore[arg-type]

    assert [change.state for change in changes] == ["executed", "refused_by_shop"]
    assert changes[1].refusal == "already_shipped"
    assert book.entries[paid.number]["status"] == paid.status == "cancelled"
    assert book.entries[sent.number]["status"] == sent.status == "shipped"
    assert book.entries[paid.number]["version"] == (paid.version or 0) + 1


async def test_a_source_that_is_away_is_noted_and_changes_nothing(db: Session) -> None:
    source = await a_source(db, "gone", "tracking")

    run = await reconcile(OneTransaction(db), source.id, OverHttp({}))  # type: ignore[arg-type]

    kept = await db.get_one(Reconciliation, run)
    assert kept.failure == source.failure == "No answer within 10 s."
    assert source.answered_at is None


@pytest.mark.parametrize("secret", ["", "wrong"])
async def test_a_book_is_shown_to_whoever_knows_its_secret(secret: str) -> None:
    app = app_for(ShopBook(shop="sim", seed=1), name="orders", secret=SECRET)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://book"
    ) as client:
        refused = await client.get("/book/orders", headers={"Authorization": f"Bearer {secret}"})
        shown = await client.get("/book/orders", headers={"Authorization": f"Bearer {SECRET}"})

    assert refused.status_code == 401
    assert shown.json() == {"items": [], "next": None}


def test_one_seed_plays_the_same_twice() -> None:
    plays = []
    for _ in range(2):
        book, faults = ShopBook(shop="sim", seed=3), Faults(share=0.3, seed=4)
        out = [one for step in range(30) for telling in book.step(START + timedelta(minutes=step))
               for one in faults.pass_on(telling)]  # fmt: skip
        plays.append([one.key for one in out])

    assert plays[0] == plays[1]
    assert len(set(plays[0])) < len(plays[0])
