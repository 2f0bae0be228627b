"""An agent's browser before some capabilities' routes, on the test's own transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from kefu.core.db import Session
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.tests.factories import an_entry
from kefu.identity.tests.visiting import app_of


class Desk:
    """An agent's browser."""

    def __init__(self, db: Session, client: httpx.AsyncClient, app: FastAPI) -> None:
        self._db, self._client, self.app = db, client, app

    async def sign_in(self, role: str = "administrator", **more: Any) -> Any:
        """Sign somebody of this role in; returns the agent."""
        entry = await an_entry(self._db, role=role, **more)
        self._client.cookies.set(SESSION_COOKIE, entry.token)
        self._client.cookies.set(CSRF_COOKIE, entry.csrf)
        return entry.agent

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Ask under `/api/v1`."""
        headers = {CSRF_HEADER: self._client.cookies.get(CSRF_COOKIE) or ""}
        headers |= {"Content-Type": "application/json"} if "content" in more else {}
        given = {} if body is None else {"json": body}
        return await self._client.request(
            method, f"/api/v1{path}", headers=headers, **given, **more
        )

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, body, **more)

    async def put(self, path: str, body: Any = None) -> httpx.Response:
        return await self.ask("PUT", path, body)

    async def patch(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.ask("PATCH", path, body, **more)

    async def delete(self, path: str) -> httpx.Response:
        return await self.ask("DELETE", path)


@asynccontextmanager
async def desk_of(db: Session, *routers: APIRouter) -> AsyncIterator[Desk]:
    """A browser before an app of these routes."""
    app = app_of(db, *routers)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Desk(db, client, app)
