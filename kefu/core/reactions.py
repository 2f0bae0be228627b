"""Reactions: what capabilities do when facts of others appear, in batches, exactly once.

A group of reactions has one cursor per shard of subjects. A worker takes free shards, reads the
next facts up to the id ceiling, runs their reactions and moves the cursors in one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, Identity, Index, SmallInteger, Text, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.ceiling import Ceiling
from kefu.core.clock import now
from kefu.core.db import Base, Database, Session
from kefu.core.events import Event, Fact
from kefu.core.fact_tail import FactTail
from kefu.core.metrics import FACTS_ASIDE, FACTS_LAG, FACTS_READ
from kefu.core.realtime import Realtime

log = structlog.get_logger(__name__)
BATCH = 1500
ATTEMPTS = 3
POLL_SECONDS = 0.25
SWEEP_SECONDS = 2.0

Run = Callable[[Session, list[Fact]], Awaitable[None]]


class FactCursor(Base):
    """How far a group has read in one shard."""

    __tablename__ = "fact_cursors"
    group_name: Mapped[str] = mapped_column(Text, primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)


class FactAside(Base):
    """A fact that a group could not react to, kept with its error until it is replayed."""

    __tablename__ = "facts_aside"
    __table_args__ = (
        Index(
            "ix_facts_aside_open", "group_name", "subject", postgresql_where="resolved_at is null"
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    group_name: Mapped[str] = mapped_column(Text)
    fact: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    error: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Reaction:
    """One function and the kinds of facts it wants."""

    name: str
    kinds: AbstractSet[str]
    run: Run


GROUPS: dict[str, list[Reaction]] = {}
GAPS: dict[str, float] = {}
"""Seconds from batch to batch of a group, so that one pass covers many facts of a subject."""
LEAST_GAP = 0.05


def reacts_to(*events: type[Event] | str, group: str = "main") -> Callable[[Run], Run]:
    """Run the function with the list of facts of these kinds, in order per subject."""
    return reacts_to_any_of(
        frozenset(event if isinstance(event, str) else event.kind for event in events), group=group
    )


def reacts_to_any_of(kinds: AbstractSet[str], *, group: str) -> Callable[[Run], Run]:
    """As `reacts_to`, for kinds that are still being told: the reader asks when it begins."""

    def register(run: Run) -> Run:
        GROUPS.setdefault(group, []).append(
            Reaction(f"{run.__module__}.{run.__name__}", kinds, run)
        )
        return run

    return register


class Turns:
    """Readers of one process take turns, so that each holds its locks for a short time.

    Without, each step of a transaction waits for whatever the others compute in between. Who waits
    too long goes on all the same: a reaction that hangs holds up its own group only.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        mine = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._longest):
                mine = await self._lock.acquire()
        try:
            yield
        finally:
            if mine:
                self._lock.release()


TURNS = Turns(0.5)

TAKE = text(
    "select shard, position, exists (select from facts_aside a where a.group_name = :group "
    "and a.resolved_at is null) as blocked from fact_cursors "
    "where group_name = :group and position < :high order by position for update skip locked"
)
MOVE = text(
    "update fact_cursors set position = greatest(position, :position) "
    "where group_name = :group and shard = any(:shards)"
)


class Reader:
    """Reads facts for one group; several may run, in as many processes as there are."""

    def __init__(
        self,
        database: Database,
        group: str,
        *,
        shards: int = 8,
        ceiling: Ceiling | None = None,
        tail: FactTail | None = None,
    ) -> None:
        self._database = database
        self.group = group
        self._shards = shards
        self._reactions = GROUPS.get(group, [])
        self._kinds = {kind for reaction in self._reactions for kind in reaction.kinds}
        self._tail = tail or FactTail(database)
        self._ceiling = ceiling or Ceiling(database)
        self._awake = asyncio.Event()
        self._position: int | None = None
        self._look_again = 0.0

    def wake(self, _: str = "facts") -> None:
        """Look at once instead of at the next poll."""
        self._awake.set()

    async def run(self, realtime: Realtime | None = None) -> None:
        """Read for ever; a database that is away is waited for."""
        if realtime is not None:
            realtime.on_wake(self.wake)
        prepared = False
        while True:
            began = time.monotonic()
            try:
                if not prepared:
                    await prepare(self._database, self.group, self._shards)
                    prepared = True
                more = await self.step()
            except (OperationalError, InterfaceError, OSError) as error:
                log.warning("reader_waits", group=self.group, error=str(error)[:200])
                await asyncio.sleep(0.5)
                continue
            if not more:
                await asyncio.sleep(began + GAPS.get(self.group, LEAST_GAP) - time.monotonic())
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):  # wait_for of 3.11 may swallow the end
                await self._awake.wait()
        except TimeoutError:
            return
        self._awake.clear()

    async def step(self) -> bool:
        """Read one batch; true when a full batch was read and more may wait."""
        high = await self._ceiling.reach()
        if time.monotonic() < self._look_again and await self._is_idle(high):
            return False
        async with TURNS.turn(), self._database.transaction() as db:
            rows = (await db.execute(TAKE, {"group": self.group, "high": high})).all()
            positions: dict[int, int] = {row.shard: row.position for row in rows}
            self._look_again = time.monotonic() + SWEEP_SECONDS
            if not positions:
                self._position = high
                return False
            low = min(positions.values())
            facts, reached = await self._tail.read(low, high, self._kinds, BATCH)
            mine = [fact for fact in facts if self._is_new(fact, positions)]
            if mine:
                await self._react(db, mine, blocked=rows[0].blocked)
            values = {"group": self.group, "position": reached, "shards": list(positions)}
            await db.execute(MOVE, values)
        self._position = reached
        if mine:
            FACTS_READ.labels(self.group).inc(len(mine))
            FACTS_LAG.labels(self.group).observe((now() - mine[0].at).total_seconds())
        return reached < high

    async def _is_idle(self, high: int) -> bool:
        """Whether nothing happened that this group wants; its cursors follow at the next sweep."""
        if self._position is None:
            return False
        if high > self._position:
            facts, reached = await self._tail.read(self._position, high, self._kinds, 1)
            if facts:
                return False
            self._position = reached
        return self._position == high

    def _is_new(self, fact: Fact, positions: dict[int, int]) -> bool:
        position = positions.get(fact.subject.int % self._shards)
        return position is not None and fact.id > position

    async def _react(self, db: Session, facts: list[Fact], *, blocked: bool) -> None:
        subjects = {fact.subject for fact in facts} if blocked else set()
        waiting = await blocked_subjects(db, self.group, subjects) if blocked else set()
        free = [fact for fact in facts if fact.subject not in waiting]
        for fact in facts:
            if fact.subject in waiting:
                await self._set_aside(db, fact, "waits behind an earlier fact of its subject")
        try:
            async with db.begin_nested():
                await react(db, self._reactions, free)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - any reaction may fail in any way
            log.warning("reactions_one_by_one", group=self.group, error=repr(error)[:300])
            await self._one_by_one(db, free)

    async def _one_by_one(self, db: Session, facts: list[Fact]) -> None:
        stopped: set[UUID] = set()
        for fact in facts:
            if fact.subject in stopped:
                await self._set_aside(db, fact, "waits behind an earlier fact of its subject")
            elif error := await attempt(db, self._reactions, fact):
                stopped.add(fact.subject)
                await self._set_aside(db, fact, error)

    async def _set_aside(self, db: Session, fact: Fact, error: str) -> None:
        FACTS_ASIDE.labels(self.group).inc()
        log.error("fact_set_aside", group=self.group, fact=fact.id, kind=fact.kind, error=error)
        db.add(
            FactAside(
                group_name=self.group,
                fact=fact.id,
                kind=fact.kind,
                subject=fact.subject,
                error=error[:2000],
                at=now(),
            )
        )
        await db.flush()


async def prepare(database: Database, group: str, shards: int) -> None:
    """Make the group's cursors; a new group reads from the beginning of the log."""
    async with database.transaction() as db:
        await db.execute(
            text(
                "insert into fact_cursors (group_name, shard, position) "
                "select :group, s, 0 from generate_series(0, :last) s on conflict do nothing"
            ),
            {"group": group, "last": shards - 1},
        )


async def react(db: Session, reactions: Sequence[Reaction], facts: list[Fact]) -> None:
    """Run each reaction once with the facts it wants."""
    for reaction in reactions:
        wanted = [fact for fact in facts if fact.kind in reaction.kinds]
        if wanted:
            await reaction.run(db, wanted)
    await db.flush()


async def attempt(db: Session, reactions: Sequence[Reaction], fact: Fact) -> str | None:
    """Run the reactions of one fact, a few times if need be; the error, or nothing."""
    error: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            async with db.begin_nested():
                await react(db, reactions, [fact])
        except (OperationalError, InterfaceError):
            raise
        except Exception as caught:  # noqa: BLE001 - any reaction may fail in any way
            error = caught
        else:
            return None
    return repr(error.orig if isinstance(error, DBAPIError) else error)


async def blocked_subjects(db: Session, group: str, subjects: set[UUID]) -> set[UUID]:
    """Those subjects of which the group has a fact set aside."""
    rows = await db.execute(
        text(
            "select distinct subject from facts_aside where group_name = :group "
            "and resolved_at is null and subject = any(:subjects)"
        ),
        {"group": group, "subjects": list(subjects)},
    )
    return {row[0] for row in rows}


async def replay_aside(db: Session, group: str, subject: UUID) -> int:
    """React again, in order, to what was set aside of one subject; returns how many succeeded."""
    rows = await db.execute(
        text(
            "select a.id, f.id, f.kind, f.subject, f.conversation, f.customer, f.actor, f.details, "
            "f.at from facts_aside a join facts f on f.id = a.fact where a.group_name = :group "
            "and a.subject = :subject and a.resolved_at is null order by f.id for update of a"
        ),
        {"group": group, "subject": subject},
    )
    done = 0
    for aside, *values in rows.all():
        error = await attempt(db, GROUPS.get(group, []), Fact(*values))
        changes: dict[str, Any] = {"id": aside, "error": error, "at": None if error else now()}
        await db.execute(
            text(
                "update facts_aside set error = coalesce(:error, error), resolved_at = :at "
                "where id = :id"
            ),
            changes,
        )
        if error:
            break
        done += 1
    return done
