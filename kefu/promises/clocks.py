"""Clocks: a running promise is a row with a due time, changed in batches, fired by the scanner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text

from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.worktime import Hours, NeverOpen, add_worktime, worktime_between
from kefu.core.writing import listed
from kefu.promises.events import ClockEvent, PromiseBroken, PromiseRestored
from kefu.promises.targets import Promise, Promises, load_promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start a clock. One that runs goes on, unless `restart`.

    How long it runs is what the policies promise (nothing promised: no clock), or until `due_at`.
    """

    subject_kind: str
    subject: UUID
    kind: str
    at: datetime
    conversation: UUID | None = None
    customer: UUID | None = None
    inbox: UUID | None = None
    team: UUID | None = None
    assignee: UUID | None = None
    priority: int | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """What was promised has happened at `at`, or does not matter any more."""

    subject: UUID
    kind: str
    at: datetime


Change = Start | Stop
NONE = Promises([], {})


@dataclass(slots=True)
class Clock:
    """One clock, and what may happen to it; the fields are the table's columns."""

    id: UUID
    subject_kind: str
    subject: UUID
    kind: str
    conversation: UUID | None
    customer: UUID | None
    inbox: UUID | None
    team: UUID | None
    assignee: UUID | None
    priority: int | None
    policy: UUID | None
    calendar: UUID | None
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None
    warned_at: datetime | None = None
    broken_at: datetime | None = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    fires_at: datetime | None = None
    kept: int = 0
    broken: int = 0

    def is_running(self) -> bool:
        return self.stopped_at is None

    def stop(self, at: datetime) -> list[ClockEvent]:
        """Stop it; says what the scanner has said too early or has not come to say."""
        happened: list[ClockEvent] = []
        in_time = at <= self.due_at or self.paused_at is not None
        if in_time and self.broken_at:
            self.broken_at, self.broken = None, self.broken - 1
            happened.append(self.event(PromiseRestored))
        elif not in_time and self.policy and not self.broken_at:
            self.broken_at, self.broken = self.due_at, self.broken + 1
            happened.append(self.event(PromiseBroken))
        self.kept += in_time and self.policy is not None
        self.stopped_at, self.paused_at, self.fires_at = at, None, None
        return happened

    def pause(self, at: datetime) -> None:
        """Stop counting; what is over by then is no longer paused."""
        if self.is_running() and not self.paused_at and at <= self.due_at:
            self.paused_at, self.fires_at = at, None

    def resume(self, at: datetime, hours: Hours) -> None:
        """Go on with the time that was left when it was paused."""
        if not self.is_running() or self.paused_at is None:
            return
        self.due_at = shifted(self.due_at, self.paused_at, at, hours)
        if self.warn_at:
            self.warn_at = shifted(self.warn_at, self.paused_at, at, hours)
        self.paused_at = None
        self.arm()

    def arm(self) -> None:
        """Set the moment at which the scanner looks at it at the latest."""
        waits_for_warning = self.warn_at is not None and self.warned_at is None
        self.fires_at = self.warn_at if waits_for_warning else self.due_at

    def event(self, kind: type[ClockEvent]) -> ClockEvent:
        return kind(
            subject=self.subject,
            conversation=self.conversation,
            customer=self.customer,
            clock=self.id,
            clock_kind=self.kind,
            subject_kind=self.subject_kind,
            started_at=self.started_at,
            due_at=self.due_at,
            policy=self.policy,
            inbox=self.inbox,
            team=self.team,
            assignee=self.assignee,
            priority=self.priority,
        )


def shifted(moment: datetime, paused_at: datetime, at: datetime, hours: Hours) -> datetime:
    """The moment that is as far from `at` as it was from the pause, in the clock's own time."""
    left = max(worktime_between(paused_at, moment, hours), timedelta())
    try:
        return add_worktime(at, left, hours)
    except NeverOpen:  # the calendar was emptied in between
        return at + left


COLUMNS = [field.name for field in fields(Clock)]
KEYS = ("id", "subject_kind", "subject", "kind")
COURSE = (
    "started_at",
    "due_at",
    "warn_at",
    "warned_at",
    "broken_at",
    "paused_at",
    "stopped_at",
    "kept",
    "broken",
)
"""What changes of a clock from turn to turn; the rest says whose it is and seldom does."""
WHOSE = [name for name in COLUMNS if name not in (*KEYS, *COURSE, "fires_at")]
SELECT = f"select {', '.join(f'c.{name}' for name in COLUMNS)} from clocks c"  # noqa: S608 - ours
LOAD = text(f"{SELECT} where c.subject = any(:subjects) order by c.subject, c.kind for update of c")
LOAD_KINDS = text(
    f"{SELECT} join unnest(cast(:subjects as uuid[]), cast(:kinds as text[])) k(subject, kind) "
    "on k.subject = c.subject and k.kind = c.kind order by c.subject, c.kind for update of c"
)
# The moment for the scanner only ever moves nearer here: it may look too early, never too late.
SAVE = text(
    f"insert into clocks ({', '.join(COLUMNS)}) select {', '.join(COLUMNS)} "  # noqa: S608 - ours
    "from json_populate_recordset(null::clocks, cast(:rows as json)) "
    "on conflict (subject, kind) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in (*COURSE, *WHOSE))
    + ", fires_at = least(clocks.fires_at, excluded.fires_at)"
)
SAVE_COURSE = text(
    "update clocks c set "  # noqa: S608 - our own column names
    + ", ".join(f"{name} = r.{name}" for name in COURSE)
    + ", fires_at = least(c.fires_at, r.fires_at) "
    "from json_populate_recordset(null::clocks, cast(:rows as json)) r where c.id = r.id"
)


async def start_clock(db: Session, **start: Any) -> None:
    """Start one clock; the arguments are those of `Start`."""
    await change_clocks(db, [Start(**start)])


async def stop_clock(db: Session, subject: UUID, kind: str, at: datetime) -> None:
    """Stop one clock; nothing happens when it does not run."""
    await change_clocks(db, [Stop(subject, kind, at)])


async def change_clocks(db: Session, changes: Sequence[Change]) -> None:
    """Apply starts and stops in this order, in a fixed number of statements for any number."""
    if not changes:
        return
    promises = await load_promises(db) if any(map(asks_policies, changes)) else NONE
    clocks = await locked(db, {(change.subject, change.kind) for change in changes})
    happened: list[ClockEvent] = []
    touched: dict[tuple[UUID, str], Clock] = {}
    moved: set[UUID] = set()
    for change in changes:
        key = (change.subject, change.kind)
        clock = clocks.get(key)
        if isinstance(change, Stop):
            if clock is None or not clock.is_running():
                continue
            happened += clock.stop(change.at)
        else:
            started = begun(change, clock, promises)
            if started is None:
                continue
            if clock is None or whose(clock) != whose(started):
                moved.add(started.id)
            clock = clocks[key] = started
        touched[key] = clock
    await save(db, [clock for clock in touched.values() if clock.id not in moved])
    await save(db, [clock for clock in touched.values() if clock.id in moved], SAVE)
    await tell(db, happened)


def asks_policies(change: Change) -> bool:
    """Whether how long it runs is for the policies to say."""
    return isinstance(change, Start) and change.due_at is None


def begun(start: Start, clock: Clock | None, promises: Promises) -> Clock | None:
    """The clock as it runs after this start; nothing when the start changes nothing."""
    if clock and clock.is_running() and not start.restart:
        return None
    promise = promised(start, promises)
    if promise is None:
        return None
    begun = Clock(
        id=clock.id if clock else uuid7(start.at),
        subject_kind=start.subject_kind,
        subject=start.subject,
        kind=start.kind,
        conversation=start.conversation,
        customer=start.customer,
        inbox=start.inbox,
        team=start.team,
        assignee=start.assignee,
        priority=start.priority,
        policy=promise.policy,
        calendar=promise.calendar,
        started_at=start.at,
        due_at=promise.due_at,
        warn_at=promise.warn_at,
        kept=clock.kept if clock else 0,
        broken=clock.broken if clock else 0,
    )
    begun.arm()
    return begun


def promised(start: Start, promises: Promises) -> Promise | None:
    if start.due_at is not None:
        return Promise(None, None, start.due_at, start.warn_at)
    return promises.for_start(
        start.subject_kind,
        start.kind,
        start.at,
        inbox=start.inbox,
        team=start.team,
        priority=start.priority,
    )


async def stop_clocks(
    db: Session, subjects: Iterable[UUID], at: datetime, *, kinds: Iterable[str] | None = None
) -> None:
    """Stop the running clocks of these subjects, all or those of some kinds."""
    happened: list[ClockEvent] = []
    found = await locked_of(db, subjects, kinds)
    clocks = [clock for clock in found.values() if clock.is_running()]
    for clock in clocks:
        happened += clock.stop(at)
    await save(db, clocks)
    await tell(db, happened)


async def pause_clocks(
    db: Session, subjects: Iterable[UUID], at: datetime, *, kinds: Iterable[str] | None = None
) -> None:
    """Stop counting, for instance while the customer is awaited."""
    clocks = list((await locked_of(db, subjects, kinds)).values())
    for clock in clocks:
        clock.pause(at)
    await save(db, clocks)


async def resume_clocks(
    db: Session, subjects: Iterable[UUID], at: datetime, *, kinds: Iterable[str] | None = None
) -> None:
    """Go on counting with what was left."""
    promises = await load_promises(db)
    clocks = list((await locked_of(db, subjects, kinds)).values())
    for clock in clocks:
        clock.resume(at, promises.hours(clock.calendar))
    await save(db, clocks)


async def hand_over_clocks(
    db: Session, holders: dict[UUID, tuple[UUID | None, UUID | None]]
) -> None:
    """Tell running clocks who answers for the subject now: `{subject: (assignee, team)}`."""
    if not holders:
        return
    rows = sorted((subject, *holder) for subject, holder in holders.items())
    subjects, assignees, teams = zip(*rows, strict=True)
    await db.execute(
        text(
            "update clocks c set assignee = h.assignee, team = h.team "
            "from unnest(cast(:subjects as uuid[]), cast(:assignees as uuid[]), "
            "cast(:teams as uuid[])) h(subject, assignee, team) "
            "where c.subject = h.subject and c.stopped_at is null"
        ),
        {"subjects": list(subjects), "assignees": list(assignees), "teams": list(teams)},
    )


@dataclass(frozen=True, slots=True)
class NextDue:
    """What is due next for a subject; it may lie in the past."""

    at: datetime
    kind: str


async def next_due(db: Session, subjects: Iterable[UUID]) -> dict[UUID, NextDue]:
    """The next promise of each of these subjects; one without a running clock is left out."""
    rows = await db.execute(
        text(
            "select distinct on (subject) subject, due_at, kind from clocks "
            "where subject = any(:subjects) and policy is not null "
            "and stopped_at is null and paused_at is null order by subject, due_at"
        ),
        {"subjects": list(subjects)},
    )
    return {subject: NextDue(due_at, kind) for subject, due_at, kind in rows}


def whose(clock: Clock) -> tuple[Any, ...]:
    return tuple(getattr(clock, name) for name in WHOSE)


async def locked(
    db: Session, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Clock]:
    """These clocks by subject and kind, locked in a fixed order."""
    subjects = listed(subject for subject, _ in wanted)
    rows = await db.execute(
        LOAD_KINDS, {"subjects": subjects, "kinds": [kind for _, kind in wanted]}
    )
    return {(row[2], row[3]): Clock(*row) for row in rows}


async def locked_of(
    db: Session, subjects: Iterable[UUID], kinds: Iterable[str] | None
) -> dict[tuple[UUID, str], Clock]:
    """All clocks of these subjects or those of some kinds, locked in a fixed order."""
    chosen = sorted(set(subjects))
    if kinds is not None:
        wanted = set(kinds)
        return await locked(db, [(subject, kind) for subject in chosen for kind in wanted])
    rows = await db.execute(LOAD, {"subjects": chosen})
    return {(row[2], row[3]): Clock(*row) for row in rows}


async def save(db: Session, clocks: Iterable[Clock], statement: TextClause = SAVE_COURSE) -> None:
    """Write their course, or with `SAVE` everything; what is empty is not sent."""
    names = COLUMNS if statement is SAVE else ("id", *COURSE, "fires_at")
    rows = [
        {name: value for name in names if (value := getattr(clock, name)) is not None}
        for clock in sorted(clocks, key=lambda clock: (clock.subject, clock.kind))
    ]
    if rows:
        await db.execute(statement, {"rows": orjson.dumps(rows).decode()})


async def tell(db: Session, happened: Iterable[ClockEvent]) -> None:
    for event in happened:
        await record(db, event)
