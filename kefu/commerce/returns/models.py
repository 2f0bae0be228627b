"""Models: what came back of each model and what was found, and what that means for its stock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from kefu.core.db import Session
from kefu.core.measures import Period

LONGEST = 200
LEAST = 3
FOUND = text(
    "select l.model, max(l.title) as title, sum(l.quantity) as units, "
    "count(distinct c.id) as cases, "
    "coalesce(sum(l.quantity) filter (where i.determination = 'product_fault'), 0) as fault, "
    "coalesce(sum(l.quantity) filter (where i.determination = 'misuse'), 0) as misuse, "
    "coalesce(sum(l.quantity) filter (where i.determination = 'transport'), 0) as transport, "
    "coalesce(sum(l.quantity) filter (where i.determination = 'as_new'), 0) as as_new, "
    "coalesce(sum(l.quantity) filter (where i.id is null), 0) as waiting "
    "from return_lines l join return_cases c on c.id = l.case_id "
    "left join inspections i on i.case_id = c.id and i.of_record "
    "where c.applied_at >= :since and c.applied_at < :until "
    "and c.kind in ('return', 'exchange', 'repair', 'refund_only') and c.status <> 'withdrawn' "
    "group by l.model order by sum(l.quantity) desc, l.model limit :limit"
)


async def models(db: Session, period: Period) -> list[dict[str, Any]]:
    """The models with most returns first, each with its determinations and an advice."""
    values = {"since": period.since, "until": period.until, "limit": LONGEST}
    rows = await db.execute(FOUND, values)
    found = []
    for row in rows:
        counts = {
            "product_fault": int(row.fault),
            "misuse": int(row.misuse),
            "transport": int(row.transport),
            "as_new": int(row.as_new),
        }
        found.append(
            {
                "model": row.model,
                "title": row.title,
                "units": int(row.units),
                "cases": row.cases,
                "waiting": int(row.waiting),
                **counts,
                "advice": advice(counts),
            }
        )
    return found


def advice(counts: dict[str, int]) -> str:
    """What to do with the stock: at least three results, and half of them the same."""
    total = sum(counts.values())
    if total < LEAST:
        return "watch"
    words = {
        "product_fault": "hold",
        "transport": "pack_better",
        "misuse": "explain_better",
        "as_new": "restock",
    }
    most = max(counts, key=lambda name: counts[name])
    return words[most] if counts[most] * 2 >= total else "watch"
