"""Jobs of order care: changes are written into their shops, codes are sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce import self_service, writing_back
from kefu.commerce.settling import write_back
from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.core.settings import settings
from kefu.notifications import text_sender_for


@job(writing_back.JOB)
async def write_order_change(payload: dict[str, Any], database: Database) -> None:
    await write_back(database, UUID(payload["change"]))


@job(self_service.JOB)
async def send_service_code(payload: dict[str, Any], database: Database) -> None:
    chosen = settings()
    sender = text_sender_for(chosen)
    code, key = UUID(payload["code"]), chosen.signing_key()
    await self_service.send_code(database, code, key=key, sender=sender)
