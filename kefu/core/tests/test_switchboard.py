from typing import Any
from uuid import uuid4

import orjson
import pytest

from kefu.core.realtime import Push
from kefu.core.switchboard import Allowance, Connection, Party, Switchboard, disconnect_push


class Told(Connection):
    """A connection that keeps what it was told."""

    __slots__ = ("code", "frames")

    def __init__(self, host: Switchboard) -> None:
        super().__init__(host)
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self.party = Party(kind="agent", id=uuid4(), name="林晓")
        host.join(self)

    def put(self, text: str) -> None:
        self.frames.append(orjson.loads(text))

    def close(self, code: int = 1000, reason: str = "") -> None:  # noqa: ARG002 - as the port has it
        self.code = code

    @property
    def banners(self) -> list[str]:
        return [frame["code"] for frame in self.frames if frame["t"] == "banner"]


@pytest.fixture
def host() -> Switchboard:
    return Switchboard()


def test_a_push_reaches_each_listener_of_its_topics_once(host: Switchboard) -> None:
    both, one, none = Told(host), Told(host), Told(host)
    both.listen("a")
    both.listen("b")
    one.listen("b")

    host.deliver([Push.of(["a", "b"], {"t": "event"})])

    assert [len(each.frames) for each in (both, one, none)] == [1, 1, 0]


def test_the_connection_it_came_from_is_skipped(host: Switchboard) -> None:
    sender, watcher = Told(host), Told(host)
    for each in (sender, watcher):
        each.listen("a")

    host.deliver([Push(["a"], '{"t":"event"}', skip=sender)])

    assert (sender.frames, watcher.frames) == ([], [{"t": "event"}])


def test_who_left_hears_nothing_and_is_forgotten(host: Switchboard) -> None:
    gone = Told(host)
    gone.listen("a")

    host.leave(gone)
    host.deliver([Push.of(["a"], {"t": "event"})])

    assert gone.frames == []
    assert host.listeners == {}
    assert host.everyone() == []


def test_signing_out_ends_the_connections_of_a_topic(host: Switchboard) -> None:
    mine, yours = Told(host), Told(host)
    mine.listen("session:1")
    yours.listen("session:2")

    host.deliver([disconnect_push("session:1")])

    assert (mine.code, yours.code) == (4401, None)


def test_a_banner_is_told_once_and_to_those_who_come_later(host: Switchboard) -> None:
    early = Told(host)

    host.announce("database_away", shown=True)
    host.announce("database_away", shown=True)
    late = Told(host)
    host.announce("database_away", shown=False)

    assert early.banners == ["database_away", "ok"]
    assert late.banners == ["database_away", "ok"]


def test_a_full_disk_is_not_forgotten_when_the_database_comes_back(host: Switchboard) -> None:
    told = Told(host)

    host.announce("disk_low", shown=True)
    host.announce("database_away", shown=True)
    host.announce("database_away", shown=False)

    assert told.banners == ["disk_low", "database_away", "disk_low"]
    assert host.banner == "disk_low"


def test_an_allowance_lets_a_burst_pass_and_then_names_the_wait() -> None:
    allowance = Allowance(burst=3, per_minute=60)

    assert [allowance.take() for _ in range(3)] == [0, 0, 0]
    assert 0 < allowance.take() <= 1
