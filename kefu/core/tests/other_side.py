"""The other side of a wire: a real little HTTP server that remembers and answers as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class OtherSide:
    """Answers 200 unless `answers` holds something else; `holding` keeps it silent."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: deque[tuple[int, bytes]] = field(default_factory=deque)
    holding: bool = False
    _server: asyncio.Server | None = None
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(Asked(first.split(" ")[1], headers, body))
            if self.holding:
                await reader.read()
            status, answer = self.answers.popleft() if self.answers else (200, b"{}")
            writer.write(
                b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nLocation: http://127.0.0.1:1/\r\n"
                b"Connection: close\r\n\r\n" % (status, len(answer)) + answer
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def other_side() -> AsyncIterator[OtherSide]:
    """Somebody's server, to which we post."""
    side = OtherSide()
    await side.start()
    yield side
    await side.stop()
