"""Shapes of sensitive words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kefu.conversations.schemas_labels import Name, Text
from kefu.core.shapes import Shape

Direction = Literal["in", "out", "both"]
Action = Literal["mask", "refuse", "flag"]


class NewWords(Shape):
    words: Annotated[list[Name], Field(min_length=1, max_length=2000)]
    direction: Direction = "both"
    action: Action


class WordShown(BaseModel):
    id: UUID
    word: str
    direction: Direction
    action: Action
    created_at: datetime


class WordsAdded(BaseModel):
    items: list[WordShown]


class TrialBody(Shape):
    text: Annotated[Text, StringConstraints(max_length=2000)]
    direction: Literal["in", "out"]


class Trial(BaseModel):
    """What would become of a text."""

    text: str
    refused: str | None
    flags: list[str]
