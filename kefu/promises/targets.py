"""Targets: how long the policies promise a thing takes, by inbox, team and priority."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.worktime import ALWAYS, Hours, NeverOpen, add_worktime
from kefu.promises.model import Calendar, Policy

log = structlog.get_logger(__name__)
HOURS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of a policy; the warning comes after `warn_percent` of the time."""

    seconds: float
    business_time: bool
    warn_percent: int | None

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Target:
        return cls(stored["seconds"], stored["business_time"], stored["warn_percent"])

    def due_after(self, start: datetime, hours: Hours) -> datetime:
        return add_worktime(start, timedelta(seconds=self.seconds), hours)

    def warns_after(self, start: datetime, hours: Hours) -> datetime | None:
        if self.warn_percent is None:
            return None
        part = timedelta(seconds=self.seconds) * self.warn_percent / 100
        return add_worktime(start, part, hours)


@dataclass(frozen=True, slots=True)
class Promise:
    """A due time, and the policy and calendar it comes from."""

    policy: UUID | None
    calendar: UUID | None
    due_at: datetime
    warn_at: datetime | None


class Promises:
    """The active policies in order, with the hours they count in."""

    def __init__(self, policies: Sequence[Policy], hours: dict[UUID, Hours]) -> None:
        self._policies = policies
        self._hours = hours

    def hours(self, calendar: UUID | None) -> Hours:
        """The opening hours of a calendar; without one, or if it is gone, always open."""
        return self._hours.get(calendar, ALWAYS) if calendar else ALWAYS

    def for_start(
        self,
        subject_kind: str,
        kind: str,
        at: datetime,
        *,
        inbox: UUID | None,
        team: UUID | None,
        priority: int | None,
    ) -> Promise | None:
        """What is promised to a subject for which this clock starts now."""
        for policy in self.fitting(subject_kind, inbox=inbox, team=team, priority=priority):
            stored = policy.targets.get(kind)
            if stored is not None:
                return self._promise(policy, Target.of(stored), at)
        return None

    def _promise(self, policy: Policy, target: Target, at: datetime) -> Promise | None:
        calendar = policy.calendar_id if target.business_time else None
        hours = self.hours(calendar)
        try:
            due_at, warn_at = target.due_after(at, hours), target.warns_after(at, hours)
        except NeverOpen:  # a calendar was emptied after the policy was checked
            log.warning("calendar_never_open", policy=str(policy.id), calendar=str(calendar))
            return None
        return Promise(policy.id, calendar, due_at, warn_at)

    def fitting(
        self, subject_kind: str, *, inbox: UUID | None, team: UUID | None, priority: int | None
    ) -> Iterator[Policy]:
        """Policies whose conditions hold, the one that wins first."""
        return (p for p in self._policies if p.fits(subject_kind, inbox, team, priority))


async def load_promises(db: Session) -> Promises:
    """The active policies and all calendars: two statements on small tables."""
    policies = await db.scalars(
        select(Policy).where(Policy.active).order_by(Policy.position, Policy.id)
    )
    calendars = await db.scalars(select(Calendar))
    hours = {calendar.id: remembered(calendar) for calendar in calendars}
    return Promises(policies.all(), hours)


_remembered: dict[tuple[UUID, datetime], Hours] = {}


def remembered(calendar: Calendar) -> Hours:
    """The hours of this version of a calendar, with the months worked out so far."""
    key = (calendar.id, calendar.updated_at)
    found = _remembered.get(key)
    if found is None:
        if len(_remembered) >= HOURS_KEPT:
            _remembered.clear()
        found = _remembered[key] = calendar.hours()
    return found
