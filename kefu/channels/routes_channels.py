"""Channels' routes: what there is, what comes in signed, and messages that did not get through."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from kefu.channels.contract import Native
from kefu.channels.delivering import retry_delivery
from kefu.channels.health import PROBE_ONE, channel_health
from kefu.channels.receiving import line_of, take_each, take_reports
from kefu.channels.registry import ADAPTERS, adapter_for
from kefu.channels.schemas import ChannelShown, HealthShown, TakenOne, TakenShown
from kefu.conversations import conversation_for, inbox_with, message_in
from kefu.core.clock import now
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.jobs import enqueue
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["channels"])


@router.get("/channels")
async def list_channels(actor: CurrentActor) -> list[ChannelShown]:  # noqa: ARG001 - the door
    """Every channel an inbox can use, and what it can carry."""
    return [
        ChannelShown.model_validate(
            {
                "name": adapter.name,
                "capabilities": adapter.capabilities,
                "settings_schema": adapter.settings.model_json_schema(),
            }
        )
        for _, adapter in sorted(ADAPTERS.items())
    ]


@router.get("/channels/health")
async def show_health(db: Db, actor: CurrentActor) -> list[HealthShown]:  # noqa: ARG001 - the door
    """How every inbox's line did at its last probe."""
    return [HealthShown.model_validate(row) for row in await channel_health(db)]


@router.post("/channels/health/{inbox_id}", status_code=202)
async def probe_now(db: Db, actor: CurrentActor, inbox_id: UUID) -> None:  # noqa: ARG001 - the door
    """Probe one inbox at once; what it finds appears in the list."""
    await inbox_with(db, inbox_id)
    await enqueue(db, PROBE_ONE, {"inbox": str(inbox_id)}, key=str(inbox_id))


@router.post("/channels/{inbox}/messages")
async def take_messages(request: Request, db: Db, inbox: UUID) -> TakenShown:
    """Take what a channel sends, signed over timestamp and body; the same again changes nothing."""
    chosen = request.app.state.settings
    found = await inbox_with(db, inbox)
    adapter = adapter_for(found.channel)
    if not adapter.capabilities.outside:
        raise NotFound("This inbox takes nothing from outside.", code="not_outside")
    headers = {name.lower(): value for name, value in request.headers.items()}
    native = Native(headers, await request.body(), now())
    line = line_of(found, chosen)
    intake = adapter.receive(line, native)
    taken, blocked = await take_each(db, found, intake.messages)
    await take_reports(db, found, intake.reports)
    return TakenShown(messages=[TakenOne.model_validate(one) for one in taken], blocked=blocked)


@router.post("/conversations/{conversation_id}/messages/{message_id}/delivery", status_code=202)
async def deliver_again(
    db: Db, actor: CurrentActor, conversation_id: UUID, message_id: UUID
) -> None:
    """Try again to deliver a message that did not get through."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await retry_delivery(db, conversation, await message_in(db, conversation, message_id))
