"""Tuning: how a process behaves beside the others on a small machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

NICER = 10
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
