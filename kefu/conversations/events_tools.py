"""What happens to the tools around conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ToolEvent(Event):
    """A thing that several agents use was created, changed or removed."""

    change: str = "changed"
    team: UUID | None = None
    owner: UUID | None = None

    def audience(self) -> list[str]:
        if self.owner is not None:
            return [f"agent:{self.owner}"]
        return [f"team:{self.team}"] if self.team is not None else ["agents"]


@dataclass(frozen=True, kw_only=True)
class LabelChanged(ToolEvent):
    kind: ClassVar[str] = "label.changed"


@dataclass(frozen=True, kw_only=True)
class CannedReplyChanged(ToolEvent):
    kind: ClassVar[str] = "canned_reply.changed"


@dataclass(frozen=True, kw_only=True)
class SavedViewChanged(ToolEvent):
    kind: ClassVar[str] = "saved_view.changed"


@dataclass(frozen=True, kw_only=True)
class SensitiveWordsChanged(Event):
    """Every web process reads the words again; none of them stands in the fact."""

    kind: ClassVar[str] = "sensitive_words.changed"
    change: str = "changed"
    words: int = 0

    def audience(self) -> list[str]:
        return ["web"]


@dataclass(frozen=True, kw_only=True)
class MessageFlagged(Event):
    """A message holds words that are pointed out; which ones, their ids say."""

    kind: ClassVar[str] = "message.flagged"
    message: UUID
    words: tuple[UUID, ...]
    team: UUID | None = None

    def audience(self) -> list[str]:
        return [f"c:{self.subject}", "list:all"]


@dataclass(frozen=True, kw_only=True)
class ScheduledEvent(Event):
    """A text that waits for its moment; `subject` is its id."""

    due_at: datetime

    def audience(self) -> list[str]:
        return [f"c:{self.conversation}"]


@dataclass(frozen=True, kw_only=True)
class MessageScheduled(ScheduledEvent):
    kind: ClassVar[str] = "scheduled_message.created"


@dataclass(frozen=True, kw_only=True)
class ScheduledMessageSettled(ScheduledEvent):
    """It was sent, cancelled, or could not be sent."""

    kind: ClassVar[str] = "scheduled_message.settled"
    outcome: str
    reason: str | None = None
    message: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class TranscriptExported(Event):
    kind: ClassVar[str] = "conversation.exported"
    form: str
    notes: bool


@dataclass(frozen=True, kw_only=True)
class BulkActionDone(Event):
    kind: ClassVar[str] = "conversations.bulk_changed"
    action: str
    changed: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class BulkActionUndone(Event):
    kind: ClassVar[str] = "conversations.bulk_undone"
    action: str
    changed: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ConversationErased(Event):
    """Its texts and files are gone: it was older than its inbox keeps things."""

    kind: ClassVar[str] = "conversation.erased"
    inbox: UUID
    messages: int

    def audience(self) -> list[str]:
        return [f"c:{self.subject}"]


@dataclass(frozen=True, kw_only=True)
class InboxRetentionRun(Event):
    kind: ClassVar[str] = "inbox.retention_run"
    run: UUID
    retention_days: int
    conversations: int
    messages: int
    files: int
