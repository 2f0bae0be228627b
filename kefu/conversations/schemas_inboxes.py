"""Request and answer shapes of inboxes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of, text_of

DAYS = 3650
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
ORIGIN: Any = text_of(400)
Origins: TypeAlias = Annotated[list[ORIGIN], Field(max_length=50)]


class InboxChanges(Shape):
    """What may be changed; what is left out stays."""

    name: line_of(80) = ""  # type: ignore[valid-type]
    team_id: UUID | None = None
    calendar_id: UUID | None = None
    locale: Locale = "zh-CN"
    greeting: text_of(1000) = ""  # type: ignore[valid-type]
    away_greeting: text_of(1000) = ""  # type: ignore[valid-type]
    colour: Colour = "#2f6fed"
    allowed_origins: Origins = Field(default_factory=list)
    require_identity: bool = False
    retention_days: Annotated[int, Field(ge=1, le=DAYS)] | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class InboxBody(InboxChanges):
    name: line_of(80)  # type: ignore[valid-type]
    channel: line_of(40)  # type: ignore[valid-type]


class InboxShown(BaseModel):
    """An inbox; whoever may not read inboxes sees only what it is called."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    channel: str
    colour: str
    locale: str
    team_id: UUID | None
    archived_at: datetime | None


class InboxWhole(InboxShown):
    calendar_id: UUID | None
    greeting: str
    away_greeting: str
    allowed_origins: list[str]
    require_identity: bool
    retention_days: int | None
    settings: dict[str, Any]
    created_at: datetime


class InboxWithSecret(InboxWhole):
    """Shown once: when the inbox or its secret is new."""

    secret: str


class SecretShown(BaseModel):
    secret: str


class SnippetShown(BaseModel):
    """What a shop needs to put the widget on its pages."""

    html: str
    inbox: UUID
    script: str
