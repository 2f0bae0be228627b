"""The demo shop's one-to-one service: VIPs of the after-sales team, the others' pool before it."""

from __future__ import annotations

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers.dedicated_policy import change_policy, dedicated_policy
from kefu.customers.dedicating import balance
from kefu.customers.demo import HOW_MANY, id_of
from kefu.customers.model import Customer
from kefu.identity import agents_who_may, teams_called

TEAM, POOL = "售后服务组", "售前咨询组"
CEILING = 12


@demo_part("dedicated_service", order=70)
async def load_dedicated(db: Session) -> None:
    """After the segments: three agents, more core members than they can have."""
    policy = await dedicated_policy(db)
    heads = sorted(await agents_who_may(db, "dedicated.edit"))
    teams = await teams_called(db, (TEAM, POOL))
    ours = await db.scalar(
        select(Customer.id)
        .where(Customer.id.in_([id_of("customer", n) for n in range(HOW_MANY)]))
        .limit(1)
    )
    if policy.enabled or not heads or len(teams) < 2 or ours is None:
        return
    changes = {
        "enabled": True,
        "team_id": teams[TEAM],
        "pool_id": teams[POOL],
        "ceiling": CEILING,
    }
    await change_policy(db, changes, by=heads[0])
    await balance(db)
