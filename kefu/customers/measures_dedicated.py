"""Whether the promise of one-to-one service can be kept (R188, R205)."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.measures import Measured, Period, absent, counted, mean, measure
from kefu.customers.dedicated_policy import dedicated_policy
from kefu.customers.dedicated_reading import capacity
from kefu.customers.dedicating import count_promised

SWITCHED_OFF, NOBODY = "switched_off", "no_dedicated_agents"


@measure("customers_per_dedicated_agent", unit="ratio", better="down", source="R188 R205")
async def customers_per_dedicated_agent(db: Session, _: Period) -> Measured:
    """Customers promised an agent of their own for each agent of the team, as things stand."""
    policy = await dedicated_policy(db)
    if not policy.enabled:
        return absent(SWITCHED_OFF)
    found = await capacity(db)
    promised = await count_promised(db, policy)
    parts = {
        "ceiling": counted(policy.ceiling),
        "places": counted(found.places),
        "served": counted(found.served),
        "pooled": counted(max(promised - found.served, 0)),
    }
    if not found.loads:
        return absent(NOBODY, numerator=promised, denominator=0, **parts)
    return mean(promised, len(found.loads), **parts)
