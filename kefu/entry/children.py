"""A child process of the supervisor: started, started again when it dies, stopped in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping, Sequence

import structlog

from kefu.entry.guardian import PARENT

log = structlog.get_logger(__name__)
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
STEADY = 30.0
"""Seconds after which a death is the first one again."""


class Child:
    """One program that shall run; `keep` returns only after `stop`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        sockets: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._environment = {**os.environ, **environment, PARENT: str(os.getpid())}
        self._sockets = sockets
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def keep(self) -> None:
        """Run the program, and again whenever it ends, with growing pauses."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=self._sockets,
                start_new_session=True,
            )
            code = await self._process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            log.error("process_died", name=self.name, code=code, again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def stop(self, patience: float) -> None:
        """Ask it to end, and kill it when it does not within `patience` seconds."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            log.warning("process_killed", name=self.name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
