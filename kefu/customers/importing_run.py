"""Working off an import: batch by batch, each committed within a second, and what came of it."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError

from kefu.core.clock import iso, now
from kefu.core.db import Database, Session, pushes_of
from kefu.core.errors import Invalid, Refusal
from kefu.core.events import plain, record
from kefu.core.files import Storage
from kefu.core.problem_words import params_of
from kefu.core.realtime import Push
from kefu.core.sheets import Row, sheet_of
from kefu.customers.events_importing import ImportFinished
from kefu.customers.importing import import_with, shown_import
from kefu.customers.importing_check import AT_ONCE, OUTCOMES, Foresight, Key, holders_of
from kefu.customers.importing_known import acquaintances_in, have_called
from kefu.customers.importing_rows import Person, Reading, reading_of
from kefu.customers.importing_strangers import have_moved_in, strangers_in
from kefu.customers.importing_taking import Terms, take
from kefu.customers.model_imports import CustomerImport, CustomerImportRefusal

BATCH_SECONDS = 0.5
BATCH_ROWS = 300
OTHERS_AT_MOST = 10

Progress = Callable[[CustomerImport], None]


def quiet(_: CustomerImport) -> None:
    """Nobody watches."""


async def rows_in(storage: Storage, made: CustomerImport) -> Iterator[Row]:
    data = b"".join([part async for part in await storage.get(made.key)])
    return (await asyncio.to_thread(sheet_of, data)).rows()


async def check_import(
    database: Database, storage: Storage, import_id: UUID, *, progress: Progress = quiet
) -> None:
    """The dry run: counts and the first refusals, while nothing of a customer is written."""
    async with database.transaction() as db:
        made = await import_with(db, import_id)
        reading = await reading_of(db, made.mapping)
    foresight = Foresight(made.scope, made.proven)
    rows = await rows_in(storage, made)
    while some := list(islice(rows, AT_ONCE)):
        async with database.transaction() as db:
            made = await import_with(db, import_id, lock=True)
            if made.status != "checking":
                return
            await foresight.look(db, reading, some)
            made.done += len(some)
            made.checked = shown_outcome(foresight)
            if made.done >= made.rows:
                made.status = "checked"
            show_progress(db, made)
        progress(made)


def shown_outcome(foresight: Foresight) -> dict[str, Any]:
    outcome = foresight.outcome
    return {"counts": dict(outcome.counts), "refused": list(outcome.refused)}


async def run_import(
    database: Database, storage: Storage, import_id: UUID, *, progress: Progress = quiet
) -> None:
    """Take row after row from where the last commit ended; a killed run goes on there."""
    async with database.transaction() as db:
        made = await import_with(db, import_id)
        reading = await reading_of(db, made.mapping)
    work = Work(reading, Terms(made.scope, made.proven, made.created_by))
    rows = list(await rows_in(storage, made))
    while made.status == "running" and made.done < made.rows:
        async with database.transaction() as db:
            made = await import_with(db, import_id, lock=True)
            if made.status != "running":
                break
            await work.batch(db, made, rows[made.done : made.done + BATCH_ROWS])
            show_progress(db, made)
        progress(made)
    wanted = await asyncio.to_thread(numbers_in, made, reading, rows)
    async with database.transaction() as db:
        made = await import_with(db, import_id, lock=True)
        if made.status == "running":
            made.report = await reconciled(db, made, wanted)
            made.status = "done"
        await finish(db, made)
    progress(made)


@dataclass
class Work:
    """How the rows of one import are taken."""

    reading: Reading
    terms: Terms

    async def batch(self, db: Session, made: CustomerImport, rows: list[Row]) -> None:
        """The next rows: plain ones all at once, the others one by one, for half a second.

        Readers of facts wait for no open write longer.
        """
        counts = dict.fromkeys(OUTCOMES, 0) | made.counts
        ends = time.monotonic() + BATCH_SECONDS
        plain = await self._plain(db, rows, counts)
        done = max(plain, default=-1) + 1
        for number, row in enumerate(rows):
            if number in plain:
                continue
            if number >= max(done, 1) and time.monotonic() >= ends:
                break
            counts[await self._take(db, made, row)] += 1
            done = max(done, number + 1)
        made.counts, made.done = counts, made.done + done

    async def _plain(self, db: Session, rows: list[Row], counts: dict[str, int]) -> set[int]:
        """Take strangers and plain acquaintances, no further than the tenth of the others.

        So the rows that go one by one between them never keep a transaction open for long.
        """
        persons = self._persons(rows)
        strangers = await strangers_in(db, persons, self.terms)
        rest = {number: one for number, one in persons.items() if number not in strangers}
        known = await acquaintances_in(db, rest, self.terms)
        end = end_of(len(rows), strangers.keys() | known.keys())
        strangers = {number: one for number, one in strangers.items() if number < end}
        known = {number: one for number, one in known.items() if number < end}
        taken: set[int] = set()
        if strangers and await have_moved_in(db, list(strangers.values()), self.terms):
            counts["new"] += len(strangers)
            taken |= strangers.keys()
        if known and await have_called(db, persons, known, self.terms):
            counts["updated"] += len(known)
            taken |= known.keys()
        return taken

    def _persons(self, rows: list[Row]) -> dict[int, Person]:
        persons: dict[int, Person] = {}
        for number, row in enumerate(rows):
            try:
                persons[number] = self.reading.person(row.cells)
            except Refusal:
                continue
        return persons

    async def _take(self, db: Session, made: CustomerImport, row: Row) -> str:
        try:
            person = self.reading.person(row.cells)
            async with db.begin_nested():
                return await take(db, person, self.terms)
        except Refusal as refusal:
            refused = refusal
        except (IntegrityError, DataError):
            refused = Invalid("This row cannot be stored as it is.", code="cannot_be_stored")
        db.add(
            CustomerImportRefusal(
                import_id=made.id,
                line=row.line,
                field=refused.field,
                problem=refused.title,
                code=refused.code,
                params=params_of(refused),
                row=row.cells,
            )
        )
        await db.flush()
        return "refused"


def end_of(rows: int, plain: AbstractSet[int]) -> int:
    """The place behind which there is more than a handful of rows that are not plain."""
    others = [number for number in range(rows) if number not in plain]
    return others[OTHERS_AT_MOST] if len(others) > OTHERS_AT_MOST else rows


def numbers_in(made: CustomerImport, reading: Reading, rows: list[Row]) -> set[Key]:
    """All numbers of the file that prove somebody; read again, while no transaction is open."""
    wanted: set[Key] = set()
    for row in rows if made.status == "running" else []:
        try:
            person = reading.person(row.cells)
        except Refusal:
            continue
        claims = person.claims(made.scope, proven=made.proven)
        wanted |= {claim.key for claim in claims if claim.proves}
    return wanted


async def reconciled(db: Session, made: CustomerImport, wanted: set[Key]) -> dict[str, Any]:
    """The books compared: rows against outcomes, and the file's numbers against those kept."""
    kept = await holders_of(db, wanted)
    found = wanted & kept.keys()
    return {
        "rows": made.rows,
        "counted": sum(made.counts.values()),
        "numbers_in_file": len(wanted),
        "numbers_kept": len(found),
        "customers": len({kept[key] for key in found}),
        "checksum_file": checksum(wanted),
        "checksum_kept": checksum(found),
        "sha256": made.sha256,
        "agrees": made.rows == sum(made.counts.values()) and found == wanted,
    }


def checksum(keys: set[Key]) -> str:
    """A figure that any order of the same numbers has; it tells nothing of the numbers."""
    total = sum(
        zlib.crc32(f"{kind}\0{scope or ''}\0{value}".encode()) for kind, scope, value in keys
    )
    return f"{total % 2**32:08x}"


async def finish(db: Session, made: CustomerImport) -> None:
    made.finished_at = now()
    counts = dict.fromkeys(OUTCOMES, 0) | made.counts
    event = ImportFinished(subject=made.id, actor=made.created_by, outcome=made.status, **counts)
    await record(db, event)
    show_progress(db, made)


async def fail(database: Database, import_id: UUID, problem: str) -> None:
    """The import cannot go on; what is in stays in."""
    async with database.transaction() as db:
        made = await import_with(db, import_id, lock=True)
        made.status, made.problem = "failed", problem[:500]
        await finish(db, made)


def show_progress(db: Session, made: CustomerImport) -> None:
    """Keep when it was so far, and tell whoever has the page open."""
    made.progressed_at = now()
    data = {
        name: iso(value) if name.endswith("_at") else plain(value)
        for name, value in shown_import(made).items()
    }
    frame = {
        "t": "event",
        "kind": "customer_import.progressed",
        "subject": str(made.id),
        "conversation": None,
        "at": iso(now()),
        "details": {},
        "data": data,
    }
    if made.created_by is not None:
        pushes_of(db).append(Push.of([f"agent:{made.created_by}"], frame))
