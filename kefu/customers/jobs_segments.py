"""Jobs of segments: everybody anew at night, and after a rule was changed."""

from __future__ import annotations

from typing import Any

from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.customers.segment_rules import EVERYBODY_JOB
from kefu.customers.segmenting import resegment_everybody


@job(EVERYBODY_JOB, schedule="20 2 * * *")
async def look_at_everybody(_payload: dict[str, Any], database: Database) -> None:
    await resegment_everybody(database)
