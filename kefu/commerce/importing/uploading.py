"""Uploading: a file comes in over HTTP, waits in the store, and is imported by a worker."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.commerce.importing.columns import IGNORED
from kefu.commerce.importing.files import saved
from kefu.commerce.importing.running import run_import, start_import
from kefu.commerce.importing.wording import named, said_of
from kefu.commerce.model import Shop
from kefu.commerce.model_imports import CommerceImport, RefusedRow
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid, TooLarge
from kefu.core.files import Storage, chunks_of, clean_name, storage_for
from kefu.core.jobs import compute, enqueue
from kefu.core.settings import settings
from kefu.identity import Actor

FORGET = text(
    "delete from commerce_import_errors where import_id in (select id from commerce_imports "
    "where created_at < cast(:at as timestamptz) - make_interval(days => :days))"
)
IMPORT_JOB = "commerce.import"
MARK = "\ufeff"
KEPT_DAYS = 30


async def take_upload(
    db: Session,
    storage: Storage,
    upload: IO[bytes],
    *,
    shop: Shop,
    name: str,
    limit: int,
    by: Actor,
    **more: Any,
) -> CommerceImport:
    """Keep the file and let a worker import it."""
    by.require("commerce.import")
    size = await asyncio.to_thread(upload.seek, 0, io.SEEK_END)
    if size > limit:
        raise TooLarge(f"The file is larger than {limit} bytes.", field="file", limit=limit)
    if size == 0:
        raise Invalid("The file is empty.", field="file", code="file_empty")
    started = await start_import(
        db, shop, file_name=clean_name(name), size=size, started_by=by.id, **more
    )
    started.file_key = f"imports/{started.id}"
    await storage.put(started.file_key, chunks_of(upload), type="application/octet-stream")
    await enqueue(db, IMPORT_JOB, {"import": started.id}, key=str(started.id))
    return started


async def import_upload(database: Database, import_id: UUID) -> None:
    """Fetch the file and import it in a process of its own; the file is gone afterwards."""
    async with database.transaction() as db:
        wanted = await db.get(CommerceImport, import_id)
    if wanted is None or wanted.file_key is None:
        return
    storage = storage_for(settings())
    if wanted.finished_at is None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            await fetched(storage, wanted.file_key, path)
            await compute(imported, database.url, import_id, str(path))
    await storage.delete(wanted.file_key)


async def fetched(storage: Storage, key: str, path: Path) -> None:
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for part in await storage.get(key):
            await asyncio.to_thread(file.write, part)
    finally:
        file.close()


def imported(url: str, import_id: UUID, path: str) -> None:
    """The import in a process that does nothing else; a bad file is told in its row."""
    asyncio.run(_imported(url, import_id, Path(path)))


async def _imported(url: str, import_id: UUID, path: Path) -> None:
    database = Database(url, pool=2)
    try:
        await run_import(database, import_id, path)
    except Invalid:
        return
    finally:
        await database.close()


async def refused_rows(db: Session, import_id: UUID, *, limit: int) -> Sequence[RefusedRow]:
    rows = await db.scalars(
        select(RefusedRow)
        .where(RefusedRow.import_id == import_id)
        .order_by(RefusedRow.row, RefusedRow.id)
        .limit(limit)
    )
    return rows.all()


def error_file(rows: Sequence[RefusedRow], locale: str) -> tuple[str, str]:
    """The refused rows as they came, each with its problem, to correct and import again."""
    if rows and "line" in rows[0].source:
        return "jsonl", "".join(f"{row.source['line']}\n" for row in rows)
    names = list(dict.fromkeys(name for row in rows for name in row.source))
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([*names, IGNORED[locale.startswith("zh")]])
    for row in rows:
        problem = f"{row.row} {named(row.field, locale)}: {said_of(row, locale)}"
        cells = [str(row.source.get(name) or "") for name in names]
        writer.writerow([saved(cell) for cell in (*cells, problem)])
    return "csv", MARK + sheet.getvalue()


async def forget_refused(db: Session) -> None:
    """Refused rows hold what people are called: they are kept for thirty days."""
    await db.execute(FORGET, {"days": KEPT_DAYS, "at": now()})
