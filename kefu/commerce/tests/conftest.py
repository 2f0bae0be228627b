"""An app of the orders' own routes, whose requests share the test's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kefu.commerce.routes_orders import router
from kefu.core.db import Session
from kefu.identity.tests.desk import Desk, desk_of


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk
