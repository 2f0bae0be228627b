"""Running: a simulator works on its book, tells Kefu with faults, and answers questions."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from kefu.core.clock import now
from kefu.entry.replaying.public_api import ApiRefused, PublicApi
from kefu.entry.simulators.books import CarrierBook, ShopBook, Telling
from kefu.entry.simulators.faults import Faults

Send = Callable[[str, dict[str, Any]], Awaitable[object]]
LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else answers on the port that a simulator wants."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken: stop who uses it, or choose another with --port.")


@dataclass
class Mouth:
    """Tells Kefu what is in a book, as far as the faults let it."""

    send: Send
    faults: Faults
    sent: int = 0
    refused: list[str] = field(default_factory=list)

    async def tell(self, tellings: Sequence[Telling]) -> None:
        for telling in tellings:
            for one in self.faults.pass_on(telling):
                await self._send(one)

    async def rest(self) -> None:
        for one in self.faults.rest():
            await self._send(one)

    async def _send(self, telling: Telling) -> None:
        try:
            await self.send(telling.path, telling.body)
            self.sent += 1
        except ApiRefused as refused:
            self.refused.append(f"{telling.key}: {refused}")


def mouth_of(api: PublicApi, faults: Faults) -> Mouth:
    async def send(path: str, body: dict[str, Any]) -> object:
        return await api.ask("POST", path, body)

    return Mouth(send, faults)


async def run_shop(
    book: ShopBook, mouth: Mouth, *, every: float, seconds: float | None = None
) -> None:
    """A step every so many seconds, until stopped or the time is over."""
    async for _ in beats(every, seconds):
        await mouth.tell(book.step(now()))
    await mouth.rest()


async def run_carrier(
    book: CarrierBook,
    mouth: Mouth,
    *,
    shop: str,
    secret: str,
    every: float,
    seconds: float | None = None,
) -> None:
    """Fetch new parcels from the shop's book, then scan some of those on the way."""
    async with httpx.AsyncClient(base_url=shop, timeout=5) as client:
        async for _ in beats(every, seconds):
            with contextlib.suppress(httpx.HTTPError):
                book.take(await orders_in(client, secret), now())
            await mouth.tell(book.step(now()))
    await mouth.rest()


async def orders_in(client: httpx.AsyncClient, secret: str) -> list[dict[str, Any]]:
    """Every order in a shop's book."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get(
            "/book/orders",
            params={"cursor": cursor},
            headers={"Authorization": f"Bearer {secret}"},
        )
        answer.raise_for_status()
        page = answer.json()
        found += page["items"]
        cursor = page["next"]
    return found


class beats:  # noqa: N801 - read as a word: `async for _ in beats(1)`
    """Ticks at equal distances, for so long."""

    def __init__(self, every: float, seconds: float | None) -> None:
        self._every, self._left = every, seconds
        self._first = True

    def __aiter__(self) -> beats:
        return self

    async def __anext__(self) -> None:
        if not self._first:
            await asyncio.sleep(self._every)
        self._first = False
        if self._left is not None:
            self._left -= self._every
            if self._left < 0:
                raise StopAsyncIteration


async def serve(
    app: Starlette, port: int, work: Coroutine[Any, Any, None], *, greeting: str = ""
) -> None:
    """Answer on this port while the work goes on; it ends with the work."""
    try:
        door = socket.create_server((LOOPBACK, port))
    except OSError as taken:
        work.close()
        raise PortTaken(port) from taken
    if greeting:
        print(f"{greeting}; look at http://{LOOPBACK}:{port}/ and stop with Ctrl-C.", flush=True)
    config = uvicorn.Config(app, log_level="warning")
    server = uvicorn.Server(config)
    answering = asyncio.create_task(server.serve(sockets=[door]))
    try:
        await work
    finally:
        server.should_exit = True
        await answering


async def stay(seconds: float | None) -> None:
    """The work of whoever only answers: be there for so long, or until stopped."""
    await (asyncio.Event().wait() if seconds is None else asyncio.sleep(seconds))
