"""What channels tell: deliveries, and lines that break and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.conversations.events import ConversationEvent
from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageDelivered(ConversationEvent):
    """A message that had failed reached the other side after all."""

    kind: ClassVar[str] = "message.delivered"
    message: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelEvent(Event):
    """Something about a line to the outside; `subject` is its inbox."""

    channel: str

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ChannelBroken(ChannelEvent):
    kind: ClassVar[str] = "channel.broken"
    failures: int = 1


@dataclass(frozen=True, kw_only=True)
class ChannelRecovered(ChannelEvent):
    kind: ClassVar[str] = "channel.recovered"
    broken_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Event):
    """`change`: created, changed, deleted, disabled (too many failures), replayed, pinged."""

    kind: ClassVar[str] = "webhook.changed"
    change: str

    def audience(self) -> list[str]:
        return ["agents"]
