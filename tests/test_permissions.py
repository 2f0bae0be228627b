"""Every route × every role, against the permission rows that the capabilities keep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from kefu.core.db import Session
from kefu.core.settings import Settings
from kefu.entry.app import create_app
from kefu.identity import (
    CSRF_COOKIE,
    CSRF_HEADER,
    SESSION_COOKIE,
    permissions_table,
    rights_page,
)
from kefu.identity.tests.factories import an_entry

ROLES = (
    *("agent", "senior_agent", "expert", "shift_leader", "quality_inspector", "trainer"),
    *("department_head", "other_department", "administrator", "auditor"),
)
ANYBODY = {"public"}
ANY_AGENT = {"signed-in", "in-person"}
REFUSED = {401, 403}


class AlwaysUndone:
    """Stands where the database stands: what a request changes is taken back after it."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        savepoint = await self._db.begin_nested()
        try:
            yield self._db
            await self._db.flush()
        finally:
            await savepoint.rollback()


@pytest.fixture
def app(db: Session, tmp_path: Path) -> FastAPI:
    app = create_app(Settings(database_url="postgresql://localhost/none", var=tmp_path))
    app.state.database = AlwaysUndone(db)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield client


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Methods and paths of the API."""
    return sorted(
        (method, str(context.path_format))
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        and str(context.path_format).startswith("/api/v1/")
        for method in (context.methods or set()) - {"HEAD"}
    )


async def asked(client: httpx.AsyncClient, method: str, path: str) -> int:
    """The status for ids that do not exist and, where one is taken, an empty body."""
    for name in [part for part in path.split("/") if part.startswith("{")]:
        path = path.replace(name, str(uuid4()))
    body: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
    answer = await client.request(method, path, json=body)
    return answer.status_code


def is_allowed(row: str, role: str) -> bool:
    return row in ANYBODY | ANY_AGENT or role in permissions_table().grants.get(row, ())


def test_every_route_has_a_permission_row_and_every_row_a_route(app: FastAPI) -> None:
    routes = {f"{method} {path}" for method, path in routes_of(app)}
    rows = permissions_table().routes.keys()

    wrong = [f"{route}: no row" for route in sorted(routes - rows)]
    wrong += [f"{row}: no route" for row in sorted(rows - routes)]

    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_its_rows_say_and_nothing_else(
    app: FastAPI, client: httpx.AsyncClient, db: Session, role: str
) -> None:
    entry = await an_entry(db, role=role)
    client.cookies.set(SESSION_COOKIE, entry.token)
    client.cookies.set(CSRF_COOKIE, entry.csrf)
    client.headers[CSRF_HEADER] = entry.csrf
    rows = permissions_table().routes

    wrong = []
    for method, path in routes_of(app):
        row = rows.get(f"{method} {path}", "no row")
        if row == "visitor":
            continue
        status = await asked(client, method, path)
        if (status not in REFUSED) != is_allowed(row, role) or status == 500:
            wrong.append(f"{method} {path} ({row}) answered {status}")

    assert not wrong, "\n" + "\n".join(wrong)


async def test_without_signing_in_only_public_routes_answer(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    rows = permissions_table().routes

    wrong = []
    for method, path in routes_of(app):
        row = rows.get(f"{method} {path}", "no row")
        status = await asked(client, method, path)
        fits = {"public": status != 401, "visitor": status >= 400}.get(row, status == 401)
        if not fits or status == 500:
            wrong.append(f"{method} {path} ({row}) answered {status}")

    assert not wrong, "\n" + "\n".join(wrong)


def test_the_reference_page_shows_the_rows_as_they_are() -> None:
    said = rights_page.PAGE.read_text(encoding="utf-8")

    shown = said[said.index(rights_page.BEGINS) :]

    assert shown == rights_page.rendered(permissions_table()), (
        "Run: python -m kefu.identity.rights_page"
    )
