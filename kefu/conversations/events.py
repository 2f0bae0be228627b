"""What happens to conversations; messages themselves are told of by the hot statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


def queue_of(team: UUID | None) -> str:
    """The topic of what waits in a team without anybody's name on it."""
    return f"queue:{team or 'none'}"


@dataclass(frozen=True, kw_only=True)
class ConversationEvent(Event):
    """A change of a conversation: `seq` orders it among the messages."""

    seq: int
    inbox: UUID | None = None
    team: UUID | None = None
    assignee: UUID | None = None
    status: str | None = None
    former_team: UUID | None = None
    former_assignee: UUID | None = None

    moves: ClassVar[bool] = False
    """Whether it takes the conversation out of its team's queue."""

    def audience(self) -> list[str]:
        agents = {self.assignee, self.former_assignee} - {None}
        teams = {self.team, self.former_team}
        return [
            f"c:{self.subject}",
            *(f"agent:{agent}" for agent in agents),
            *(f"list:team:{team}" if team else "list:unassigned" for team in teams),
            *(queue_of(team) for team in teams if self.moves or self.assignee is None),
            "list:all",
        ]


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(ConversationEvent):
    kind: ClassVar[str] = "conversation.opened"
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationWaiting(ConversationEvent):
    kind: ClassVar[str] = "conversation.waiting"
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(ConversationEvent):
    """`reason` says how, where the product gave it to somebody; who takes one gives none."""

    kind: ClassVar[str] = "conversation.assigned"
    moves: ClassVar[bool] = True
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationTransferred(ConversationEvent):
    kind: ClassVar[str] = "conversation.transferred"
    moves: ClassVar[bool] = True
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationClosed(ConversationEvent):
    kind: ClassVar[str] = "conversation.closed"
    moves: ClassVar[bool] = True
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationReopened(ConversationEvent):
    kind: ClassVar[str] = "conversation.reopened"


@dataclass(frozen=True, kw_only=True)
class ConversationSnoozed(ConversationEvent):
    kind: ClassVar[str] = "conversation.snoozed"
    moves: ClassVar[bool] = True
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationWoken(ConversationEvent):
    kind: ClassVar[str] = "conversation.woken"


@dataclass(frozen=True, kw_only=True)
class ConversationWrappingUp(ConversationEvent):
    kind: ClassVar[str] = "conversation.wrapping_up"


@dataclass(frozen=True, kw_only=True)
class ConversationLabelled(ConversationEvent):
    kind: ClassVar[str] = "conversation.labelled"
    labels: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConversationPrioritised(ConversationEvent):
    kind: ClassVar[str] = "conversation.prioritised"
    priority: int = 1


@dataclass(frozen=True, kw_only=True)
class ConversationRated(ConversationEvent):
    kind: ClassVar[str] = "conversation.rated"
    score: int = 0


@dataclass(frozen=True, kw_only=True)
class ConversationBlocked(ConversationEvent):
    kind: ClassVar[str] = "conversation.blocked"
    blocked: bool = True


@dataclass(frozen=True, kw_only=True)
class MessageRecalled(ConversationEvent):
    kind: ClassVar[str] = "message.recalled"
    message: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MessageFailed(ConversationEvent):
    kind: ClassVar[str] = "message.failed"
    message: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InboxChanged(Event):
    kind: ClassVar[str] = "inbox.changed"
    change: str = "changed"
    channel: str | None = None

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class DescriptionRepeated(Event):
    """After a transfer the customer had to say again what they had said before (R022)."""

    kind: ClassVar[str] = "conversation.repeated"
    transfers: int

    def audience(self) -> list[str]:
        return [f"c:{self.subject}"]
