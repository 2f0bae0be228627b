"""An app of the customers' own routes, whose requests share the test's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, select

from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.http import install_problems
from kefu.customers.routes import router
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.tests.factories import an_entry

Counting = Callable[[], AbstractContextManager[list[str]]]


class OneTransaction:
    """Stands where the database stands: each request is a savepoint of the test's session."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._db.begin_nested():
            yield self._db


class Desk:
    """An agent's browser."""

    def __init__(self, db: Session, client: httpx.AsyncClient) -> None:
        self._db, self._client = db, client

    async def sign_in(self, role: str = "administrator", **more: Any) -> Any:
        entry = await an_entry(self._db, role=role, **more)
        self._client.cookies.set(SESSION_COOKIE, entry.token)
        self._client.cookies.set(CSRF_COOKIE, entry.csrf)
        return entry.agent

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {CSRF_HEADER: self._client.cookies.get(CSRF_COOKIE) or ""}
        headers |= {"Content-Type": "application/json"} if "content" in more else {}
        given = {} if body is None else {"json": body}
        return await self._client.request(
            method, f"/api/v1{path}", headers=headers, **given, **more
        )

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.ask("POST", path, body)

    async def put(self, path: str, body: Any = None) -> httpx.Response:
        return await self.ask("PUT", path, body)

    async def patch(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("PATCH", path, body, **more)

    async def delete(self, path: str) -> httpx.Response:
        return await self.ask("DELETE", path)


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    app = FastAPI()
    app.state.database = OneTransaction(db)
    install_problems(app)
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Desk(db, client)


@pytest.fixture
def facts(db: Session) -> Callable[[], Any]:
    """All facts about customers so far, oldest first."""

    async def read() -> list[FactRow]:
        about_customers = FactRow.customer.is_not(None)
        return list(await db.scalars(select(FactRow).where(about_customers).order_by(FactRow.id)))

    return read


@pytest.fixture
def counting(db: Session) -> Counting:
    """The statements sent to the database inside a block."""

    @contextmanager
    def count() -> Iterator[list[str]]:
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

    return count
