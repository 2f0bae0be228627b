"""A browser in a test: keeps cookies, sends the CSRF token, reads problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import event

from kefu.core.db import Session
from kefu.core.events import FactRow
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
