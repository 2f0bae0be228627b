"""`kefu import orders|products FILE`, `kefu import olist|tau DIR`: what other systems know."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from kefu.commerce.importing import Progress, run_import, start_import
from kefu.commerce.importing.corpora import Loaded, load_olist, load_tau
from kefu.commerce.importing.stopping import note_stopped
from kefu.commerce.importing.uploading import error_file, refused_rows
from kefu.commerce.shops import shop_with_key
from kefu.core.db import Database
from kefu.core.errors import Refusal
from kefu.core.settings import settings
from kefu.entry.collect import load_everything
from kefu.entry.database import database_for, run_to_its_end
from kefu.entry.refusing import REFUSED, refuse

EVERY = 1.0 if sys.stderr.isatty() else 10.0
MOST = 1_000_000

File = Annotated[Path, typer.Argument(help="CSV or JSON Lines, in UTF-8 or GBK.")]
Folder = Annotated[Path, typer.Argument(help="The folder with the files of the corpus.")]
ShopKey = Annotated[str, typer.Option("--shop", help="The shop's key; it is opened if need be.")]
Rows = Annotated[bool, typer.Option("--rows", help="Take what is right, keep the rest.")]
Historic = Annotated[bool, typer.Option("--historic", help="Old orders: nothing starts from them.")]
Errors = Annotated[
    Path | None, typer.Option("--errors", help="Where the refused rows go, to be corrected.")
]


def orders(
    file: File,
    shop: ShopKey = "main",
    rows: Rows = False,  # noqa: FBT002 - an option of the command line
    historic: Historic = False,  # noqa: FBT002 - the same
    errors: Errors = None,
) -> None:
    """Import orders from a file, all of it or (with --rows) row by row."""
    imported(file, "orders", shop, "rows" if rows else "whole", historic=historic, errors=errors)


def products(
    file: File,
    shop: ShopKey = "main",
    rows: Rows = False,  # noqa: FBT002 - an option of the command line
    errors: Errors = None,
) -> None:
    """Import products with their variants from a file."""
    imported(file, "products", shop, "rows" if rows else "whole", historic=False, errors=errors)


def olist(folder: Folder) -> None:
    """Load the real orders of the Olist corpus as history."""
    loaded(load_olist, folder)


def tau(folder: Folder) -> None:
    """Load the shop of the tau corpus: users, products, orders."""
    loaded(load_tau, folder)


def imported(
    file: Path, kind: str, shop: str, mode: str, *, historic: bool, errors: Path | None
) -> None:
    if not file.is_file():
        refuse(f"There is no file {file}.")
    size = file.stat().st_size
    wanted = {"kind": kind, "mode": mode, "historic": historic, "size": size}
    progress, refused = with_database(lambda database: _imported(database, file, shop, wanted))
    if errors is not None and refused:
        errors.write_text(refused, encoding="utf-8", newline="")
    print(
        f"{progress.rows} rows: {progress.created} new, {progress.changed} changed, "
        f"{progress.unchanged} unchanged, {progress.refused} refused."
    )
    if progress.refused:
        raise SystemExit(REFUSED)


async def _imported(
    database: Database, file: Path, key: str, wanted: dict[str, Any]
) -> tuple[Progress, str]:
    """How it went, and the refused rows as a file."""
    async with database.transaction() as db:
        shop = await shop_with_key(db, key, name=key, kind="manual", currency="CNY")
        started = await start_import(db, shop, file_name=file.name, **wanted)
    try:
        progress = await run_import(database, started.id, file, tell=Said(wanted["size"]))
    except BaseException:
        await note_stopped(database, started.id)
        raise
    async with database.transaction() as db:
        _, refused = error_file(await refused_rows(db, started.id, limit=MOST), "en")
    return progress, refused if progress.refused else ""


class Said:
    """Says how far an import is, on standard error, now and then."""

    def __init__(self, size: int) -> None:
        self._size, self._last = max(1, size), time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._last < EVERY:
            return
        self._last = time.monotonic()
        share = progress.read_bytes * 100 // self._size
        print(f"{share} %, {progress.rows} rows", file=sys.stderr, flush=True)


def loaded(load: Callable[..., Awaitable[Loaded]], folder: Path) -> None:
    if not folder.is_dir():
        refuse(f"There is no folder {folder}.")
    done = with_database(lambda database: load(database, folder, tell=say_loaded))
    print(
        f"{done.orders} orders ({done.new} new), {done.products} products"
        + (f", {done.customers} customers." if done.customers else ".")
    )
    for one in done.content:
        when = "late" if one.late else "in time"
        print(f"Delivered {when}: {one.reviews} reviews, mean {one.mean:.2f} of 5.")


def say_loaded(done: Loaded) -> None:
    print(f"{done.products} products, {done.orders} orders", file=sys.stderr, flush=True)


def with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Do the work on this installation's database; a refusal ends the command with its reason."""
    load_everything(without=("routes", "demo"))
    try:
        with database_for(settings()) as url:
            return run_to_its_end(_with_database(url, work))
    except Refusal as refused:
        refuse(refused.title)


async def _with_database(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    database = Database(url)
    try:
        return await work(database)
    finally:
        await database.close()
