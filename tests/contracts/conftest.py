"""One installation in this process for the tests of a module, who each make their own people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from kefu.core.embedded import EmbeddedServer
from kefu.core.ids import uuid7
from kefu.core.testing import TEMPLATE
from tests.house import House, a_house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    database_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    name = f"house_{uuid7().hex}"
    database_server.clone_database(TEMPLATE, name)
    async with a_house(database_server.url_of(name), tmp_path_factory.mktemp("house")) as made:
        yield made
    database_server.drop_database(name)
