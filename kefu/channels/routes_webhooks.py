"""Webhooks over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request

from kefu.channels.schemas_webhooks import (
    DeliveryShown,
    DeliveryWhole,
    SecretShown,
    WebhookBody,
    WebhookChanges,
    WebhookShown,
    WebhookWithSecret,
)
from kefu.channels.webhook_kinds import OFFERED
from kefu.channels.webhook_payloads import payloads_of
from kefu.channels.webhooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    deliveries_of,
    delivery_for,
    ping,
    replay,
    rotate_secret,
    webhook_for,
    webhooks,
)
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.get("")
async def list_webhooks(db: Db, actor: CurrentActor) -> list[WebhookShown]:  # noqa: ARG001 - the door
    """Every webhook."""
    return [WebhookShown.model_validate(webhook) for webhook in await webhooks(db)]


@router.post("", status_code=201)
async def add_webhook(
    request: Request, db: Db, actor: CurrentActor, body: WebhookBody
) -> WebhookWithSecret:
    """Make a webhook; its secret is shown now and never again."""
    chosen = request.app.state.settings
    webhook = await create_webhook(db, body.model_dump(), by=actor, chosen=chosen)
    return WebhookWithSecret.model_validate(webhook)


@router.get("/kinds")
async def list_kinds(actor: CurrentActor) -> list[str]:  # noqa: ARG001 - the door
    """The events one can hear of."""
    return list(OFFERED)


@router.get("/deliveries/{delivery_id}")
async def show_delivery(db: Db, actor: CurrentActor, delivery_id: UUID) -> DeliveryWhole:  # noqa: ARG001 - the door
    """One line of a log, with its request."""
    delivery = await delivery_for(db, delivery_id)
    payload = (await payloads_of(db, [delivery]))[delivery.id]
    shown = DeliveryShown.model_validate(delivery)
    return DeliveryWhole(**shown.model_dump(), request=payload)


@router.post("/deliveries/{delivery_id}/replay", status_code=202)
async def replay_delivery(db: Db, actor: CurrentActor, delivery_id: UUID) -> DeliveryShown:
    """Send one delivery once more."""
    again = await replay(db, await delivery_for(db, delivery_id), by=actor)
    return DeliveryShown.model_validate(again)


@router.get("/{webhook_id}")
async def show_webhook(db: Db, actor: CurrentActor, webhook_id: UUID) -> WebhookShown:  # noqa: ARG001 - the door
    """One webhook."""
    return WebhookShown.model_validate(await webhook_for(db, webhook_id))


@router.patch("/{webhook_id}")
async def edit_webhook(
    request: Request, db: Db, actor: CurrentActor, webhook_id: UUID, body: WebhookChanges
) -> WebhookShown:
    """Change what is named in the body."""
    webhook = await webhook_for(db, webhook_id, lock=True)
    changes = body.model_dump(exclude_unset=True)
    await change_webhook(db, webhook, changes, by=actor, chosen=request.app.state.settings)
    return WebhookShown.model_validate(webhook)


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(db: Db, actor: CurrentActor, webhook_id: UUID) -> None:
    """Forget it, with its log."""
    await delete_webhook(db, await webhook_for(db, webhook_id, lock=True), by=actor)


@router.put("/{webhook_id}/secret")
async def renew_secret(db: Db, actor: CurrentActor, webhook_id: UUID) -> SecretShown:
    """Make a new secret and show it once."""
    webhook = await webhook_for(db, webhook_id, lock=True)
    return SecretShown(secret=await rotate_secret(db, webhook, by=actor))


@router.post("/{webhook_id}/ping", status_code=202)
async def ping_webhook(db: Db, actor: CurrentActor, webhook_id: UUID) -> DeliveryShown:
    """Send something harmless; what comes of it appears in the log."""
    delivery = await ping(db, await webhook_for(db, webhook_id), by=actor)
    return DeliveryShown.model_validate(delivery)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    db: Db,
    actor: CurrentActor,  # noqa: ARG001 - the door
    webhook_id: UUID,
    status: Literal["waiting", "delivered", "failed"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeliveryShown]:
    """A page of the log, the latest first."""
    webhook = await webhook_for(db, webhook_id)
    rows, following = await deliveries_of(db, webhook, status=status, cursor=cursor, limit=limit)
    return Page(items=[DeliveryShown.model_validate(row) for row in rows], next_cursor=following)
