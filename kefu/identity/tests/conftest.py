"""An app of identity's own routes, whose requests share the test's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.http import install_problems
from kefu.identity.routes import router
from kefu.identity.tests.visiting import Visitor


class OneTransaction:
    """Stands where the database stands: each request is a savepoint of the test's session."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._db.begin_nested():
            yield self._db


@pytest.fixture
def app(db: Session) -> FastAPI:
    app = FastAPI()
    app.state.database = OneTransaction(db)
    install_problems(app)
    app.include_router(router)
    return app


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Visitor]:
    """A browser that is not signed in."""
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Visitor(client)


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    with frozen(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) as clock:
        yield clock
