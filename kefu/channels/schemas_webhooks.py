"""Request and answer shapes of webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of

Kinds = Annotated[list[str], Field(min_length=1, max_length=60)]


class WebhookBody(Shape):
    name: line_of(80)  # type: ignore[valid-type]
    url: line_of(2000)  # type: ignore[valid-type]
    kinds: Kinds


class WebhookChanges(Shape):
    """What may be changed; what is left out stays."""

    name: line_of(80) = ""  # type: ignore[valid-type]
    url: line_of(2000) = ""  # type: ignore[valid-type]
    kinds: Kinds = Field(default_factory=list)
    enabled: bool = True


class WebhookShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    url: str
    kinds: list[str]
    enabled: bool
    failures: int
    failing_since: datetime | None
    disabled_reason: str | None
    created_at: datetime


class WebhookWithSecret(WebhookShown):
    """Shown once: when the webhook or its secret is new."""

    secret: str


class SecretShown(BaseModel):
    secret: str


class DeliveryShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    status: Literal["waiting", "delivered", "failed"]
    attempts: int
    due_at: datetime
    response_status: int | None
    milliseconds: int | None
    response: str
    error: str | None
    replay_of: UUID | None
    created_at: datetime
    finished_at: datetime | None


class DeliveryWhole(DeliveryShown):
    """With the request as it would be sent now; texts that were erased are not in it."""

    request: dict[str, Any]
