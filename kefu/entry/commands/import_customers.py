"""`kefu import customers FILE`: people of an older system, and a report that compares the books."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from kefu.core.db import Database
from kefu.core.errors import Refusal
from kefu.core.files import Storage, storage_for
from kefu.core.settings import Settings, settings
from kefu.core.sheets import BYTES_AT_MOST
from kefu.customers.importing import (
    begin_check,
    begin_run,
    import_with,
    keep_upload,
    map_columns,
    refusals_file,
    refusals_of,
)
from kefu.customers.importing_run import check_import, run_import
from kefu.customers.model_imports import CustomerImport
from kefu.entry.collect import load_everything
from kefu.entry.database import database_for, run_to_its_end
from kefu.entry.refusing import REFUSED, refuse

File = Annotated[Path, typer.Argument(help="CSV or JSON Lines, UTF-8 or GBK, at most 10 MB.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")]
Columns = Annotated[
    list[str], typer.Option("--column", help="A column's meaning, like 会员号=external_id.")
]
Inbox = Annotated[str | None, typer.Option(help="The inbox whose member numbers these are.")]
Said = Annotated[
    bool, typer.Option("--unproven", help="The contacts were only said, never checked.")
]
Refused = Annotated[Path | None, typer.Option(help="Write refused rows here, to correct them.")]


def customers(
    file: File,
    dry_run: DryRun = False,  # noqa: FBT002 - a flag of the command line
    column: Columns = [],  # noqa: B006 - Typer reads the default
    inbox: Inbox = None,
    unproven: Said = False,  # noqa: FBT002 - as above
    refused: Refused = None,
) -> None:
    """Take the customers of a file in, or say what that would do."""
    chosen = settings()
    load_everything(without=("routes", "demo"))
    try:
        data = file.read_bytes() if file.stat().st_size <= BYTES_AT_MOST else None
        scope = UUID(inbox) if inbox else None
    except OSError as wrong:
        refuse(f"{file} cannot be read: {wrong.strerror}")
    except ValueError:
        refuse(f"{inbox} is no inbox's id.")
    if data is None:
        refuse(f"{file} is larger than {BYTES_AT_MOST // 1_000_000} MB. Please split it.")
    errand = Errand(chosen, file.name, dict(_meaning(one) for one in column), scope, not unproven)
    try:
        with database_for(chosen) as url:
            made = run_to_its_end(errand.run(url, data, dry_run=dry_run, refused=refused))
    except Refusal as refusal:
        refuse(f"{refusal.field}: {refusal.title}" if refusal.field else refusal.title)
    print("\n".join(table(made)))
    counts = made.checked["counts"] if dry_run else made.counts
    if counts["refused"] or (made.report and not made.report["agrees"]):
        raise SystemExit(REFUSED)


def _meaning(written: str) -> tuple[str, str]:
    name, mark, target = written.rpartition("=")
    if not mark or not name:
        refuse(f"Write --column as NAME=MEANING, not {written}.")
    return name, target


class Errand:
    """One import from the command line, with how its columns are read."""

    def __init__(
        self,
        chosen: Settings,
        name: str,
        meanings: dict[str, str],
        scope: UUID | None,
        proven: bool,  # noqa: FBT001 - one of the terms
    ) -> None:
        self._storage: Storage = storage_for(chosen)
        self._name, self._meanings, self._scope, self._proven = name, meanings, scope, proven

    async def run(
        self, url: str, data: bytes, *, dry_run: bool, refused: Path | None
    ) -> CustomerImport:
        database = Database(url, pool=2)
        try:
            made = await self._begun(database, data, dry_run=dry_run)
            work = check_import if dry_run else run_import
            await work(database, self._storage, made, progress=show)
            async with database.transaction() as db:
                found = await import_with(db, made)
                if refused is not None:
                    written = "".join(refusals_file(found, await refusals_of(db, found), "en"))
                    await asyncio.to_thread(refused.write_bytes, written.encode())
            return found
        finally:
            await database.close()

    async def _begun(self, database: Database, data: bytes, *, dry_run: bool) -> UUID:
        async with database.transaction() as db:
            made = await keep_upload(db, self._storage, data, name=self._name, by=None)
            mapping = made.mapping | self._meanings
            await map_columns(db, made, mapping, scope=self._scope, proven=self._proven)
            if dry_run:
                await begin_check(db, made)
            else:
                await begin_run(db, made, by=None)
            return made.id


def show(made: CustomerImport) -> None:
    """Say how far it is, on standard error."""
    ending = "\r" if sys.stderr.isatty() and made.done < made.rows else "\n"
    print(f"{made.done} of {made.rows} rows", end=ending, file=sys.stderr, flush=True)


def table(made: CustomerImport) -> list[str]:
    """The report, line by line."""
    counts = made.counts or made.checked.get("counts", {})
    lines = [f"{name:>10} {number}" for name, number in counts.items()]
    lines += [
        f"line {one['line']}: {one['field'] or 'row'}: {one['problem']}"
        for one in made.checked.get("refused", [])
    ]
    if made.report:
        report = made.report
        lines += [
            f"{report['counted']} of {report['rows']} rows counted",
            f"{report['numbers_kept']} of {report['numbers_in_file']} numbers kept",
            f"checksums {report['checksum_file']} and {report['checksum_kept']}",
            "The books agree." if report["agrees"] else "The books do not agree.",
        ]
    return lines
