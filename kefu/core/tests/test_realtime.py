"""One contract for every form of the realtime port: in one process, over the hub, over Redis."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from kefu.core.realtime import (
    HubRealtime,
    Local,
    Push,
    Realtime,
    realtime_for,
    serve_hub,
)
from kefu.core.realtime.redis import RedisRealtime
from kefu.core.tests.redis_server import RedisServer, redis_server

SECONDS = 30

between_processes = pytest.mark.parametrize("between", ["hub", "redis"], indirect=True)


class Between:
    """What carries pushes between processes; nothing, for a process alone."""

    def make(self) -> Realtime:
        return Local()

    async def start(self) -> None:
        """Begin to carry."""

    async def stop(self) -> None:
        """Die."""


class Hub(Between):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._task: asyncio.Task[None] | None = None

    def make(self) -> Realtime:
        return HubRealtime(str(self._path))

    async def start(self) -> None:
        self._task = asyncio.create_task(serve_hub(self._path))
        await until(self._path.exists)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._path.unlink(missing_ok=True)


class OverRedis(Between):
    def __init__(self, server: RedisServer) -> None:
        self._server = server

    def make(self) -> Realtime:
        return RedisRealtime(self._server.url)

    async def start(self) -> None:
        if not self._server.answers():
            self._server.start()

    async def stop(self) -> None:
        self._server.stop()


class Process:
    """One process's end of the port, and what it heard."""

    def __init__(self, realtime: Realtime) -> None:
        self.realtime = realtime
        self.pushes: list[Push] = []
        self.wakes: list[str] = []
        realtime.on_pushes(self.pushes.extend)
        realtime.on_wake(self.wakes.append)

    @property
    def texts(self) -> list[str]:
        return [push.text for push in self.pushes]

    async def say(self, text: str) -> None:
        await self.realtime.publish([Push.of(["a topic"], {"text": text})])


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - conditions of other processes
            await asyncio.sleep(0.01)


async def meet(one: Process, other: Process) -> None:
    """Wait until each hears the other, then forget what was said for that."""
    async with asyncio.timeout(SECONDS):
        while not (one.wakes.count("other") and other.wakes.count("one")):
            one.realtime.wake("one")
            other.realtime.wake("other")
            await asyncio.sleep(0.05)
        while '{"text":"one?"}' not in other.texts or '{"text":"other?"}' not in one.texts:
            await one.say("one?")
            await other.say("other?")
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    for process in (one, other):
        process.pushes.clear()
        process.wakes.clear()


@pytest.fixture(params=["local", "hub", "redis"])
async def between(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Between]:
    if request.param == "redis":
        with redis_server(tmp_path) as server:
            yield OverRedis(server)
        return
    made = Hub(tmp_path / "hub") if request.param == "hub" else Between()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def one(between: Between) -> AsyncIterator[Process]:
    process = Process(between.make())
    await process.realtime.start()
    yield process
    await process.realtime.stop()


@pytest.fixture
async def other(between: Between) -> AsyncIterator[Process]:
    process = Process(between.make())
    await process.realtime.start()
    yield process
    await process.realtime.stop()


async def test_a_process_hears_its_own_pushes_at_once(one: Process) -> None:
    push = Push.of(["a", "b"], {"t": "event"})

    await one.realtime.publish([push])

    assert one.pushes == [push]
    assert one.pushes[0].frame == {"t": "event"}


async def test_a_process_wakes_itself(one: Process) -> None:
    one.realtime.wake("facts")

    await until(lambda: one.wakes)
    assert one.wakes[0] == "facts"


async def test_many_wake_up_calls_become_few_but_none_is_the_last_lost(one: Process) -> None:
    for _ in range(1000):
        one.realtime.wake("facts")
    await until(lambda: one.wakes)
    one.wakes.clear()

    one.realtime.wake("facts")

    await until(lambda: one.wakes)


async def test_nothing_was_asked_for_and_nothing_comes(between: Between) -> None:
    quiet = between.make()
    await quiet.start()

    await quiet.publish([])
    await quiet.stop()


@between_processes
async def test_the_other_process_hears_it_once_and_in_order(one: Process, other: Process) -> None:
    await meet(one, other)

    for number in range(500):
        await one.say(f"{number} 你好")

    await until(lambda: len(other.pushes) >= 500)
    assert other.texts == one.texts
    assert other.pushes[0].topics == ["a topic"]


@between_processes
async def test_a_process_does_not_hear_itself_through_the_other(
    one: Process, other: Process
) -> None:
    await meet(one, other)

    await one.say("hello")
    await until(lambda: other.pushes)
    await other.say("hello yourself")

    await until(lambda: len(one.pushes) > 1)
    assert one.texts == ['{"text":"hello"}', '{"text":"hello yourself"}']


@between_processes
async def test_the_other_process_is_woken(one: Process, other: Process) -> None:
    await meet(one, other)

    one.realtime.wake("facts")

    await until(lambda: "facts" in other.wakes)


@between_processes
async def test_who_is_to_be_skipped_is_known_only_here(one: Process, other: Process) -> None:
    await meet(one, other)
    push = Push.of(["a topic"], {})
    push.skip = object()

    await one.realtime.publish([push])

    await until(lambda: other.pushes)
    assert other.pushes[0].skip is None
    assert one.pushes[0].skip is push.skip


@between_processes
async def test_a_large_push_arrives_whole(one: Process, other: Process) -> None:
    await meet(one, other)
    text = "长" * 500_000

    await one.say(text)

    await until(lambda: other.pushes)
    assert other.pushes[0].frame == {"text": text}


@between_processes
async def test_while_nothing_carries_a_process_goes_on_with_itself(
    between: Between, one: Process, other: Process
) -> None:
    await meet(one, other)

    await between.stop()
    await one.say("alone")

    assert one.texts == ['{"text":"alone"}']


@between_processes
async def test_they_hear_each_other_again_when_what_carries_came_back(
    between: Between, one: Process, other: Process
) -> None:
    await meet(one, other)

    await between.stop()
    await one.say("nobody hears this")
    await between.start()

    await meet(one, other)
    await other.say("back")
    await until(lambda: '{"text":"back"}' in one.texts)


@between_processes
async def test_a_process_that_starts_first_finds_what_carries_later(between: Between) -> None:
    await between.stop()
    early, late = Process(between.make()), Process(between.make())
    await early.realtime.start()
    await asyncio.sleep(0.3)

    await between.start()
    await late.realtime.start()

    await meet(early, late)
    await early.realtime.stop()
    await late.realtime.stop()


async def test_pushes_are_not_sent_where_nobody_hears_them(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    await hub.start()
    web, worker = Process(hub.make()), hub.make()
    woken: list[str] = []
    worker.on_wake(woken.append)
    await web.realtime.start()
    await worker.start()
    async with asyncio.timeout(SECONDS):
        while not woken:
            web.realtime.wake("ready")
            await asyncio.sleep(0.05)

    await web.say("only here")
    heard: list[Push] = []
    worker.on_pushes(heard.extend)
    async with asyncio.timeout(SECONDS):
        while not heard:
            await web.say("here and there")
            await asyncio.sleep(0.05)

    assert {push.text for push in heard} == {'{"text":"here and there"}'}
    await web.realtime.stop()
    await worker.stop()
    await hub.stop()


def test_the_form_follows_from_the_settings() -> None:
    assert type(realtime_for(redis_url=None, hub_path=None)) is Local
    assert type(realtime_for(redis_url=None, hub_path="/run/hub")) is HubRealtime
    assert type(realtime_for(redis_url="redis://127.0.0.1", hub_path="/run/hub")) is RedisRealtime
