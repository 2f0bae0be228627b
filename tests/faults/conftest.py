"""An installation in this process, and a PostgreSQL that is not Kefu's own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kefu.core.embedded import EmbeddedServer
from kefu.core.testing import a_reachable_folder, put_migrated_server
from tests.house import House, a_house


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(database_url, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """A PostgreSQL that is not Kefu's own to restart."""
    folder = a_reachable_folder("elsewhere")
    put_migrated_server(folder / "postgres")
    made = EmbeddedServer(folder / "postgres")
    made.start()
    yield made
    made.stop()
    made.places.remove()
    shutil.rmtree(folder, ignore_errors=True)
