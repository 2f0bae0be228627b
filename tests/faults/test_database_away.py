"""The database goes away for a while: everybody is told, sends wait, and then they go."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from kefu.core.embedded import EmbeddedServer
from kefu.entry.tests.serving import Serving, serving
from tests.faults.load import Load, until

pytestmark = pytest.mark.slow
AWAY_SECONDS = 8


@pytest.fixture(scope="module")
def kefu(server: EmbeddedServer) -> Iterator[Serving]:
    with serving("away", database=server) as made:
        yield made


def banners(load: Load) -> list[list[str]]:
    return [end.client.banners for end in load.ends]


async def is_unavailable(load: Load, kefu: Serving) -> None:
    """The banner is up everywhere and the probe for load balancers says no."""
    await until(lambda: all(shown[-1:] == ["database_away"] for shown in banners(load)))
    await until(lambda: not kefu.is_ready())


async def is_back(load: Load) -> None:
    await load.reach(40)
    await until(lambda: all(shown[-1:] == ["ok"] for shown in banners(load)))


async def test_sends_wait_for_a_database_that_is_stopped_and_then_go(
    server: EmbeddedServer, kefu: Serving
) -> None:
    async with Load(server.url, customers=kefu.url) as load:
        load.talk()
        await load.reach(40)

        await asyncio.to_thread(server.stop)
        await is_unavailable(load, kefu)
        await asyncio.sleep(AWAY_SECONDS)
        before = load.acknowledged
        await asyncio.to_thread(server.start)

        await is_back(load)
        await load.hush()
        await load.check()

    assert before < load.acknowledged
    assert all(end.client.connections == 1 for end in load.ends), "nobody had to come back"


async def test_a_database_that_does_not_answer_is_away_as_well(
    server: EmbeddedServer, kefu: Serving
) -> None:
    async with Load(server.url, customers=kefu.url) as load:
        load.talk()
        await load.reach(40)
        frozen = []
        for (pid,) in kefu.ask(BACKENDS):
            with suppress(psutil.NoSuchProcess):  # a session may end between the two
                process = psutil.Process(pid)
                process.suspend()
                frozen.append(process)

        await until(lambda: all(shown[-1:] == ["database_away"] for shown in banners(load)))
        for process in frozen:
            process.resume()

        await is_back(load)
        await load.hush()
        await load.check()


BACKENDS = (
    "select pid from pg_stat_activity where application_name like 'kefu%' "
    "and datname = current_database()"
)
