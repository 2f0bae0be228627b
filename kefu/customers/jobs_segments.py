"""Jobs of segments and care: everybody anew at night, birthdays, tasks of courses."""

from __future__ import annotations

from typing import Any

from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.customers.caring import TASKS_JOB, greet_birthdays, make_tasks
from kefu.customers.segment_rules import EVERYBODY_JOB
from kefu.customers.segmenting import resegment_everybody


@job(EVERYBODY_JOB, schedule="20 2 * * *")
async def look_at_everybody(_payload: dict[str, Any], database: Database) -> None:
    await resegment_everybody(database)


@job("customers.birthdays", schedule="10 1 * * *")
async def greet(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await greet_birthdays(db)


@job(TASKS_JOB, schedule="*/15 * * * *")
async def give_tasks(_payload: dict[str, Any], database: Database) -> None:
    await make_tasks(database)
