"""Tuning: how a process behaves beside the others on a small machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.event import listen

from kefu.core.db import Database

NICER, SESSIONS_NICER = 10, 5
YOUNG, MIDDLE, OLD = 50_000, 20, 100


@contextmanager
def uncollected() -> Iterator[None]:
    """Load without the collector: a fifth faster, and what is loaded is never looked through again.

    What is loaded at the start stays for good, so `freeze` spares every later full collection.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def keep_pauses_short() -> None:
    """Collect garbage seldom, and never look again at what was loaded at the start.

    With thousands of sockets a full collection stops the event loop for longer than a message
    may take.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def give_way() -> None:
    """Let the web process go first: a reaction may be a second late, a message may not."""
    os.nice(NICER)


def sessions_give_way(database: Database) -> None:
    """Let the sessions of this process do so too, where their server runs on this machine.

    Less than the process itself, because they hold locks for which messages may have to wait.
    """

    def connected(connection: Any, _: Any) -> None:
        info = connection.driver_connection.info
        if info.host.startswith("/"):
            make_nicer(info.backend_pid, SESSIONS_NICER)

    listen(database.engine.sync_engine, "connect", connected)


def make_nicer(process: int, steps: int) -> None:
    """Lower a server process's priority; one that is another's, or none, stays as it is."""
    try:
        if Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip() == "postgres":
            now = os.getpriority(os.PRIO_PROCESS, process)
            os.setpriority(os.PRIO_PROCESS, process, now + steps)
    except OSError:
        return
