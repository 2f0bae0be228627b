"""An app of the customers' own routes, whose requests share the test's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.customers.routes import router
from kefu.customers.routes_addresses import router as addresses_router
from kefu.customers.routes_imports import router as imports_router
from kefu.customers.routes_merging import router as merging_router
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import counted

__all__ = ["Desk"]

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, merging_router, addresses_router, imports_router) as desk:
        yield desk


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

    def count() -> AbstractContextManager[list[str]]:
        return counted(db)

    return count
