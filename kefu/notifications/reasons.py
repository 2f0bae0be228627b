"""Reasons: why a notification came: which clock, rule or threshold, and where that is set.

What all of a kind have in common stands where the kind is announced. A capability that knows more
of each one says so:

    @explains(BROKEN)
    async def policy_behind(db, notification, locale) -> str | None: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.notifications.kinds import KINDS
from kefu.notifications.model import Notification

Explain = Callable[[Session, Notification, str], Awaitable[str | None]]
EXPLAINERS: dict[str, Explain] = {}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it came, in the reader's language, and the page of the settings that decides it."""

    text: str
    setting: str | None


def explains(*kinds: str) -> Callable[[Explain], Explain]:
    """Let the function say more of notifications of these kinds than their announcement does."""

    def register(explain: Explain) -> Explain:
        for kind in kinds:
            if kind in EXPLAINERS:
                raise ValueError(f"Two capabilities explain the kind {kind}.")
            EXPLAINERS[kind] = explain
        return explain

    return register


async def notification_of(db: Session, agent: UUID, notification: UUID) -> Notification:
    """One of the agent's own."""
    found = await db.scalar(
        select(Notification).where(Notification.id == notification, Notification.agent_id == agent)
    )
    if found is None:
        raise NotFound("There is no such notification.")
    return found


async def reason_of(db: Session, notification: Notification, locale: str) -> Reason:
    """Why it came; of a kind that nobody announces any more there is nothing to say."""
    kind = KINDS.get(notification.kind)
    if kind is None:
        raise NotFound("Nothing is known of this kind any more.")
    explain = EXPLAINERS.get(kind.name)
    said = await explain(db, notification, locale) if explain else None
    return Reason(said or kind.why.worded(notification.params, locale), kind.why.setting)
