"""The local hub: processes of one machine exchange pushes over a Unix socket.

The supervisor serves it. A frame is a 4-byte length and a body whose first byte says what it is:
`p` pushes, `w` a wake-up call, `n` the number of other processes, `h` hello with what is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import structlog

from kefu.core.realtime.port import OnPushes, Push, Realtime, packed, unpacked

log = structlog.get_logger(__name__)
LIMIT = 64 * 1024 * 1024
QUEUE_LIMIT = 32 * 1024 * 1024
WAKE_GAP = 0.02


async def _read(reader: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > LIMIT:
        raise ConnectionError("frame over the limit")
    return await reader.readexactly(size)


def _write(writer: asyncio.StreamWriter, kind: bytes, body: bytes) -> None:
    writer.write((len(body) + 1).to_bytes(4, "big") + kind + body)


class _Hub:
    def __init__(self) -> None:
        self.hearing: dict[asyncio.StreamWriter, bool] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hello = await _read(reader)
            self.hearing[writer] = hello == b"h1"
            self.count()
            while True:
                self.pass_on(writer, await _read(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.hearing.pop(writer, None)
            writer.close()
            self.count()

    def count(self) -> None:
        """Tell each process how many others hear pushes, so that it need not send in vain."""
        hearing = sum(self.hearing.values())
        for writer, hears in self.hearing.items():
            _write(writer, b"n", str(hearing - hears).encode())

    def pass_on(self, sender: asyncio.StreamWriter, frame: bytes) -> None:
        kind, body = frame[:1], frame[1:]
        for writer, hears in list(self.hearing.items()):
            if writer is sender or (kind == b"p" and not hears):
                continue
            if writer.transport.get_write_buffer_size() > QUEUE_LIMIT:
                log.warning("hub_peer_too_slow")
                writer.transport.abort()
                continue
            _write(writer, kind, body)


async def serve_hub(path: str | Path) -> None:
    """Serve the hub at `path` until cancelled; the socket is for its owner alone."""
    await asyncio.to_thread(Path(path).unlink, missing_ok=True)
    hub = _Hub()
    server = await asyncio.start_unix_server(hub.serve, str(path), limit=LIMIT)
    await asyncio.to_thread(Path(path).chmod, 0o600)
    async with server:
        await server.serve_forever()


class HubRealtime(Realtime):
    """A process's connection to the hub; reconnects by itself."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._others = 0
        self._asleep: dict[str, asyncio.TimerHandle] = {}

    def on_pushes(self, listener: OnPushes) -> None:
        super().on_pushes(listener)
        if self._writer is not None:
            self._writer.close()  # say hello again, now as a process that hears pushes

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="hub")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._writer is not None:
            self._writer.close()

    async def publish(self, pushes: list[Push]) -> None:
        self.deliver(pushes)
        if self._writer is not None and self._others:
            _write(self._writer, b"p", packed(pushes))

    def wake(self, name: str) -> None:
        """Wake others at most once in 20 ms per name; one more call may be on its way."""
        if name in self._asleep:
            return
        self._asleep[name] = asyncio.get_running_loop().call_later(WAKE_GAP, self._send_wake, name)

    def _send_wake(self, name: str) -> None:
        self._asleep.pop(name, None)
        self.woken(name)
        if self._writer is not None:
            _write(self._writer, b"w", name.encode())

    async def _run(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LIMIT)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            _write(writer, b"h", b"1" if self._on_pushes else b"0")
            self._writer = writer
            try:
                await self._listen(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                log.info("hub_lost")
            finally:
                self._writer, self._others = None, 0
                writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            frame = await _read(reader)
            kind, body = frame[:1], frame[1:]
            if kind == b"p":
                self.deliver(unpacked(body))
            elif kind == b"w":
                self.woken(body.decode())
            elif kind == b"n":
                self._others = int(body)
