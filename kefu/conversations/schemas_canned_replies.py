"""Shapes of canned replies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, StringConstraints

from kefu.conversations.schemas_labels import Sharing, Text, Title
from kefu.core.shapes import Shape, clean

Shortcut = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\s/{}]+$"),
    AfterValidator(clean),
]


class NewCannedReply(Shape):
    shortcut: Shortcut
    title: Title
    text: Text
    scope: Sharing = "own"
    team_id: UUID | None = None


class CannedReplyChange(Shape):
    shortcut: Shortcut = ""
    title: Title = ""
    text: Text = ""
    scope: Sharing = "own"
    team_id: UUID | None = None


class CannedReplyUse(Shape):
    conversation: UUID


class CannedReplyShown(BaseModel):
    id: UUID
    shortcut: str
    title: str
    text: str
    scope: Sharing
    team_id: UUID | None
    uses: int
    used_at: datetime | None
    updated_at: datetime
    rendered: str | None
    missing: list[str]
