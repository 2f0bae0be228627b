"""Tuning: how a process behaves beside the others on a small machine."""

from __future__ import annotations

import gc
import os

NICER = 10
YOUNG, MIDDLE, OLD = 50_000, 20, 100


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
