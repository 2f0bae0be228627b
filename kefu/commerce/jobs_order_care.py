"""Jobs of order care: changes are written into their shops, codes and invoices are sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce import invoices, self_service, writing_back
from kefu.commerce.jobs_sources import a_wire
from kefu.commerce.mailing_invoices import mail_invoice
from kefu.commerce.settling import write_back
from kefu.core.db import Database
from kefu.core.jobs import job
from kefu.core.settings import settings
from kefu.notifications import mailer_for, text_sender_for


@job(writing_back.JOB)
async def write_order_change(payload: dict[str, Any], database: Database) -> None:
    async with a_wire() as wire:
        await write_back(database, UUID(payload["change"]), wire)


@job(self_service.JOB)
async def send_service_code(payload: dict[str, Any], database: Database) -> None:
    chosen = settings()
    sender = text_sender_for(chosen)
    code, key = UUID(payload["code"]), chosen.signing_key()
    await self_service.send_code(database, code, key=key, sender=sender)


@job(invoices.MAIL_JOB)
async def send_invoice(payload: dict[str, Any], database: Database) -> None:
    by = UUID(payload["by"]) if payload["by"] else None
    mailer = mailer_for(settings())
    await mail_invoice(database, UUID(payload["invoice"]), mailer, by=by)
