"""Shapes of saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.conversations.schemas import ConversationRow
from kefu.conversations.schemas_labels import Name, Sharing
from kefu.core.shapes import Shape

Conditions = Annotated[
    dict[str, Any],
    Field(
        description='{"all": [...]}, {"any": [...]} or {"field", "operator", "value"}; at most '
        "30 tests, 4 levels deep. The fields and their operators stand in the guide.",
        examples=[{"all": [{"field": "status", "operator": "is", "value": ["waiting"]}]}],
    ),
]


class NewSavedView(Shape):
    name: Name
    conditions: Conditions
    scope: Sharing = "own"
    team_id: UUID | None = None


class SavedViewChange(Shape):
    name: Name = ""
    conditions: Conditions = Field(default_factory=dict)
    scope: Sharing = "own"
    team_id: UUID | None = None


class PreviewBody(Shape):
    conditions: Conditions


class PinsBody(Shape):
    views: Annotated[list[UUID], Field(max_length=50)]


class SavedViewShown(BaseModel):
    id: UUID
    name: str
    conditions: dict[str, Any]
    scope: Sharing
    team_id: UUID | None
    pinned: bool
    position: int | None
    updated_at: datetime


class Preview(BaseModel):
    """`count` goes up to 1,000; `more` says that there are more than that."""

    count: int
    more: bool
    items: list[ConversationRow]
