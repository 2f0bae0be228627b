"""Standing: how much of a whole book we say rightly, also what this run did not read.

Of what was not read the book's last word is kept, and is compared with ours as it stands now. What
became otherwise here within the last moment is left out, as the book may be about to say the same.
What was cancelled here and not in its shop is said rightly.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text

from kefu.commerce.model_sources import Source
from kefu.commerce.sources.held_here import held_in_book
from kefu.core.db import Session

COUNTED = (
    "select count(*) as compared, count(*) filter (where wrong) as wrong, "
    "count(*) filter (where wrong and number = any(:right)) as coming from ({entries}) entries"
)
ORDERS = (
    "select e.number, o.status is null or (o.status <> e.status "
    "and not (e.status = 'shipped' and o.status = 'delivered') "
    "and e.number <> all(:held)) as wrong from book_entries e "
    "left join orders o on o.shop_id = :shop and o.number = e.number where e.source_id = :source "
    "and (e.compared_at >= :begun or o.updated_at is null or o.updated_at <= :before)"
)
PARCELS = (
    "select e.number, bool_or(s.status <> e.status) as wrong from book_entries e "
    "join shipments s on s.tracking_number = e.number and s.carrier = coalesce(:account, s.carrier)"
    " where e.source_id = :source and (e.compared_at >= :begun or s.updated_at <= :before) "
    "group by e.number"
)
BOOKS: dict[str, TextClause] = {
    "orders": text(COUNTED.format(entries=ORDERS)),
    "tracking": text(COUNTED.format(entries=PARCELS)),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries count, and how many of them were and are told rightly."""

    compared: int
    alike: int
    alike_after: int


async def standing_of(
    db: Session, source: Source, *, begun: datetime, before: datetime, right: Collection[str]
) -> Standing:
    """`right` are those that this run found wrong and has put right, or will with the next look."""
    given = {"source": source.id, "begun": begun, "before": before, "right": list(right)}
    more: dict[str, Any] = {"account": source.account or None}
    if source.book == "orders":
        more = {"shop": source.shop_id, "held": list(await held_in_book(db, source))}
    row = (await db.execute(BOOKS[source.book or ""], given | more)).one()
    after = row.compared - (row.wrong - row.coming)
    return Standing(row.compared, after - len(right), after)
