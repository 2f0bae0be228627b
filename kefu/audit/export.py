"""The trail as a file: CSV that no spreadsheet executes, or JSON Lines."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable

import orjson

from kefu.audit.events import TrailExported
from kefu.audit.schemas import TrailExport, TrailRow
from kefu.audit.trail import described, facts_before
from kefu.core.db import Database, Session
from kefu.core.events import record
from kefu.identity import Actor

BATCH = 1000
MOST = 500_000
COLUMNS = (
    *("id", "at", "kind", "actor", "actor_name", "subject", "subject_name"),
    *("conversation", "customer", "address", "details"),
)
MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Lines = Callable[[list[TrailRow]], str]


async def begin_export(db: Session, actor: Actor, wanted: TrailExport) -> None:
    """Remember that somebody takes the trail away."""
    actor.require("audit.read")
    await record(db, TrailExported(subject=actor.id, actor=actor.id, format=wanted.format))


async def exported(database: Database, wanted: TrailExport) -> AsyncIterator[str]:
    """The file in pieces; each batch is read in a short transaction of its own."""
    lines: Lines = csv_lines if wanted.format == "csv" else json_lines
    if wanted.format == "csv":
        yield MARK + written([COLUMNS])
    before: int | None = None
    for _ in range(MOST // BATCH):
        async with database.transaction() as db:
            facts = await facts_before(db, wanted, before, limit=BATCH)
            rows = await described(db, facts)
        if rows:
            yield lines(rows)
        if len(facts) < BATCH:
            return
        before = facts[-1].id


def csv_lines(rows: list[TrailRow]) -> str:
    return written([cells(row) for row in rows])


def json_lines(rows: list[TrailRow]) -> str:
    return "".join(row.model_dump_json() + "\n" for row in rows)


def cells(row: TrailRow) -> tuple[str, ...]:
    actor = (row.actor.id, row.actor.name) if row.actor else (None, None)
    values = (
        *(row.id, row.at.isoformat(), row.kind, *actor, row.subject.id, row.subject.name),
        *(row.conversation, row.customer, row.address, orjson.dumps(row.details).decode()),
    )
    return tuple("" if value is None else safe(str(value)) for value in values)


def safe(text: str) -> str:
    """A cell that a spreadsheet shows instead of computing."""
    return f"'{text}" if text.startswith(FORMULA) else text


def written(rows: list[tuple[str, ...]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerows(rows)
    return sheet.getvalue()
