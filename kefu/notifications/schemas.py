"""Shapes of requests and answers of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kefu.core.shapes import Shape
from kefu.core.time_shapes import TimeOfDay, Zone


class NotificationRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    subject_kind: str
    subject: UUID
    conversation: UUID | None
    actor: UUID | None
    params: dict[str, Any]
    about: str | None = None
    count: int
    at: datetime
    read_at: datetime | None


class ReasonRow(BaseModel):
    """`setting` names a page of the settings: `policies`, `automation` and so on."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    setting: str | None


class Count(BaseModel):
    unread: int


class Reading(Shape):
    """Which notifications were read: some, those about a conversation, or all."""

    ids: Annotated[list[UUID], Field(max_length=200)] | None = None
    conversation: UUID | None = None
    all: bool = False

    @model_validator(mode="after")
    def says_which(self) -> Self:
        if (self.ids is not None) + (self.conversation is not None) + self.all != 1:
            raise ValueError("Say `ids`, `conversation` or `all`, one of them.")
        return self


class KindWays(Shape):
    in_app: bool
    sound: bool
    desktop: bool
    mail: bool


class Quiet(Shape):
    """Every day from one time to the other, over midnight if need be."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay
    timezone: Zone

    @model_validator(mode="after")
    def lasts(self) -> Self:
        if self.from_ in (self.to, "24:00"):
            raise ValueError("Quiet hours begin and end at different times of day.")
        return self


class NewPreferences(Shape):
    ways: Annotated[dict[str, KindWays], Field(max_length=100)]
    quiet: Quiet | None = None


class KindRow(KindWays):
    kind: str
    title: str
    suggested: KindWays


class PreferencesRow(BaseModel):
    kinds: list[KindRow]
    quiet: Quiet | None
