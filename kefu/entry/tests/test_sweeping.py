"""What of a book a comparison reads: what changed, and all of it within a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from kefu.commerce.measures_logistics import order_status_accuracy
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import (
    BookEntry,
    Reconciliation,
    ReconciliationDifference,
    Source,
)
from kefu.commerce.sources import reconciling
from kefu.commerce.sources.keeping import change_source
from kefu.commerce.tests.care_factories import ask
from kefu.commerce.tests.factories import a_shop
from kefu.core.clock import FrozenClock, frozen, iso
from kefu.core.db import Session
from kefu.core.measures import Period
from kefu.core.wire import Answer
from kefu.entry.simulators.books import ShopBook
from kefu.entry.simulators.serving import app_for
from kefu.entry.tests.test_simulators import SECRET, START, OverHttp, a_source
from kefu.identity.tests.factories import an_actor
from kefu.identity.tests.visiting import OneTransaction

RUNS_A_DAY = 288


class Noting(OverHttp):
    """Asks the book, and notes what it asked for."""

    def __init__(self, book: ShopBook) -> None:
        super().__init__({"shop": app_for(book, name="orders", secret=SECRET)})
        self.asked: list[dict[str, list[str]]] = []

    async def get(self, url: str, headers: Mapping[str, str], *, keep: int) -> Answer:
        self.asked.append(parse_qs(urlsplit(url).query))
        return await super().get(url, headers, keep=keep)


class Comparing:
    """A book of twenty orders that is compared every five minutes, two to a page."""

    def __init__(self, db: Session, clock: FrozenClock, source: Source, book: ShopBook) -> None:
        self.db, self.clock, self.source, self.book = db, clock, source, book
        self.wire = Noting(book)

    async def run(self) -> Reconciliation:
        self.clock.advance(timedelta(minutes=5))
        self.wire.asked.clear()
        made = await reconciling.reconcile(OneTransaction(self.db), self.source.id, self.wire)  # type: ignore[arg-type]
        return await self.db.get_one(Reconciliation, made, populate_existing=True)

    async def entries(self) -> dict[str, BookEntry]:
        rows = await self.db.scalars(select(BookEntry).execution_options(populate_existing=True))
        return {row.number: row for row in rows}


@pytest.fixture
async def source(db: Session, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setattr(reconciling, "PAGE", 2)
    shop = await a_shop(db, key="sim")
    return await a_source(db, "shop", "orders", shop_id=shop.id)


async def compared(db: Session, clock: FrozenClock, source: Source) -> Comparing:
    book = ShopBook(shop="sim", seed=5)
    book.step(clock.now(), new=20)
    comparing = Comparing(db, clock, source, book)
    await comparing.run()
    return comparing


async def test_the_first_run_reads_all_and_the_next_only_what_changed(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        first = len(comparing.wire.asked)
        comparing.book.step(clock.now(), new=1)
        following = await comparing.run()

    assert first == 10
    assert all("since" in one for one in comparing.wire.asked)
    assert 0 < len(comparing.wire.asked) < first
    assert (following.compared, following.failure) == (21, None)


async def test_every_order_is_compared_within_a_day(db: Session, source: Source) -> None:
    longest = timedelta()
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        pages = 0
        for _ in range(2 * RUNS_A_DAY):
            before = {
                number: one.compared_at for number, one in (await comparing.entries()).items()
            }
            await comparing.run()
            pages += len(comparing.wire.asked)
            for number, one in (await comparing.entries()).items():
                longest = max(longest, one.compared_at - before[number])

    assert timedelta(hours=12) < longest < timedelta(days=1)
    assert pages < 2 * RUNS_A_DAY + 40


async def test_accuracy_is_of_the_whole_book_whatever_a_run_reads(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        wrong = (await db.scalars(select(Order).order_by(Order.number).limit(1))).one()
        right, wrong.status = wrong.status, "completed"
        wrong.updated_at = clock.now()
        await db.flush()
        since = clock.now() + timedelta(seconds=1)
        seen = await comparing.run()
        measured = await order_status_accuracy(db, Period(since, clock.now() + timedelta(hours=1)))

    assert right != "completed"
    assert (seen.compared, seen.alike, seen.alike_after) == (20, 19, 19)
    assert (measured.value, measured.denominator) == (95.0, 20)


async def test_what_was_never_told_is_found_and_mended_by_the_rolling_part(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        number = next(iter(comparing.book.entries))
        entry = comparing.book.entries[number]
        comparing.book.entries[number] = entry | {"status": "paid", "version": 9}
        found = [await comparing.run() for _ in range(RUNS_A_DAY)]
        order = (await db.scalars(select(Order).where(Order.number == number))).one()

    assert sum(run.differences for run in found) == sum(run.mended for run in found) == 1
    assert order.status == "paid"


async def test_an_entry_that_left_the_book_counts_no_more_after_a_pass(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        gone = sorted(comparing.book.entries)[3]
        del comparing.book.entries[gone], comparing.book.changed[gone]
        for _ in range(2):
            clock.advance(timedelta(hours=21))
            last = await comparing.run()

    assert gone not in await comparing.entries()
    assert last.compared == 19


async def test_another_address_is_read_whole_again(db: Session, source: Source) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        by = await an_actor(db, role="administrator")
        await change_source(db, source, {"url": "http://shop/"}, by=by)
        await comparing.run()

    assert len(comparing.wire.asked) == 10
    assert all("since" not in one for one in comparing.wire.asked)


async def test_more_changes_than_a_run_reads_are_read_with_all_of_the_book(
    db: Session, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        monkeypatch.setattr(reconciling, "PAGES_AT_MOST", 4)
        comparing.book.step(clock.now(), new=20)
        runs, read = [], set[str]()
        for _ in range(6):
            runs.append(await comparing.run())
            read |= {str(one) for one in comparing.wire.asked}
        calm = len(comparing.wire.asked)

    assert [run.failure for run in runs] == [None] * 6
    assert set(await comparing.entries()) == set(comparing.book.entries)
    assert len(comparing.book.entries) == runs[-1].compared == 40
    assert calm <= 2


async def test_changes_without_end_do_not_begin_the_book_again_and_again(
    db: Session, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        monkeypatch.setattr(reconciling, "PAGES_AT_MOST", 4)
        comparing.book.step(clock.now(), new=20)
        for _ in range(6):
            for number in comparing.book.changed:
                comparing.book.changed[number] = clock.now()
            await comparing.run()

    assert set(await comparing.entries()) == set(comparing.book.entries)


async def cancelled_here(comparing: Comparing) -> tuple[Order, OrderChange]:
    """An order that we cancelled, of which its shop does not know."""
    query = select(Order).where(Order.status.in_(("created", "paid"))).order_by(Order.number)
    order = (await comparing.db.scalars(query.limit(1))).one()
    return order, await ask(comparing.db, order, "cancel")


async def listed(db: Session) -> list[ReconciliationDifference]:
    return list(await db.scalars(select(ReconciliationDifference).order_by("id")))


async def test_what_was_cancelled_here_is_no_wrong_status_for_its_book(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        first = await listed(db)
        order, change = await cancelled_here(comparing)
        runs = [await comparing.run() for _ in range(RUNS_A_DAY)]
        since = [one for one in await listed(db) if one not in first]

    assert {(run.differences, run.compared, run.alike, run.alike_after) for run in runs} == {
        (0, 20, 20, 20)
    }
    assert {(one.kind, one.number, one.ours, one.mended_at) for one in since} == {
        ("held_here", order.number, "cancelled", None)
    }
    assert (order.status, change.shop_state) == ("cancelled", "only_here")


async def test_a_book_that_cancels_as_well_confirms_the_cancellation(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        order, change = await cancelled_here(comparing)
        entry = comparing.book.entries[order.number]
        too = entry | {"status": "cancelled", "cancelled_at": iso(clock.now()), "version": 99}
        comparing.book.put(order.number, too, clock.now() + timedelta(minutes=1))
        run = await comparing.run()

    assert (run.differences, run.compared, run.alike) == (0, 20, 20)
    assert (order.status, change.shop_state) == ("cancelled", "confirmed")


async def test_a_book_that_goes_on_after_a_cancellation_here_is_believed(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        order, change = await cancelled_here(comparing)
        entry = comparing.book.entries[order.number]
        gone_on = entry | {"status": "shipped", "version": 99}
        comparing.book.put(order.number, gone_on, clock.now() + timedelta(minutes=1))
        run = await comparing.run()

    assert (run.differences, run.mended, run.alike_after) == (1, 1, 20)
    assert (order.status, change.shop_state) == ("shipped", "overruled")


async def test_a_cancellation_of_which_nothing_was_kept_is_mended_by_the_book(
    db: Session, source: Source
) -> None:
    with frozen(START) as clock:
        comparing = await compared(db, clock, source)
        order, change = await cancelled_here(comparing)
        change.before = change.after = None
        entry = comparing.book.entries[order.number]
        comparing.book.put(order.number, entry | {"version": 99}, clock.now())
        run = await comparing.run()

    assert (run.differences, run.mended, order.status) == (1, 1, entry["status"])
