"""Simulators on the loopback, in the loop of the test that asks them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette

from kefu.entry.simulators.running import serve, stay
from kefu.entry.tests.serving import free_port


@asynccontextmanager
async def on_loopback(app: Starlette, port: int | None = None) -> AsyncIterator[str]:
    """The app behind a port of its own; gives its address."""
    port = port or free_port()
    answering = asyncio.create_task(serve(app, port, stay(None)))
    await asyncio.sleep(0)  # its socket is there from its first step on
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering
