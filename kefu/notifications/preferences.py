"""Preferences: which ways each agent wants for each kind, and when it has to be quiet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.worktime import Hours, between, is_open, next_openings
from kefu.notifications.kinds import KINDS, Ways
from kefu.notifications.model import NotificationPreferences


@dataclass(frozen=True, slots=True)
class Preferences:
    """One agent's wishes; without a row, what each kind suggests."""

    ways: dict[str, dict[str, bool]]
    quiet: dict[str, str] | None

    def ways_of(self, kind: str) -> Ways:
        suggested = KINDS[kind].ways if kind in KINDS else Ways()
        return replace(suggested, **self.ways.get(kind, {}))

    def quiet_until(self, at: datetime) -> datetime | None:
        """When the quiet hours end that this moment lies in; nothing when it lies in none."""
        if self.quiet is None:
            return None
        span = between(self.quiet["from"], self.quiet["to"])
        hours = Hours(ZoneInfo(self.quiet["timezone"]), ((span,),) * 7)
        if not is_open(at, hours):
            return None
        return next_openings(at, hours, count=1)[0][1]


UNCHANGED = Preferences({}, None)


async def preferences_of(db: Session, agents: Iterable[UUID]) -> dict[UUID, Preferences]:
    """The wishes of those of these agents who have any."""
    table = NotificationPreferences
    rows = await db.execute(
        select(table.agent_id, table.ways, table.quiet).where(table.agent_id.in_(set(agents)))
    )
    return {agent: Preferences(ways, quiet) for agent, ways, quiet in rows}


async def prefer(
    db: Session, agent: UUID, *, ways: dict[str, dict[str, bool]], quiet: dict[str, str] | None
) -> Preferences:
    """Replace an agent's wishes."""
    for kind in ways:
        check_known(kind)
    values: dict[str, Any] = {"ways": ways, "quiet": quiet, "updated_at": now()}
    await db.execute(
        insert(NotificationPreferences)
        .values(agent_id=agent, **values)
        .on_conflict_do_update(index_elements=["agent_id"], set_=values)
    )
    return Preferences(ways, quiet)


def check_known(kind: str) -> None:
    if kind not in KINDS:
        raise Invalid("There is no such kind of notification.", field=f"ways.{kind}")
