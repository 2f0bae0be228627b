from __future__ import annotations

import asyncio

import pytest

from kefu.entry.lean_sockets import Gate, Inbound


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
