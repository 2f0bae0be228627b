"""What automation tells of itself: rules that were made, changed, switched, paused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class RuleEvent(Event):
    version: int

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class RuleCreated(RuleEvent):
    kind: ClassVar[str] = "automation_rule.created"


@dataclass(frozen=True, kw_only=True)
class RuleChanged(RuleEvent):
    kind: ClassVar[str] = "automation_rule.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RuleSwitched(RuleEvent):
    kind: ClassVar[str] = "automation_rule.switched"
    active: bool


@dataclass(frozen=True, kw_only=True)
class RulePaused(RuleEvent):
    kind: ClassVar[str] = "automation_rule.paused"
    reason: str


@dataclass(frozen=True, kw_only=True)
class RuleRemoved(RuleEvent):
    kind: ClassVar[str] = "automation_rule.removed"


@dataclass(frozen=True, kw_only=True)
class RunRetried(Event):
    """`subject` is the rule; what had failed on one subject was tried again."""

    kind: ClassVar[str] = "automation_run.retried"
    run: UUID
    about_kind: str
    about: UUID
    failed: int
