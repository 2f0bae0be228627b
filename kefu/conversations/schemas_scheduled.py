"""Shapes of scheduled messages and drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, StringConstraints

from kefu.conversations.schemas import Named
from kefu.conversations.schemas_labels import Text
from kefu.core.shapes import Shape, clean


class NewScheduledMessage(Shape):
    text: Text
    due_at: AwareDatetime


class ScheduledShown(BaseModel):
    id: UUID
    conversation: UUID
    agent: Named
    text: str
    due_at: datetime
    status: Literal["pending", "sent", "cancelled", "failed"]
    reason: str | None
    message: UUID | None


class DraftBody(Shape):
    text: Annotated[str, StringConstraints(max_length=8000), AfterValidator(clean)]


class DraftShown(BaseModel):
    text: str
