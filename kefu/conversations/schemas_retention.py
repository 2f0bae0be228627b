"""Shapes of retention."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.conversations.schemas import ConversationRow
from kefu.core.shapes import Shape

Days = Annotated[int, Field(ge=1, le=3650)]


class RetentionBody(Shape):
    """`null` keeps everything."""

    days: Days | None


class DryRunBody(Shape):
    """Without days, what is set for the inbox is tried."""

    days: Days | None = None


class DryRun(BaseModel):
    """`exactly` is false where messages and files were counted in the oldest 10,000 only."""

    days: int
    before: datetime
    conversations: int
    messages: int
    files: int
    exactly: bool
    sample: list[ConversationRow]


class RetentionRunShown(BaseModel):
    id: UUID
    days: int
    before: datetime
    conversations: int
    messages: int
    files: int
    started_at: datetime
    finished_at: datetime | None


class Retention(BaseModel):
    inbox: UUID
    days: int | None
