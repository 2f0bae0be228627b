"""A browser in a test, and an app whose requests share the test's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import event

from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.http import install_problems
from kefu.identity.actor import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.sessions import Entry


class Visitor:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    def enter(self, entry: Entry) -> None:
        self.client.cookies.set(SESSION_COOKIE, entry.token)
        self.client.cookies.set(CSRF_COOKIE, entry.csrf)

    def leave(self) -> None:
        self.client.cookies.clear()

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {CSRF_HEADER: self.client.cookies.get(CSRF_COOKIE) or ""}
        headers |= more.pop("headers", {})
        given = {} if body is None else {"json": body}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **given, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("PUT", path, body, **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("PATCH", path, body, **more)

    async def delete(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("DELETE", path, body, **more)


async def kinds_recorded(db: Session) -> list[str]:
    """Kinds of all facts, oldest first."""
    rows = await db.scalars(
        FactRow.__table__.select().with_only_columns(FactRow.kind).order_by("id")
    )
    return list(rows)


@contextmanager
def counted(db: Session) -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            statements.append(statement)

    engine = db.sync_session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


class OneTransaction:
    """Stands where the database stands: each request is a savepoint of the test's session."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._db.begin_nested():
            yield self._db


def app_of(db: Session, *routers: APIRouter) -> FastAPI:
    """An app of these routes on the test's own transaction."""
    app = FastAPI()
    app.state.database = OneTransaction(db)
    install_problems(app)
    for router in routers:
        app.include_router(router)
    return app


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Visitor]:
    """A browser that is not signed in, before the fixture `app`."""
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Visitor(client)


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    """A clock that stands at nine on a Monday (UTC)."""
    with frozen(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) as clock:
        yield clock
