"""Reconciling: our orders and parcels are compared with the source's book, and mended by it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
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
from kefu.commerce.model_sources import Reconciliation, ReconciliationDifference, Source
from kefu.commerce.sources.asking import Asks, SourceAway, asked, bearer
from kefu.commerce.sources.comparing import (
    OF_STATUS,
    Comparison,
    Difference,
    compare_orders,
    compare_parcels,
)
from kefu.commerce.sources.keeping import answered
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
    """What one comparison found so far."""

    compared: int = 0
    alike: int = 0
    alike_after: int = 0
    differences: int = 0
    mended: int = 0

    def add(self, comparison: Comparison, mended: int, alike_after: int) -> None:
        self.compared += comparison.compared
        self.alike += comparison.alike
        self.alike_after += alike_after
        self.differences += len(comparison.differences)
        self.mended += mended


async def reconcile(
    database: Database, source_id: UUID, wire: Asks, *, grace: timedelta = GRACE
) -> UUID | None:
    """Compare everything in the book that has been quiet for a moment; a page, a transaction.

    No transaction is open while the source answers. Returns the comparison's id.
    """
    async with database.transaction() as db:
        source = await db.get(Source, source_id)
        if source is None or not source.enabled or source.kind != "book":
            return None
        begun = Reconciliation(id=uuid7(), source_id=source.id, started_at=now())
        db.add(begun)
    found, failure = Sum(), None
    try:
        async for page in pages(wire, source, before=now() - grace):
            async with database.transaction() as db:
                found.add(*await compare_page(db, source, begun.id, page))
    except SourceAway as error:
        failure = str(error)
    except Refusal as error:
        failure = f"{error.title} ({error.field})" if error.field else error.title
    async with database.transaction() as db:
        await finish(db, begun.id, found, failure)
    return begun.id


async def pages(
    wire: Asks, source: Source, *, before: datetime
) -> AsyncIterator[list[dict[str, Any]]]:
    """The book's pages, each of at most `PAGE` entries that changed before this moment."""
    cursor: str | None = ""
    for _ in range(PAGES_AT_MOST):
        asked_for = urlencode({"cursor": cursor or "", "limit": PAGE, "before": iso(before)})
        url = f"{source.url.rstrip('/')}/book/{source.book}?{asked_for}"
        said = await asked(wire, url, bearer(source.secret))
        items = said.get("items") if isinstance(said, dict) else None
        if not isinstance(items, list):
            raise SourceAway("The book has no items.")
        yield items
        cursor = said.get("next")
        if not cursor:
            return
    raise SourceAway(f"The book has more than {PAGES_AT_MOST} pages.")


async def compare_page(
    db: Session, source: Source, reconciliation: UUID, page: list[dict[str, Any]]
) -> tuple[Comparison, int, int]:
    """What differed, how much of it was mended, and how many are told rightly from now on."""
    reconciler = orders_of_page if source.book == "orders" else parcels_of_page
    try:
        comparison, mended = await reconciler(db, source, page)
        alike_after = comparison.alike + len(put_right(comparison, mended))
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
    return comparison, len(mended), alike_after


def put_right(comparison: Comparison, mended: set[Difference]) -> set[str]:
    """What was told wrongly and is told rightly now."""
    wrong = [one for one in comparison.differences if one.kind in OF_STATUS]
    return {one.number for one in wrong} - {one.number for one in wrong if one not in mended}


async def orders_of_page(
    db: Session, source: Source, page: list[dict[str, Any]]
) -> tuple[Comparison, set[Difference]]:
    """What differs is told again by the book, which knows best."""
    numbers = [order["number"] for order in page]
    known = select(Order.number, Order.status).where(
        Order.shop_id == source.shop_id, Order.number.in_(numbers)
    )
    ours = {row.number: row.status for row in await db.execute(known)}
    comparison = compare_orders(page, ours)
    wrong = {one.number for one in comparison.differences}
    if wrong:
        shop = await db.get_one(Shop, source.shop_id)
        told = [document_of(order) for order in page if order["number"] in wrong]
        await take_orders(db, shop, told)
        ours = {row.number: row.status for row in await db.execute(known)}
    still = {one.number for one in compare_orders(page, ours).differences}
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


async def finish(db: Session, reconciliation: UUID, found: Sum, failure: str | None) -> None:
    begun = await db.get_one(Reconciliation, reconciliation)
    source = await db.get_one(Source, begun.source_id)
    begun.finished_at, begun.failure = now(), failure
    begun.compared, begun.alike = found.compared, found.alike
    begun.alike_after = found.alike_after
    begun.differences, begun.mended = found.differences, found.mended
    answered(source, failure)
    event = ReconciliationFinished(
        subject=begun.id,
        source=source.id,
        compared=found.compared,
        alike=found.alike,
        alike_after=found.alike_after,
        differences=found.differences,
        mended=found.mended,
        failed=failure is not None,
    )
    await record(db, event)
