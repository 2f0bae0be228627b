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
from kefu.promises.counting_in import counts_in
from kefu.promises.keeping import kept_and_broken
from kefu.promises.model import Calendar, Task
from kefu.promises.opening import (
    DeskHours,
    calendar_called,
    desk_hours,
    hours_called,
    is_open_now,
)
from kefu.promises.policies import Explained, explained
from kefu.promises.scanning import Scanner, scan
from kefu.promises.tasks import complete_task, complete_tasks_about, create_task
from kefu.promises.wording import Words, is_chinese, words_tasks

__all__ = [
    "Calendar",
    "DeskHours",
    "Explained",
    "NextDue",
    "Scanner",
    "Start",
    "Stop",
    "Task",
    "Words",
    "calendar_called",
    "change_clocks",
    "complete_task",
    "complete_tasks_about",
    "counts_in",
    "create_task",
    "desk_hours",
    "explained",
    "hand_over_clocks",
    "hours_called",
    "is_chinese",
    "is_open_now",
    "kept_and_broken",
    "next_due",
    "pause_clocks",
    "resume_clocks",
    "scan",
    "start_clock",
    "stop_clock",
    "stop_clocks",
    "words_tasks",
]
