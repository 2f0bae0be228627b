from __future__ import annotations

import asyncio

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from kefu.entry.lean_sockets import Gate, Inbound, framed


async def test_what_came_in_is_read_in_order_also_by_who_waited() -> None:
    inbound = Inbound()
    waiting = asyncio.create_task(inbound.get())
    await asyncio.sleep(0)

    inbound.put_nowait(1)
    inbound.put_nowait(2)

    assert await waiting == 1
    assert not inbound.empty()
    assert await inbound.get() == 2
    assert inbound.empty()


async def test_a_reader_that_was_cancelled_takes_nothing_with_it() -> None:
    inbound = Inbound()
    waiting = asyncio.create_task(inbound.get())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    inbound.put_nowait(1)

    assert await inbound.get() == 1


async def test_who_writes_waits_while_the_gate_is_shut() -> None:
    gate = Gate()
    await gate.wait()

    gate.clear()
    gate.clear()
    waiting = asyncio.create_task(gate.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    gate.set()
    await asyncio.wait_for(waiting, 1)
    await gate.wait()


async def test_whether_its_reader_waits_for_more() -> None:
    inbound = Inbound()
    assert not inbound.has_reader()
    waiting = asyncio.create_task(inbound.get())
    await asyncio.sleep(0)
    assert inbound.has_reader()

    inbound.put_nowait(1)
    assert not inbound.has_reader()
    await waiting
    assert not inbound.has_reader()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_of_any_length_is_read_by_a_client(size: int) -> None:
    said = ("请" * (size // 3)).encode() + b"a" * (size % 3)
    client = ClientProtocol(parse_uri("ws://kefu"), state=State.OPEN)

    client.receive_data(framed(said) + framed(b"next"))

    events = client.events_received()
    assert events == [
        Frame(Opcode.TEXT, said),
        Frame(Opcode.TEXT, b"next"),
    ]
