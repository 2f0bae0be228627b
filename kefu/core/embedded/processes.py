"""The server's processes: found by what was recorded, verified, and stopped in order."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil

SAME_START = 0.05  # seconds


def process_of(pid: int, *, started: float) -> psutil.Process | None:
    """The live process with this id, if it is the one that started at that time."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < SAME_START
    except psutil.Error:
        return None
    return process if same and is_alive(process) else None


def postmaster_of(data: Path) -> psutil.Process | None:
    """The server of the folder `data` by its own pid file, if that tells the truth."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        command = process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    ours = command[:1] and Path(command[0]).name == "postgres" and str(data) in command
    return process if ours and is_alive(process) else None


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def forget_stale_files(data: Path, *, sockets: Path, port: int) -> None:
    """Remove what a killed server left behind; its own check mistakes a reused pid for it."""
    for process in _orphans(data):
        _send(process, signal.SIGQUIT)
    _await_end(_orphans(data), timeout=5)
    for process in _orphans(data):
        _send(process, signal.SIGKILL)
    _await_end(_orphans(data), timeout=5)
    name = f".s.PGSQL.{port}"
    for path in (data / "postmaster.pid", sockets / name, sockets / f"{name}.lock"):
        path.unlink(missing_ok=True)


def tell_to_stop(process: psutil.Process) -> None:
    """Ask for a fast shutdown, without waiting for it."""
    _send(process, signal.SIGINT)


def stop_server(process: psutil.Process, *, timeout: float) -> None:
    """Ask for a fast shutdown, then insist: immediate, then kill."""
    for step, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if not is_alive(process):
            return
        _send(process, step)
        _await_end([process], timeout=patience)


def _orphans(data: Path) -> list[psutil.Process]:
    """Processes of a dead server that still work in its folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(data):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return [process for process in found if is_alive(process)]


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _await_end(processes: list[psutil.Process], *, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while any(is_alive(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
