"""Running: an import in batches of its own transactions, whole or row by row, told as it goes.

`whole` reads all of the file before it writes anything: one bad row and nothing is imported.
`rows` takes what is right and keeps the rest, with what is wrong, as a file to correct and import
again. A run that was killed begins anew and finds its orders unchanged.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from kefu.commerce.events import ImportFinished
from kefu.commerce.goods import take_products
from kefu.commerce.importing.reading import Read, Refusal, documents_in
from kefu.commerce.importing.stopping import BROKEN, Failure
from kefu.commerce.model import Shop
from kefu.commerce.model_imports import CommerceImport, RefusedRow
from kefu.commerce.taking import take_orders
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.problem_words import params_of

BATCH = 500
REFUSED_KEPT = 10_000


@dataclass
class Progress:
    """How far an import has come."""

    size: int
    read_bytes: int = 0
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    kept: list[Refusal] = field(default_factory=list)

    def columns(self) -> dict[str, int]:
        names = ("read_bytes", "rows", "created", "changed", "unchanged", "refused")
        return {name: getattr(self, name) for name in names}

    def add(self, batch: list[Read]) -> None:
        self.rows += sum(one.rows for one in batch)
        self.read_bytes = batch[-1].position if batch else self.read_bytes
        for one in batch:
            self.refused += len(one.refusals)
            self.kept += one.refusals[: max(0, REFUSED_KEPT - self.refused)]


Told = Callable[[Progress], None]


async def start_import(
    db: Session, shop: Shop, *, kind: str, mode: str, file_name: str, size: int, **more: Any
) -> CommerceImport:
    """Write down that a file is to be imported."""
    started = CommerceImport(
        id=uuid7(), shop_id=shop.id, kind=kind, mode=mode, file_name=file_name, size=size, **more
    )
    db.add(started)
    await db.flush()
    return started


async def run_import(
    database: Database, import_id: UUID, path: Path, *, tell: Told = lambda _: None
) -> Progress:
    """Import the file; `tell` is called after every batch."""
    async with database.transaction() as db:
        wanted = await db.get(CommerceImport, import_id, with_for_update=True)
        if wanted is None:
            raise Invalid("There is no such import.", field="import")
        shop = await db.get(Shop, wanted.shop_id)
        assert shop is not None
        wanted.status, wanted.started_at, wanted.told_at = "running", now(), now()
        await db.execute(delete(RefusedRow).where(RefusedRow.import_id == import_id))
    run = Run(database, wanted, shop, path, tell)
    try:
        return await run.to_the_end()
    except Invalid as error:
        await run.finish("failed", Failure(error.title, error.code, params_of(error)))
        raise
    except Exception:
        await run.finish("failed", BROKEN)
        raise


class Run:
    """One run over a file."""

    def __init__(
        self, database: Database, wanted: CommerceImport, shop: Shop, path: Path, tell: Told
    ) -> None:
        self._database, self._wanted, self._shop, self._path = database, wanted, shop, path
        self._tell = tell
        self._progress = Progress(size=wanted.size)

    async def to_the_end(self) -> Progress:
        if self._wanted.mode == "whole" and not await self._is_right():
            await self.finish("refused")
            return self._progress
        self._progress = Progress(size=self._wanted.size)
        await self._write_all()
        await self.finish("done")
        return self._progress

    async def _write_all(self) -> None:
        """Two batches at a time: we reckon one while the database writes the other.

        A batch begins once the rows that it could want too are held by the one before, and
        commits after it: nobody waits in a circle, and a later batch is never kept alone.
        """
        reading = self._read()
        writing: list[asyncio.Task[None]] = []
        try:
            while batch := await self._following(reading, writing):
                earlier, claimed = writing[-1] if writing else None, asyncio.Event()
                writing.append(asyncio.create_task(self._write(batch, earlier, claimed)))
                await claimed.wait()
                if earlier is not None:
                    await writing.pop(0)
            await asyncio.gather(*writing)
        finally:
            for one in writing:
                one.cancel()
            await asyncio.gather(*writing, return_exceptions=True)

    def _read(self) -> Iterator[Read]:
        return documents_in(
            self._path,
            self._wanted.kind,
            currency=self._shop.currency,
            historic=self._wanted.historic,
        )

    async def _is_right(self) -> bool:
        """Read all of it and write nothing but what is wrong."""
        reading = self._read()
        while batch := await asyncio.to_thread(taken_of, reading):
            self._progress.add(batch)
            self._tell(self._progress)
        async with self._database.transaction() as db:
            await self._keep_refusals(db, self._progress)
        return self._progress.refused == 0

    async def _following(
        self, reading: Iterator[Read], writing: list[asyncio.Task[None]]
    ) -> list[Read]:
        """The next batch; where the file breaks off, what was right before is written first."""
        try:
            return await asyncio.to_thread(taken_of, reading)
        except Invalid:
            await asyncio.gather(*writing)
            raise

    async def _write(
        self, batch: list[Read], earlier: asyncio.Task[None] | None, claimed: asyncio.Event
    ) -> None:
        documents = [one.document for one in batch if one.document is not None]
        try:
            async with self._database.transaction() as db:
                results = await self._taken(db, documents, claimed)
                if earlier is not None:
                    await earlier
                progress = replace(self._progress, kept=[])
                progress.add(batch)
                progress.created += results["created"]
                progress.changed += results["changed"]
                progress.unchanged += results["unchanged"]
                await self._keep_refusals(db, progress)
                await self._note(db, progress)
        finally:
            claimed.set()
        self._progress = progress
        self._tell(progress)

    async def _taken(
        self, db: Session, documents: list[Any], claimed: asyncio.Event
    ) -> Counter[str]:
        """How many were created, changed and left as they were."""
        if self._wanted.kind == "orders":
            historic = self._wanted.historic
            taken = await take_orders(
                db, self._shop, documents, historic=historic, claimed=claimed.set
            )
            return Counter(one.result for one in taken)
        return Counter(changed=await take_products(db, self._shop, documents))

    async def _keep_refusals(self, db: Session, progress: Progress) -> None:
        db.add_all(
            RefusedRow(
                import_id=self._wanted.id,
                row=one.row,
                field=one.field,
                problem=one.problem,
                code=one.code,
                params=one.params,
                source=one.source,
            )
            for one in progress.kept
        )
        progress.kept.clear()
        await db.flush()

    async def _note(self, db: Session, progress: Progress, **more: Any) -> None:
        await db.execute(
            update(CommerceImport)
            .where(CommerceImport.id == self._wanted.id)
            .values(**progress.columns(), told_at=now(), **more)
            .execution_options(synchronize_session=False)
        )

    async def finish(self, status: str, failure: Failure | None = None) -> None:
        progress = self._progress
        async with self._database.transaction() as db:
            why = failure.columns() if failure else {}
            await self._note(db, progress, status=status, finished_at=now(), **why)
            finished = ImportFinished(
                subject=self._wanted.id,
                actor=self._wanted.started_by,
                import_kind=self._wanted.kind,
                status=status,
                created=progress.created,
                changed=progress.changed,
                unchanged=progress.unchanged,
                refused=progress.refused,
            )
            await record(db, finished)


def taken_of(reading: Iterator[Read]) -> list[Read]:
    """The next batch; empty at the end."""
    return list(islice(reading, BATCH))
