"""How long an operator waits: the second start, and the start after everything was killed."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys

import psutil

from bench.results import Report, calibrate
from bench.system import System, begin, launch


def again(system: System) -> System:
    return launch(system.folder, system.port, system.environment)


def kill_everything(system: System) -> None:
    """Kill -9 for the supervisor and all it started."""
    family = psutil.Process(system.process.pid).children(recursive=True)
    for number in [system.process.pid, *(one.pid for one in family)]:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue
    system.process.wait()


def run(scale: str) -> Report:
    """The whole bench."""
    report = Report("start", scale)
    system = begin("start")
    report.note("first start, empty", system.wait_ready(), "s")
    subprocess.run(
        [sys.executable, "-m", "kefu", "demo", "load"], env=system.environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    calibrate(report, system.conninfo)
    warm, killed = [], []
    for _ in range(3):
        system.stop()
        system = again(system)
        warm.append(system.wait_ready())
    for _ in range(3):
        kill_everything(system)
        system = again(system)
        killed.append(system.wait_ready())
    system.stop()
    report.at_most("second start with demo data", statistics.median(warm), "s", 4)
    report.at_most("start after kill -9", statistics.median(killed), "s", 10)
    return report
