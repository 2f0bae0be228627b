"""`kefu replay`: recorded dialogues go through the public API at a given rate."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from kefu.core.embedded import EmbeddedServer
from kefu.core.errors import Refusal
from kefu.core.settings import Settings
from kefu.entry.refusing import REFUSED, refuse
from kefu.entry.replaying.access import Access, access_to
from kefu.entry.replaying.dialogues import BadDialogue, dialogues_in
from kefu.entry.replaying.public_api import PublicApi
from kefu.entry.replaying.replay import Replay, Result

EVERY = 1.0 if sys.stderr.isatty() else 10.0

File = Annotated[Path, typer.Argument(help="JSON Lines, one conversation a line.")]
Rate = Annotated[float, typer.Option(min=0.01, help="Messages a second, all together.")]
Url = Annotated[str | None, typer.Option(help="Another Kefu to feed; this one by default.")]
InboxOption = Annotated[
    str | None, typer.Option("--inbox", help="The inbox's id; one of its own by default.")
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        "--token", envvar="KEFU_TOKEN", help="An agent's API token, for a Kefu elsewhere."
    ),
]


def replay(
    file: File,
    rate: Rate = 50.0,
    url: Url = None,
    inbox: InboxOption = None,
    token: TokenOption = None,
) -> None:
    """Feed recorded dialogues through the public API, in order within each conversation."""
    turns = _counted(file)
    chosen = Settings()
    access = elsewhere(inbox, token) if token else here(chosen, inbox)
    try:
        result = asyncio.run(_replayed(file, turns, url or chosen.base_url, access, rate=rate))
    except Refusal as refused:
        refuse(refused.title)
    print("\n".join(result.table()))
    if result.failed:
        raise SystemExit(REFUSED)


def _counted(file: Path) -> int:
    """How many turns there are; the whole file is read before anything is sent."""
    try:
        return sum(len(dialogue.turns) for dialogue in dialogues_in(file))
    except (OSError, UnicodeDecodeError) as wrong:
        refuse(f"{file} cannot be read: {wrong}")
    except BadDialogue as wrong:
        refuse(f"{file}: {wrong}")


@asynccontextmanager
async def elsewhere(inbox: str | None, token: str) -> AsyncIterator[Access]:
    """What was named on the command line."""
    if inbox is None:
        refuse("Please name --inbox together with --token.")
    yield Access(inbox, token)


@asynccontextmanager
async def here(chosen: Settings, inbox: str | None) -> AsyncIterator[Access]:
    """Access made on the database of the Kefu that runs on this machine."""
    try:
        named = UUID(inbox) if inbox else None
    except ValueError:
        refuse(f"{inbox} is no inbox's id.")
    async with access_to(running_database(chosen), inbox=named) as access:
        yield access


def running_database(chosen: Settings) -> str:
    """The database of a Kefu that is running; a program in its place needs it to answer."""
    if chosen.database_url:
        return chosen.database_url
    server = EmbeddedServer(chosen.var / "postgres")
    if not server.attach():
        refuse("Kefu is not running here: start `kefu serve`, or name --url, --inbox and --token.")
    return server.url


async def _replayed(
    file: Path, turns: int, url: str, access: AbstractAsyncContextManager[Access], *, rate: float
) -> Result:
    async with access as granted:
        api = PublicApi(url, token=granted.token)
        replay = Replay(api, inbox=granted.inbox, rate=rate)
        progress = asyncio.create_task(_show(replay.result, turns))
        try:
            return await replay.run(dialogues_in(file))
        finally:
            progress.cancel()
            with suppress(asyncio.CancelledError):
                await progress
            await api.close()


async def _show(result: Result, turns: int) -> None:
    """Say how far it is, on standard error."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        pace = result.stored / (time.monotonic() - began)
        line = f"{result.done} of {turns} turns, {pace:.0f} messages/s, {result.failed} failed"
        print(line, end="\r" if EVERY == 1.0 else "\n", file=sys.stderr, flush=True)
