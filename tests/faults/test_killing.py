"""Kill -9 of every process under load: nothing acknowledged is lost, nothing is there twice."""

import asyncio
from collections.abc import Iterator

import pytest

from kefu.entry.tests.serving import Serving, serving
from tests.faults.load import Load, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kefu() -> Iterator[Serving]:
    with serving("killing") as made:
        yield made


def load_on(kefu: Serving) -> Load:
    return Load(kefu.database().url, customers=kefu.url)


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
async def test_killing_a_process_loses_and_doubles_nothing(kefu: Serving, name: str) -> None:
    async with load_on(kefu) as load:
        load.talk()
        await load.reach(60)

        await asyncio.to_thread(kefu.kill, name)

        await load.reach(60)
        await load.hush()
        await load.check()


async def test_clients_of_a_killed_web_come_back_by_themselves(kefu: Serving) -> None:
    async with load_on(kefu) as load:
        load.talk()
        await load.reach(20)
        before = [end.client.connections for end in load.ends]

        await asyncio.to_thread(kefu.kill, "web")

        await until(
            lambda: all(
                end.client.connections > times for end, times in zip(load.ends, before, strict=True)
            )
        )
        await load.hush()
        await load.check()


async def test_killing_the_supervisor_loses_and_doubles_nothing(kefu: Serving) -> None:
    async with load_on(kefu) as load:
        load.talk()
        await load.reach(60)

        await asyncio.to_thread(kefu.kill_supervisor)
        await asyncio.to_thread(kefu.start)

        await load.reach(60)
        await load.hush()
        await load.check()


async def test_what_a_killed_worker_did_not_do_is_done_by_the_next(kefu: Serving) -> None:
    async with load_on(kefu) as load:
        load.talk()
        await load.reach(20)
        worker = kefu.child("worker")
        assert worker is not None
        worker.kill()
        await load.reach(40)
        await load.hush()
        last = int(kefu.ask("select max(id) from facts")[0][0])

        await until(lambda: behind(kefu, last) == 0, why=kefu.said)
        assert kefu.ask("select count(*) from facts_aside") == [(0,)]


def behind(kefu: Serving, last: int) -> int:
    """Readers that have not come as far as this fact."""
    query = "select count(*) from fact_cursors where position < %s"
    return int(kefu.ask(query, last)[0][0])
