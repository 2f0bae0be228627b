"""Channels' schedules and jobs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from kefu.channels import delivering, health, webhook_sending, webhooks
from kefu.channels.contexts import forget_visits
from kefu.conversations import Inbox, inbox_with
from kefu.core.db import Database
from kefu.core.jobs import every, job
from kefu.core.settings import settings
from kefu.core.wire import Wire

AT_ONCE = 16
EVERY_TEN_SECONDS = "* * * * * */10"


@job(delivering.JOB)
async def deliver(payload: dict[str, Any], database: Database) -> None:
    await deliver_all(database, [UUID(name) for name in payload["conversations"]])


@job("channels.deliver_due", schedule=EVERY_TEN_SECONDS)
async def deliver_due(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        conversations = await delivering.due_conversations(db)
    await deliver_all(database, conversations)


async def deliver_all(database: Database, conversations: list[UUID]) -> None:
    """Deliver what waits in these conversations, several of them at once."""
    chosen = settings()
    wire = Wire(private=chosen.webhook_private_addresses)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(conversation: UUID) -> None:
        async with gate:
            await delivering.deliver_waiting(database, conversation, wire=wire, chosen=chosen)

    try:
        async with asyncio.TaskGroup() as group:
            for conversation in conversations:
                group.create_task(one(conversation))
    finally:
        await wire.close()


@job("channels.probe", schedule=every(minutes=1))
async def probe_lines(_payload: dict[str, Any], database: Database) -> None:
    interval = timedelta(minutes=settings().probe_minutes)
    async with database.transaction() as db:
        inboxes = await health.due_for_probe(db, every=interval)
    await probe_all(database, inboxes)


@job(health.PROBE_ONE)
async def probe_line(payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        inbox = await inbox_with(db, UUID(payload["inbox"]))
    await probe_all(database, [inbox])


async def probe_all(database: Database, inboxes: list[Inbox]) -> None:
    """Probe these inboxes beside each other; one that hangs holds nobody up."""
    chosen = settings()
    wire = Wire(private=chosen.webhook_private_addresses)
    gate = asyncio.Semaphore(AT_ONCE // 4)

    async def one(inbox: Inbox) -> None:
        async with gate:
            finding = await health.probe(database, inbox, wire=wire, chosen=chosen)
        async with database.transaction() as db:
            await health.note_finding(db, inbox, finding)

    try:
        async with asyncio.TaskGroup() as group:
            for inbox in inboxes:
                group.create_task(one(inbox))
    finally:
        await wire.close()


@job(webhooks.JOB)
async def send_webhooks(_payload: dict[str, Any], database: Database) -> None:
    wire = Wire(private=settings().webhook_private_addresses)
    try:
        await webhook_sending.send_due(database, wire=wire)
    finally:
        await wire.close()


@job("channels.webhooks_due", schedule=EVERY_TEN_SECONDS)
async def send_due_webhooks(payload: dict[str, Any], database: Database) -> None:
    await send_webhooks(payload, database)


@job("channels.forget_old", schedule=every(hours=24))
async def forget_old(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await webhook_sending.forget_old(db)
        await forget_visits(db)
