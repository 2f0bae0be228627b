"""Importing: a file of customers is uploaded, read, checked, worked off in the background, told.

Nothing is half taken: a row goes in whole, or is refused with its line, column and reason and can
be downloaded, corrected and sent again. Whoever starts an import may leave; it goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.files import Storage, clean_name
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.core.paging import page_of, read_cursor
from kefu.core.problem_words import problem_words
from kefu.core.sheets import ROWS_AT_MOST, Row, Sheet, sheet_of, unreadable, written_csv
from kefu.customers.attributes import attribute_definitions
from kefu.customers.events_importing import ImportStarted
from kefu.customers.importing_rows import reading_of, suggested_mapping
from kefu.customers.model_imports import BUSY, CustomerImport, CustomerImportRefusal

CHECK_JOB, RUN_JOB = "customers.check_import", "customers.run_import"
SAMPLE = 5
SAMPLE_CHARACTERS = 120
EXTRA = ("_line", "_field", "_problem")


def read_upload(data: bytes) -> tuple[Sheet, list[Row], int]:
    """The table, its first rows, and how many there are; a broken line refuses the whole file."""
    sheet = sheet_of(data)
    sample: list[Row] = []
    count = 0
    for row in sheet.rows():
        count += 1
        if count <= SAMPLE:
            sample.append(row)
        if count > ROWS_AT_MOST:
            raise Invalid(
                f"The file has more than {ROWS_AT_MOST} rows. Please split it.",
                field="file",
                limit=ROWS_AT_MOST,
            )
    if not count:
        raise unreadable("The file has no rows below its first line.")
    return sheet, sample, count


async def keep_upload(
    db: Session, storage: Storage, data: bytes, *, name: str, by: UUID | None
) -> CustomerImport:
    """Keep a file to import, with what its columns seem to mean; nothing is imported yet."""
    sheet, sample, count = read_upload(data)
    made = CustomerImport(
        id=uuid7(),
        name=clean_name(name),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        key=f"imports/{uuid7().hex}",
        form=sheet.form,
        encoding="utf-8" if sheet.encoding == "utf-8-sig" else "gbk",
        columns=[column for column in sheet.columns if column not in EXTRA],
        sample=[shortened(row) for row in sample],
        mapping=suggested_mapping(sheet.columns, await attribute_definitions(db)),
        rows=count,
        created_by=by,
    )
    await storage.put(made.key, data, type="text/csv")
    db.add(made)
    await db.flush()
    return made


def shortened(row: Row) -> dict[str, str]:
    return {name: cell[:SAMPLE_CHARACTERS] for name, cell in row.cells.items() if name not in EXTRA}


async def map_columns(
    db: Session,
    made: CustomerImport,
    mapping: Mapping[str, str],
    *,
    scope: UUID | None,
    proven: bool,
) -> None:
    """Say what the columns mean; it is checked at once, and a former dry run holds no more."""
    check_free(made)
    for column in mapping:
        if column not in made.columns:
            raise Invalid("The file has no such column.", field=f"mapping.{column}")
    await reading_of(db, mapping)
    made.mapping, made.scope, made.proven = dict(mapping), scope, proven
    made.status, made.checked, made.done = "uploaded", {}, 0


async def start_check(db: Session, made: CustomerImport) -> None:
    """See in the background what the import would do, without writing anything."""
    await begin_check(db, made)
    await enqueue(db, CHECK_JOB, {"import": made.id}, key=str(made.id))


async def begin_check(db: Session, made: CustomerImport) -> None:
    check_free(made)
    await reading_of(db, made.mapping)
    made.status, made.done, made.problem = "checking", 0, None
    made.progressed_at = now()


async def start_run(db: Session, made: CustomerImport, *, by: UUID | None) -> None:
    """Work the file off in the background; a stopped import goes on where it was."""
    await begin_run(db, made, by=by)
    await enqueue(db, RUN_JOB, {"import": made.id}, key=str(made.id))


async def begin_run(db: Session, made: CustomerImport, *, by: UUID | None) -> None:
    check_free(made)
    if made.status == "done":
        raise Conflict("This import is done.", code="done")
    await reading_of(db, made.mapping)
    if made.status != "stopped":
        made.done, made.counts = 0, {}
        await forget_refusals(db, made)
    made.status, made.problem = "running", None
    made.progressed_at = now()
    made.started_at = made.started_at or made.progressed_at
    event = ImportStarted(subject=made.id, actor=by, rows=made.rows, resumed=made.done > 0)
    await record(db, event)


async def stop(made: CustomerImport) -> None:
    """Let the job end after the batch it is at; what is in stays in."""
    if made.status not in BUSY:
        raise Conflict("This import is not running.")
    made.status = "stopped" if made.status == "running" else "uploaded"


def check_free(made: CustomerImport) -> None:
    if made.status in BUSY:
        raise Conflict("This import is being worked off right now.", code="busy")
    if made.forgotten_at is not None:
        raise Conflict("The file was forgotten. Please upload it again.", code="forgotten")


async def import_with(db: Session, import_id: UUID, *, lock: bool = False) -> CustomerImport:
    made = await db.get(
        CustomerImport, import_id, with_for_update=lock or None, populate_existing=lock
    )
    if made is None:
        raise NotFound("There is no such import.")
    return made


async def imports(
    db: Session, *, cursor: str | None, limit: int
) -> tuple[list[CustomerImport], str | None]:
    """A page of imports, the newest first."""
    query = select(CustomerImport).order_by(CustomerImport.id.desc()).limit(limit + 1)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(CustomerImport.id < key[0])
    return page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])


async def refusals_of(db: Session, made: CustomerImport) -> Sequence[CustomerImportRefusal]:
    rows = await db.scalars(
        select(CustomerImportRefusal)
        .where(CustomerImportRefusal.import_id == made.id)
        .order_by(CustomerImportRefusal.line)
    )
    return rows.all()


def refusals_file(
    made: CustomerImport, refusals: Sequence[CustomerImportRefusal], locale: str
) -> Iterator[str]:
    """The refused rows as they came, with line, column and reason: to correct and send again."""
    rows = (
        [
            *(one.row.get(column, "") for column in made.columns),
            *(one.line, one.field),
            problem_words(one.code, one.params, locale, otherwise=one.problem),
        ]
        for one in refusals
    )
    return written_csv([*made.columns, *EXTRA], rows)


async def forget_refusals(db: Session, made: CustomerImport) -> None:
    await db.execute(
        delete(CustomerImportRefusal).where(CustomerImportRefusal.import_id == made.id)
    )


def checked_in(made: CustomerImport, locale: str) -> dict[str, Any]:
    """What a dry run foresaw, its problems in this language."""
    refused = [
        one
        | {
            "problem": problem_words(
                one.get("code"), one.get("params", {}), locale, otherwise=one["problem"]
            )
        }
        for one in made.checked.get("refused", ())
    ]
    return made.checked | ({"refused": refused} if refused else {})


def shown_import(made: CustomerImport, locale: str = "en") -> dict[str, Any]:
    """How far an import is, as answers and events say it; no cell of the file is in it."""
    return {
        "id": made.id,
        "name": made.name,
        "status": made.status,
        "problem": made.problem,
        "form": made.form,
        "encoding": made.encoding,
        "size": made.size,
        "rows": made.rows,
        "done": made.done,
        "counts": made.counts,
        "checked": checked_in(made, locale),
        "report": made.report,
        "created_at": made.created_at,
        "started_at": made.started_at,
        "finished_at": made.finished_at,
        "forgotten": made.forgotten_at is not None,
    }
