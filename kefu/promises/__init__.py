"""Promises: what is due when, on any subject, in business time; and who has to see to it."""

from kefu.promises.clocks import (
    NextDue,
    Start,
    Stop,
    change_clocks,
    hand_over_clocks,
    next_due,
    pause_clocks,
    resume_clocks,
    start_clock,
    stop_clock,
    stop_clocks,
)
from kefu.promises.opening import is_open_now
from kefu.promises.scanning import Scanner, scan
from kefu.promises.tasks import create_task

__all__ = [
    "NextDue",
    "Scanner",
    "Start",
    "Stop",
    "change_clocks",
    "create_task",
    "hand_over_clocks",
    "is_open_now",
    "next_due",
    "pause_clocks",
    "resume_clocks",
    "scan",
    "start_clock",
    "stop_clock",
    "stop_clocks",
]
