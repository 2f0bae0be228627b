import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest

from kefu.core.errors import Conflict
from kefu.core.sockets import DIRECT, SocketEndpoint, Taker
from kefu.core.switchboard import Connection, Handler, Party, Switchboard

HELLO = '{"t":"hello"}'


class Wire:
    """The server's side of a WebSocket: what came in, what went out, and by which way."""

    def __init__(self) -> None:
        self.taker: Taker | None = None
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.out: list[dict[str, Any]] = []
        self.directly = 0
        self.full = False
        self.reads: asyncio.Event = asyncio.Event()

    def write_text(self, text: str) -> bool:
        if not self.full:
            self.directly += 1
            self.out.append(orjson.loads(text))
        return not self.full

    async def send(self, message: Any) -> None:
        await asyncio.sleep(0)
        if message["type"] == "websocket.send":
            self.out.append(orjson.loads(message["text"]))

    def say(self, text: str) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})

    def kinds(self) -> list[str]:
        return [frame["t"] for frame in self.out]


def answer(connection: Connection, frame: dict[str, Any]) -> None:
    connection.tell({"t": "answer", "n": frame.get("n")})


def refuse(connection: Connection, frame: dict[str, Any]) -> None:
    raise Conflict("Taken.", field="id", code="taken")


def break_down(connection: Connection, frame: dict[str, Any]) -> None:
    raise ZeroDivisionError


def end(connection: Connection, frame: dict[str, Any]) -> None:
    connection.close(4401, "signed out")


async def wait(connection: Connection, frame: dict[str, Any]) -> None:
    await asyncio.sleep(0)
    answer(connection, frame)


async def party(hello: dict[str, Any], scope: Any) -> Party:
    return Party(kind="visitor", id=uuid4(), name="王芳")


@pytest.fixture
async def wire() -> Any:
    handlers: dict[str, Handler] = {
        "answer": answer,
        "refuse": refuse,
        "break": break_down,
        "wait": wait,
        "end": end,
    }
    endpoint = SocketEndpoint(Switchboard(handlers=handlers), party)
    wire = Wire()
    scope = {"type": "websocket", "headers": [], "extensions": {DIRECT: wire}}
    wire.incoming.put_nowait({"type": "websocket.connect"})
    wire.say(HELLO)
    serving = asyncio.create_task(endpoint(scope, wire.incoming.get, wire.send))
    await turns()
    yield wire
    wire.incoming.put_nowait({"type": "websocket.disconnect"})
    await serving
    assert wire.taker is None


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(30):
        await asyncio.sleep(0)


def taken(wire: Wire, text: str) -> bool:
    assert wire.taker is not None
    return wire.taker(text)


async def test_a_frame_that_need_not_wait_is_dealt_with_at_once(wire: Wire) -> None:
    assert taken(wire, '{"t":"answer","n":1}')

    assert wire.out[-1] == {"t": "answer", "n": 1}
    assert wire.directly == len(wire.out)


@pytest.mark.parametrize("text", ['{"t":"wait"}', '{"t":"unknown"}'])
async def test_another_goes_the_usual_way_untouched(wire: Wire, text: str) -> None:
    before = wire.kinds()

    assert not taken(wire, text)

    assert wire.kinds() == before


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('{"t":"refuse","id":"m1"}', "taken", "id"),
        ('{"t":"break","id":"m1"}', "internal", None),
        ("{", "malformed", "frame"),
        ('{"n":1}', "malformed", "t"),
        (f'{{"t":"answer","n":"{"a" * 70_000}"}}', "malformed", "frame"),
    ],
)
async def test_what_is_refused_at_once_is_said_as_ever(
    wire: Wire, text: str, code: str, field: str | None
) -> None:
    assert taken(wire, text)

    wire.say(text)
    await turns()
    directly, usually = (frame for frame in wire.out if frame["t"] == "error")
    assert directly == usually
    assert (directly["problem"]["code"], directly["problem"].get("field")) == (code, field)


async def test_nothing_is_taken_once_the_connection_was_ended(wire: Wire) -> None:
    wire.full = True
    assert taken(wire, '{"t":"end"}')
    before = wire.kinds()

    assert not taken(wire, '{"t":"answer"}')

    await turns()
    assert "answer" not in wire.kinds()[len(before) :]


async def test_frames_stay_in_order_when_the_other_end_reads_too_slowly(wire: Wire) -> None:
    for number in range(10):
        wire.full = number in (2, 3)
        taken(wire, f'{{"t":"answer","n":{number}}}')
    await turns()
    taken(wire, '{"t":"answer","n":10}')

    assert [frame["n"] for frame in wire.out if frame["t"] == "answer"] == list(range(11))
    assert wire.directly >= 4
