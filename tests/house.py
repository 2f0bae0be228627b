"""The real application on a loopback port, in the test's own process, with people in it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from kefu.conversations.tests.factories import an_inbox
from kefu.core.db import Database
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.entry.app import create_app
from kefu.entry.web import configuration
from kefu.identity import Actor, actor_for_agent
from kefu.identity.tests.factories import an_agent
from kefu.identity.tokens import create_token

SECONDS = 60
PERSONS_ONLY = frozenset({"token.edit"})


class Line:
    """A bare socket: frames out, frames in; nothing is sent again and nothing is put in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.heard: list[dict[str, Any]] = []

    async def tell(self, frame: dict[str, Any] | str | bytes) -> None:
        await self._connection.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def hear(self, what: str, /, **values: Any) -> dict[str, Any]:
        """The next frame of this kind with these values; others are kept in `heard`."""
        while True:
            frame = await self.hear_any()
            if frame["t"] == what and values.items() <= frame.items():
                return frame

    async def hear_any(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(SECONDS):
            frame: dict[str, Any] = json.loads(await self._connection.recv())
        self.heard.append(frame)
        return frame

    async def tell_bytes(self, data: bytes) -> None:
        """Text that may not be text at all."""
        await self._connection.send(data, text=True)

    async def ended(self) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(SECONDS):
            await self._connection.wait_closed()
        return self._connection.close_code or 0

    async def close(self) -> None:
        await self._connection.close()


@dataclass
class Guest:
    """A visitor with their token and conversation."""

    inbox: str
    customer: str
    token: str
    conversation: str = ""


@dataclass
class House:
    """A running installation of one web process."""

    app: FastAPI
    database: Database
    url: str
    client: httpx.AsyncClient

    async def agent(self, role: str = "administrator", **more: Any) -> tuple[Actor, str]:
        """An agent and a token that may all that the agent may."""
        async with self.database.transaction() as db:
            agent = await an_agent(db, role=role, **more)
            actor = await actor_for_agent(db, agent.id)
            assert actor is not None
            scopes = sorted(actor.permissions - PERSONS_ONLY)
            _, token = await create_token(db, name="t", scopes=scopes, expires_at=None, by=actor)
        return actor, token

    async def inbox(self, **more: Any) -> str:
        async with self.database.transaction() as db:
            return str((await an_inbox(db, **({"channel": "web_chat"} | more))).id)

    async def guest(self, inbox: str | None = None, **identity: str) -> Guest:
        """A visitor who has come in, with an open conversation."""
        inbox = inbox or await self.inbox()
        body = {"identity": identity} if identity else {}
        answer = await self.client.post(f"/api/v1/widget/{inbox}/session", json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        guest = Guest(inbox, told["visitor"]["id"], told["token"])
        opened = await self.ask(guest.token, "POST", f"/widget/{inbox}/conversations", {})
        guest.conversation = opened.json()["conversation"]["id"]
        return guest

    async def ask(
        self, token: str | None, method: str, path: str, body: Any = None, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        given = {} if body is None else {"json": body}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **given, **more)

    @contextlib.asynccontextmanager
    async def line(self, token: str | None, *watching: str) -> AsyncIterator[Line]:
        """A socket that said hello and watches these conversations from their beginning.

        It does not ping, as no browser does: house and guests share one loop, and a busy one would
        pass for a dead line.
        """
        address = self.url.replace("http", "ws", 1) + "/api/v1/socket"
        async with connect(
            address, compression=None, max_size=None, ping_interval=None
        ) as connection:
            line = Line(connection)
            if token is not None:
                known = [{"conversation": one, "seq": 0} for one in watching]
                await line.tell({"t": "hello", "token": token, "subscriptions": known})
                await line.hear("ready")
                for one in watching:
                    await line.hear("resumed", conversation=one)
            yield line

    @contextlib.asynccontextmanager
    async def poller(self, token: str, *watching: str) -> AsyncIterator[Poller]:
        """The same by long polling."""
        known = [{"conversation": one, "seq": 0} for one in watching]
        poller = Poller(self)
        await poller.ask({"t": "hello", "token": token, "subscriptions": known})
        yield poller


class Poller:
    """A client where sockets are blocked."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.session: str | None = None
        self.heard: list[dict[str, Any]] = []

    async def ask(self, *frames: Any) -> httpx.Response:
        """Hand in frames and keep what comes back."""
        body = {"session": self.session, "frames": list(frames)}
        answer = await self._house.ask(None, "POST", "/socket/poll", body)
        if answer.status_code == 200:
            told = answer.json()
            self.session = told["session"]
            self.heard += told["frames"]
        return answer

    async def hear(self, what: str, /, **values: Any) -> dict[str, Any]:
        """A frame of this kind with these values, asking on until it comes."""
        async with asyncio.timeout(SECONDS):
            while True:
                for frame in self.heard:
                    if frame["t"] == what and values.items() <= frame.items():
                        return frame
                answer = await self.ask()
                assert answer.status_code == 200, answer.text


def a_text(guest: Guest, text: str = "在吗?", **more: Any) -> dict[str, Any]:
    """A `send` frame of this visitor."""
    frame = {"t": "send", "id": str(uuid7()), "conversation": guest.conversation, "text": text}
    return frame | more


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave signals to the test runner."""
        yield


@contextlib.asynccontextmanager
async def a_house(url: str, var: Path, **more: Any) -> AsyncIterator[House]:
    """A house that serves until the block ends."""
    values = {"visitor_burst": 10_000, "visitor_per_minute": 100_000, "address_per_minute": 10**6}
    chosen = Settings(database_url=url, var=var, secret="a key of this house", **(values | more))
    app = create_app(chosen)
    config = configuration(chosen, app=lambda: app)  # type: ignore[arg-type]
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with asyncio.timeout(SECONDS):
            while not server.started:
                assert not serving.done(), serving.exception()
                await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=address, timeout=SECONDS) as client:
            yield House(app, app.state.database, address, client)
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, SECONDS)
        listener.close()
