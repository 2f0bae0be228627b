"""Jobs of one-to-one service: everybody's agent, each night after segments, and when asked."""

from __future__ import annotations

from typing import Any

from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.customers.dedicated_policy import BALANCE_JOB
from kefu.customers.dedicating import balance_everybody


@job(BALANCE_JOB, schedule="50 2 * * *")
async def give_everybody_their_agent(_payload: dict[str, Any], database: Database) -> None:
    await balance_everybody(database)
