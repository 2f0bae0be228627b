"""What a child process owes its supervisor: it waits for the database, and dies with it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "KEFU_SUPERVISOR"
GATE = "KEFU_GATE"
LISTENER = "KEFU_LISTENER"
PR_SET_PDEATHSIG = 1


def die_with_supervisor() -> None:
    """End this process with the one that `KEFU_SUPERVISOR` names; nothing where none is named.

    What was acknowledged is in the database, so there is nothing to save: the end is at once,
    and the next supervisor finds the port free.
    """
    supervisor = int(os.environ.get(PARENT, "0"))
    if not supervisor:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _end_without(supervisor)
    else:
        threading.Thread(target=_watch, args=[supervisor], daemon=True).start()


def wait_for_database() -> None:
    """Return when the supervisor has the database running and migrated; at once without one.

    So a child loads its code while PostgreSQL starts. The gate is a pipe that the supervisor
    closes; a child that is started again later finds it closed.
    """
    gate = os.environ.get(GATE)
    if gate:
        os.read(int(gate), 1)


def _watch(supervisor: int) -> None:
    while True:
        _end_without(supervisor)
        time.sleep(0.5)


def _end_without(supervisor: int) -> None:
    if os.getppid() != supervisor:
        os._exit(1)
