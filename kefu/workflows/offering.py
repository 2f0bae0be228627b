"""Offering: capabilities register the steps that processes name, and their built-in drawings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kefu.core.db import Session
from kefu.workflows.model_processes import Case

Data = dict[str, Any]
RunStep = Callable[[Session, Case, Data], Awaitable[Data | None]]


class StepRefused(Exception):
    """A step cannot be done, now or later: its error boundary is taken, or the case is set aside.

    `code` says why to programs and to the error boundary (an enumeration, no text of people).
    """

    def __init__(self, code: str, title: str) -> None:
        super().__init__(title)
        self.code = code
        self.title = title


@dataclass(frozen=True, slots=True)
class Step:
    """What a service task can name: its words, what it puts into the case's data, its errors."""

    name: str
    run: RunStep
    zh: str
    en: str
    gives: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessFile:
    """A built-in process: published as version 1 where its key is not known yet."""

    key: str
    path: Path
    zh: str
    en: str


@dataclass
class _Offered:
    steps: dict[str, Step] = field(default_factory=dict)
    files: dict[str, ProcessFile] = field(default_factory=dict)


OFFERED = _Offered()


def offer_step(
    name: str,
    run: RunStep,
    *,
    zh: str,
    en: str,
    gives: tuple[str, ...] = (),
    params: tuple[str, ...] = (),
    errors: tuple[str, ...] = (),
) -> None:
    """Let service tasks name this step (`kefu:step="commerce.refund"`).

    `await run(db, case, params)` runs in the transaction of whoever advanced the case; what it
    returns is merged into the case's data (`gives` declares those names, so that conditions may
    use them). `params` are texts written at the service task. Any exception takes the step's
    changes back: `StepRefused` goes to the error boundary, everything else is tried again later
    and, after some attempts, set aside where an administrator sees and repeats it.
    """
    if name in OFFERED.steps:
        raise ValueError(f"Two steps are called {name}.")
    OFFERED.steps[name] = Step(name, run, zh, en, gives, params, errors)


def process_file(key: str, path: Path, *, zh: str, en: str) -> None:
    """Ship a process in a capability's package, for instance `processes/return.bpmn`.

    It becomes version 1 when the worker starts or the demo is loaded, where no process has this
    key yet; what an administrator publishes later is never overwritten.
    """
    if key in OFFERED.files:
        raise ValueError(f"Two built-in processes have the key {key}.")
    OFFERED.files[key] = ProcessFile(key, path, zh, en)
