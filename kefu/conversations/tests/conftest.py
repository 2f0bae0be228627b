"""An app of this capability's own routes, whose requests share the test's transaction."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import APIRouter, FastAPI

import kefu.conversations
from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.http import install_problems
from kefu.identity.tests import OneTransaction, Visitor


@pytest.fixture
def app(db: Session) -> FastAPI:
    app = FastAPI()
    app.state.database = OneTransaction(db)
    install_problems(app)
    for module in pkgutil.iter_modules(kefu.conversations.__path__):
        if module.name.startswith("routes"):
            found = importlib.import_module(f"kefu.conversations.{module.name}")
            router: APIRouter = found.router
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
