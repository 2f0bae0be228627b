"""A browser for tests of routes, kinds to notify of, and what was pushed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import event

from kefu.core.db import Session, pushes_of
from kefu.core.http import install_problems
from kefu.core.ids import uuid7
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.tests.factories import an_entry
from kefu.notifications import Ways, Why, announce, names_subjects, notify
from kefu.notifications.kinds import KINDS
from kefu.notifications.naming import NAMES


class OneTransaction:
    """Stands where the database stands: each request is a savepoint of the test's session."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._db.begin_nested():
            yield self._db


class Browser:
    """Signed in as one agent."""

    def __init__(self, client: httpx.AsyncClient, agent: UUID) -> None:
        self._client = client
        self.agent = agent

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {CSRF_HEADER: self._client.cookies.get(CSRF_COOKIE) or ""}
        given = {} if body is None else {"json": body}
        return await self._client.request(
            method, f"/api/v1{path}", headers=headers, params=query, **given
        )


@asynccontextmanager
async def a_browser(db: Session, router: APIRouter, **agent: Any) -> AsyncIterator[Browser]:
    """A browser of an agent who is signed in, on an app of one router."""
    app = FastAPI()
    app.state.database = OneTransaction(db)
    install_problems(app)
    app.include_router(router)
    entry = await an_entry(db, **agent)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        client.cookies.set(SESSION_COOKIE, entry.token)
        client.cookies.set(CSRF_COOKIE, entry.csrf)
        yield Browser(client, entry.session.agent_id)


@contextmanager
def a_kind(name: str = "test.happened", **ways: bool) -> Iterator[str]:
    """A kind of notification that exists inside the block."""
    announce(
        name,
        zh="发生了一件事",
        en="Something happened",
        ways=Ways(**ways),
        why=Why(zh="{name} 到了", en="{name} has come", setting="policies"),
    )
    try:
        yield name
    finally:
        del KINDS[name]


@contextmanager
def naming(kind: str, names: dict[UUID, str]) -> Iterator[None]:
    """Subjects of this kind have these names inside the block."""

    @names_subjects(kind)
    async def name(_db: Session, ids: Collection[UUID], _: str) -> dict[UUID, str]:
        return {one: names[one] for one in ids if one in names}

    try:
        yield
    finally:
        del NAMES[kind]


async def a_notification(db: Session, agent: UUID, **given: Any) -> UUID:
    """Tell the agent something and return its subject."""
    subject: UUID = given.pop("subject", None) or uuid7()
    kind: str = given.pop("kind", "test.happened")
    subject_kind: str = given.pop("subject_kind", "kettle")
    await notify(db, [agent], kind, subject_kind=subject_kind, subject=subject, **given)
    return subject


def pushed(db: Session, kind: str) -> list[dict[str, Any]]:
    """Frames of this kind that wait for the commit."""
    return [push.frame for push in pushes_of(db) if push.frame["kind"] == kind]


@contextmanager
def counted(db: Session) -> Iterator[list[str]]:
    """The statements sent inside the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            statements.append(statement)

    bind = db.sync_session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(bind, "before_cursor_execute", note)
