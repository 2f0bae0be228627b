"""Jobs of segments and care: everybody anew at night, birthdays, tasks of courses.

Schedules are in UTC; the night is that of the shop, eight hours ahead.
"""

from __future__ import annotations

from typing import Any

from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.customers.caring import TASKS_JOB, greet_birthdays, make_tasks
from kefu.customers.points import expire_points
from kefu.customers.segment_rules import EVERYBODY_JOB
from kefu.customers.segmenting import resegment_everybody


@job(EVERYBODY_JOB, schedule="20 18 * * *")
async def look_at_everybody(_payload: dict[str, Any], database: Database) -> None:
    await resegment_everybody(database)


@job("customers.birthdays", schedule="10 1 * * *")
async def greet(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await greet_birthdays(db)


@job(TASKS_JOB, schedule="*/15 * * * *")
async def give_tasks(_payload: dict[str, Any], database: Database) -> None:
    await make_tasks(database)


@job("customers.points_expiry", schedule="40 18 * * *")
async def let_points_expire(_payload: dict[str, Any], database: Database) -> None:
    """A thousand accounts in each transaction, until none is left."""
    expired = 1
    while expired:
        async with database.transaction() as db:
            expired = await expire_points(db)
