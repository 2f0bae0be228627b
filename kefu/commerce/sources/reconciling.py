"""Reconciling: our orders and parcels are compared with the source's book, and mended by it.

A run reads what changed and a part of the rest, so that every entry is compared within a day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select

from kefu.commerce.documents import OrderDocument
from kefu.commerce.events_logistics import ReconciliationFinished
from kefu.commerce.logistics.ingesting import NewScan, ingest
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.model_sources import (
    BookReading,
    Reconciliation,
    ReconciliationDifference,
    Source,
)
from kefu.commerce.sources.asking import Asks, SourceAway, asked, bearer
from kefu.commerce.sources.comparing import (
    HELD_HERE,
    OF_STATUS,
    Comparison,
    Difference,
    compare_orders,
    compare_parcels,
    truth_of,
)
from kefu.commerce.sources.held_here import held_against, said_too
from kefu.commerce.sources.keeping import answered
from kefu.commerce.sources.standing import standing_of
from kefu.commerce.sources.sweeping import (
    is_behind,
    keep_entries,
    note_page,
    read_all,
    reading_of,
)
from kefu.commerce.taking import take_orders
from kefu.core.clock import iso, now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid, Refusal
from kefu.core.events import record
from kefu.core.ids import uuid7

PAGE = 200
PAGES_AT_MOST = 500
GRACE = timedelta(seconds=60)
LISTED_AT_MOST = 5000
KEPT = timedelta(days=400)
OF_SCANS = ("missing_scan", "unknown_scan")


@dataclass
class Sum:
    """What one run has read and found so far."""

    read: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    differences: int = 0
    mended: int = 0

    def unread(self, source: Source, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What of a page this run has not compared yet."""
        fresh = [entry for entry in page if number_in(source, entry) not in self.read]
        self.read |= {number_in(source, entry) for entry in fresh}
        return fresh

    def add(self, comparison: Comparison, mended: set[Difference]) -> None:
        self.differences += sum(one.kind != HELD_HERE for one in comparison.differences)
        self.mended += len(mended)
        self.right |= put_right(comparison, mended)


async def reconcile(
    database: Database, source_id: UUID, wire: Asks, *, grace: timedelta = GRACE
) -> UUID | None:
    """Compare what changed in the book and has been quiet for a moment, and a part of the rest.

    A page is a transaction, and none is open while the source answers. Returns the comparison's id.
    """
    async with database.transaction() as db:
        source = await db.get(Source, source_id)
        if source is None or not source.enabled or source.kind != "book":
            return None
        begun = Reconciliation(id=uuid7(), source_id=source.id, started_at=now())
        db.add(begun)
        reading = await reading_of(db, source.id)
    run, failure = Run(database, source, begun, wire, now() - grace), None
    try:
        await run.sweep(await run.read_changes(reading))
    except SourceAway as error:
        failure = str(error)
    except Refusal as error:
        failure = f"{error.title} ({error.field})" if error.field else error.title
    async with database.transaction() as db:
        await finish(db, run, failure)
    return begun.id


@dataclass
class Run:
    """One run over a part of a book."""

    database: Database
    source: Source
    begun: Reconciliation
    wire: Asks
    before: datetime
    found: Sum = field(default_factory=Sum)

    async def read_changes(self, reading: BookReading) -> BookReading:
        """What changed since the last run; where that is too much, the pass reads the rest."""
        if reading.read_until is None:
            return reading
        pages_read = 0
        async for page, following in self.pages("", since=reading.read_until):
            async with self.database.transaction() as db:
                await self.compare(db, page)
            pages_read += 1
            if following and pages_read == PAGES_AT_MOST:
                async with self.database.transaction() as db:
                    return await read_all(db, self.source.id, since=self.begun.started_at)
        return reading

    async def sweep(self, reading: BookReading) -> None:
        """As many pages as are due of the pass over the whole book; it may end in this run."""
        if not is_behind(reading, now()):
            return
        pages_read = 0
        async for page, following in self.pages(reading.sweep_cursor or ""):
            async with self.database.transaction() as db:
                await self.compare(db, page)
                reading = await reading_of(db, self.source.id)
                await note_page(db, reading, following)
            pages_read += 1
            if pages_read == PAGES_AT_MOST or not is_behind(reading, now()):
                return

    async def pages(
        self, cursor: str, *, since: datetime | None = None
    ) -> AsyncIterator[tuple[list[dict[str, Any]], str | None]]:
        """The book's pages, each of at most `PAGE` entries, with where the next begins."""
        following: str | None = cursor
        while following is not None:
            asked_for = {"cursor": following, "limit": str(PAGE), "before": iso(self.before)}
            asked_for |= {"since": iso(since)} if since else {}
            place = f"{self.source.url.rstrip('/')}/book/{self.source.book}"
            said = await asked(
                self.wire, f"{place}?{urlencode(asked_for)}", bearer(self.source.secret)
            )
            items = said.get("items") if isinstance(said, dict) else None
            if not isinstance(items, list):
                raise SourceAway("The book has no items.")
            following = said.get("next") or None
            yield items, following

    async def compare(self, db: Session, page: list[dict[str, Any]]) -> None:
        self.found.add(*await compare_page(db, self.source, self.begun.id, page, self.found))


async def compare_page(
    db: Session, source: Source, reconciliation: UUID, page: list[dict[str, Any]], found: Sum
) -> tuple[Comparison, set[Difference]]:
    """What differed, and what of it was mended."""
    reconciler = orders_of_page if source.book == "orders" else parcels_of_page
    try:
        fresh = found.unread(source, page)
        if not fresh:
            return Comparison(), set()
        comparison, mended = await reconciler(db, source, fresh)
        says = {number_in(source, entry): status_in(source, entry) for entry in fresh}
        await keep_entries(db, source, says)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("The book is not in the shape we read.", detail=repr(error)[:200]) from error
    at = now()
    db.add_all(
        [
            ReconciliationDifference(
                id=uuid7(),
                reconciliation_id=reconciliation,
                kind=one.kind,
                number=one.number,
                external_id=one.external_id,
                ours=one.ours,
                theirs=one.theirs,
                mended_at=at if one in mended else None,
            )
            for one in comparison.differences[:LISTED_AT_MOST]
        ]
    )
    return comparison, mended


def number_in(source: Source, entry: Mapping[str, Any]) -> str:
    return str(entry["number" if source.book == "orders" else "tracking_number"])


def status_in(source: Source, entry: Mapping[str, Any]) -> str:
    """What the book says of it, or what follows from that."""
    return str(entry["status"]) if source.book == "orders" else truth_of(entry)


def put_right(comparison: Comparison, mended: set[Difference]) -> set[str]:
    """What was told wrongly and is told rightly now."""
    wrong = [one for one in comparison.differences if one.kind in OF_STATUS]
    return {one.number for one in wrong} - {one.number for one in wrong if one not in mended}


async def orders_of_page(
    db: Session, source: Source, page: list[dict[str, Any]]
) -> tuple[Comparison, set[Difference]]:
    """What differs is told again by the book, which knows best; what is held here stays.

    What it has cancelled after us is told too, so that our cancellation is confirmed.
    """
    numbers = [order["number"] for order in page]
    known = select(Order.number, Order.status).where(
        Order.shop_id == source.shop_id, Order.number.in_(numbers)
    )
    ours = {row.number: row.status for row in await db.execute(known)}
    says = {order["number"]: order["status"] for order in page}
    held, news = await held_against(db, source, says), await said_too(db, source, says)
    comparison = compare_orders(page, ours, held)
    wrong = {one.number for one in comparison.differences if one.kind in OF_STATUS}
    news |= wrong
    if news:
        shop = await db.get_one(Shop, source.shop_id)
        told = [document_of(order) for order in page if order["number"] in news]
        await take_orders(db, shop, told)
        ours = {row.number: row.status for row in await db.execute(known)}
    still = {one.number for one in compare_orders(page, ours, held).differences}
    return comparison, {one for one in comparison.differences if one.number not in still}


def document_of(order: Mapping[str, Any]) -> OrderDocument:
    try:
        return OrderDocument.model_validate(order)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(str(first["msg"]), field=f"{order['number']}: {place}") from error


async def parcels_of_page(
    db: Session, source: Source, page: list[dict[str, Any]]
) -> tuple[Comparison, set[Difference]]:
    """Scans that we miss are taken now; the status follows when the parcel is looked at."""
    numbers = [parcel["tracking_number"] for parcel in page]
    comparison = compare_parcels(page, await known_parcels(db, source, numbers))
    missing = {
        (one.number, one.external_id): one
        for one in comparison.differences
        if one.kind == "missing_scan"
    }
    scans = [
        new_scan(parcel, scan)
        for parcel in page
        for scan in parcel["scans"]
        if (parcel["tracking_number"], scan["external_id"]) in missing
    ]
    await ingest(db, scans)
    again = compare_parcels(page, await known_parcels(db, source, numbers) if scans else {})
    still = {(one.number, one.external_id) for one in again.differences if one.kind in OF_SCANS}
    taken = {one for key, one in missing.items() if key not in still}
    # Whoever has exactly the scans of the book comes to its status with the next look.
    whole = {one.number for one in taken} - {number for number, _ in still}
    statuses = (one for one in comparison.differences if one.kind == "wrong_parcel_status")
    return comparison, taken | {one for one in statuses if one.number in whole}


async def known_parcels(
    db: Session, source: Source, numbers: Sequence[str]
) -> dict[str, tuple[str, set[str]]]:
    """Status and numbers of scans, by tracking number; of one carrier, if the source is one's."""
    query = (
        select(Shipment.tracking_number, Shipment.status, TrackingEvent.external_id)
        .outerjoin(TrackingEvent, TrackingEvent.shipment_id == Shipment.id)
        .where(Shipment.tracking_number.in_(numbers))
    )
    if source.account:
        query = query.where(Shipment.carrier == source.account)
    found: dict[str, tuple[str, set[str]]] = {}
    for number, status, scan in await db.execute(query):
        _, scans = found.setdefault(str(number), (status, set()))
        if scan is not None:
            scans.add(scan)
    return found


def new_scan(parcel: Mapping[str, Any], scan: Mapping[str, Any]) -> NewScan:
    return NewScan(
        tracking_number=parcel["tracking_number"],
        carrier=parcel.get("carrier"),
        code=scan["code"],
        at=datetime.fromisoformat(scan["at"]),
        external_id=scan["external_id"],
        place=scan.get("place"),
        province=scan.get("province"),
        reason=scan.get("reason"),
    )


async def finish(db: Session, run: Run, failure: str | None) -> None:
    """Write down what the run came to; one that failed reads the same changes again."""
    found = run.found
    begun = await db.get_one(Reconciliation, run.begun.id)
    source = await db.get_one(Source, begun.source_id)
    standing = await standing_of(
        db, source, begun=begun.started_at, before=run.before, right=found.right
    )
    begun.finished_at, begun.failure = now(), failure
    begun.compared, begun.alike = standing.compared, standing.alike
    begun.alike_after = standing.alike_after
    begun.differences, begun.mended = found.differences, found.mended
    if failure is None:
        (await reading_of(db, source.id)).read_until = run.before
    answered(source, failure)
    event = ReconciliationFinished(
        subject=begun.id,
        source=source.id,
        compared=standing.compared,
        alike=standing.alike,
        alike_after=standing.alike_after,
        differences=found.differences,
        mended=found.mended,
        failed=failure is not None,
    )
    await record(db, event)
