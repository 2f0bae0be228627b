"""`kefu demo traffic`: simulated customers write, so that the workspace is alive."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import typer
from sqlalchemy import select

from kefu.conversations.demo import SHOP
from kefu.conversations.model import Inbox
from kefu.core.db import Database
from kefu.core.settings import Settings
from kefu.entry.commands.replay import running_database
from kefu.entry.refusing import refuse
from kefu.entry.replaying.public_api import PublicApi
from kefu.entry.replaying.shoppers import Traffic

EVERY = 10.0

Rate = Annotated[float, typer.Option(min=0.1, help="Messages a minute, all together.")]
Minutes = Annotated[
    float | None, typer.Option(min=0.01, help="For how long; until stopped by default.")
]
Url = Annotated[str | None, typer.Option(help="Another Kefu; this one by default.")]
InboxOption = Annotated[
    str | None, typer.Option("--inbox", help="The inbox's id; the demo shop's by default.")
]


def traffic(
    rate: Rate = 20.0, minutes: Minutes = None, url: Url = None, inbox: InboxOption = None
) -> None:
    """Let simulated customers write, and answer whoever answers them."""
    chosen = Settings()
    seconds = minutes * 60 if minutes is not None else None
    with suppress(KeyboardInterrupt):
        asyncio.run(_traffic(chosen, url or chosen.base_url, inbox, rate=rate, seconds=seconds))


async def _traffic(
    chosen: Settings, url: str, inbox: str | None, *, rate: float, seconds: float | None
) -> None:
    api = PublicApi(url)
    crowd = Traffic(api, inbox or await shop_inbox(running_database(chosen)), rate)
    print(f"Customers come to {url}. Stop with Ctrl-C.", flush=True)
    saying = asyncio.create_task(_say(crowd))
    try:
        await crowd.run(seconds)
    finally:
        saying.cancel()
        await api.close()
        print(_standing(crowd), flush=True)


async def shop_inbox(url: str) -> str:
    """The demo shop's inbox, else the first one on a web page."""
    database = Database(url, pool=2)
    try:
        async with database.transaction() as db:
            query = select(Inbox.id).where(Inbox.channel == "web_chat", Inbox.archived_at.is_(None))
            found = await db.scalar(query.order_by(Inbox.id != SHOP, Inbox.id).limit(1))
    finally:
        await database.close()
    if found is None:
        refuse("There is no inbox for a web page yet: run `kefu demo load`, or name --inbox.")
    return str(found)


async def _say(crowd: Traffic) -> None:
    while True:
        await asyncio.sleep(EVERY)
        print(_standing(crowd), flush=True)


def _standing(crowd: Traffic) -> str:
    failed = f", {crowd.failed} failed" if crowd.failed else ""
    return f"{crowd.shoppers} customers, {crowd.messages} messages{failed}"
