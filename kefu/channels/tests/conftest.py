"""An app of the channels' routes on a database of its own, and visitors who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kefu.channels import routes_channels, routes_webhooks, routes_widget
from kefu.conversations import Inbox, Sending
from kefu.conversations.tests.factories import an_inbox
from kefu.core.bottlenecks import Bottlenecks
from kefu.core.db import Database
from kefu.core.edge import Edge
from kefu.core.embedded import EmbeddedServer
from kefu.core.http import install_problems
from kefu.core.ids import uuid7
from kefu.core.realtime import Local, Push
from kefu.core.settings import Settings, settings
from kefu.core.switchboard import Switchboard
from kefu.core.testing import TEMPLATE
from kefu.core.tests.other_side import other_side
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.tests.factories import an_entry

__all__ = ["other_side"]

# Found by their names, as the whole product is composed.
OF_CONVERSATIONS = [
    import_module(f"kefu.conversations.{name}")
    for name in ("routes_files", "routes_inboxes", "routes_origins", "jobs_files")
]
ROUTERS = [
    routes_widget.router,
    routes_channels.router,
    routes_webhooks.router,
    *(module.router for module in OF_CONVERSATIONS if hasattr(module, "router")),
]


@dataclass
class House:
    """One installation: its app, its database, and what was pushed to sockets."""

    app: FastAPI
    database: Database
    chosen: Settings
    client: httpx.AsyncClient
    pushes: list[Push] = field(default_factory=list)

    async def inbox(self, **more: Any) -> Inbox:
        async with self.database.transaction() as db:
            return await an_inbox(db, **({"channel": "web_chat"} | more))

    def pushed(self, kind: str) -> list[dict[str, Any]]:
        return [push.frame for push in self.pushes if push.frame.get("kind") == kind]


@dataclass
class Guest:
    """A visitor's browser in one inbox."""

    house: House
    inbox: Inbox
    token: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        given = {} if body is None else {"json": body}
        address = f"/api/v1/widget/{self.inbox.id}{path}"
        return await self.house.client.request(method, address, headers=headers, **given)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.ask("POST", path, {} if body is None else body, **headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("GET", path, **headers)

    async def come_in(self, **body: Any) -> dict[str, Any]:
        """Begin a session, with the token of last time."""
        if self.token:
            body.setdefault("token", self.token)
        answer = await self.post("/session", body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.token = told["token"]
        return told

    async def open(self, text: str | None = None) -> dict[str, Any]:
        body = {"first_message": {"id": str(uuid7()), "text": text}} if text else {}
        answer = await self.post("/conversations", body)
        assert answer.status_code == 200, answer.text
        conversation: dict[str, Any] = answer.json()["conversation"]
        return conversation


def an_app(database: Database, chosen: Settings) -> FastAPI:
    app = FastAPI()
    limit = chosen.upload_limit
    app.add_middleware(Edge, upload_limit=limit, bottlenecks=Bottlenecks(1000))
    install_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    app.state.database, app.state.settings = database, chosen
    app.state.realtime, app.state.switchboard = database.realtime, Switchboard()
    return app


SECRET = "a key of this house"


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of this test, for what is passed them and for what asks for them."""
    monkeypatch.setenv("KEFU_SECRET", SECRET)
    monkeypatch.setenv("KEFU_VAR", str(tmp_path))
    settings.cache_clear()
    yield Settings(secret=SECRET, var=tmp_path, demo=True, upload_limit=1024 * 1024)
    settings.cache_clear()


@pytest.fixture(scope="module")
def module_url(database_server: EmbeddedServer) -> Iterator[str]:
    """One database for the tests of a module: each makes its own inboxes and looks at those."""
    name = f"channels_{uuid7().hex}"
    database_server.clone_database(TEMPLATE, name)
    yield database_server.url_of(name)
    database_server.drop_database(name)


@pytest.fixture
async def house(module_url: str, chosen: Settings) -> AsyncIterator[House]:
    realtime = Local()
    database = Database(module_url, pool=4, realtime=realtime)
    app = an_app(database, chosen)
    sending = Sending(database, realtime)
    app.state.switchboard.services.update(database=database, sending=sending, realtime=realtime)
    await sending.start()
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        made = House(app, database, chosen, client)
        realtime.on_pushes(made.pushes.extend)
        yield made
    await sending.stop()
    await database.close()


@pytest.fixture
async def guest(house: House) -> Guest:
    """A visitor who has come in."""
    visitor = Guest(house, await house.inbox())
    await visitor.come_in()
    return visitor


@dataclass
class Desk:
    """An agent's browser."""

    house: House
    agent: Any = None
    csrf: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, role: str = "administrator", **more: Any) -> Any:
        async with self.house.database.transaction() as db:
            entry = await an_entry(db, role=role, **more)
        self.agent, self.csrf = entry.agent, entry.csrf
        self.cookies = {SESSION_COOKIE: entry.token, CSRF_COOKIE: entry.csrf}
        return entry.agent

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {CSRF_HEADER: self.csrf, "Cookie": cookies}
        given = {} if body is None else {"json": body}
        return await self.house.client.request(
            method, f"/api/v1{path}", headers=headers, **given, **more
        )


@pytest.fixture
async def desk(house: House) -> Desk:
    """An administrator at work."""
    made = Desk(house)
    await made.sign_in()
    return made
