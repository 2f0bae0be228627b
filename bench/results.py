"""Results: collected, printed as a table, written as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg

FOLDER = Path("bench/results")


@dataclass
class Result:
    """One figure; `bar` in words, `ok` whether it is met (none: no bar)."""

    name: str
    value: float
    unit: str
    bar: str | None = None
    ok: bool | None = None


@dataclass
class Report:
    """What one bench found."""

    name: str
    scale: str
    results: list[Result] = field(default_factory=list)

    def at_most(self, name: str, value: float, unit: str, bar: float) -> None:
        self.results.append(Result(name, round(value, 3), unit, f"<= {bar:g}", value <= bar))

    def at_least(self, name: str, value: float, unit: str, bar: float) -> None:
        self.results.append(Result(name, round(value, 3), unit, f">= {bar:g}", value >= bar))

    def note(self, name: str, value: float, unit: str) -> None:
        self.results.append(Result(name, round(value, 3), unit))

    def show(self) -> None:
        """Print the table and write the file."""
        width = max([len(one.name) for one in self.results] + [10])
        print(f"\n{self.name} ({self.scale}) on {machine()}")
        for one in self.results:
            mark = {True: "ok", False: "MISSED", None: ""}[one.ok]
            print(
                f"  {one.name:<{width}} {one.value:>12,.2f} {one.unit:<8}"
                f" {one.bar or '':<12} {mark}"
            )
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{self.name}.json"
        body = {
            "machine": machine(),
            "scale": self.scale,
            "at": time.strftime("%FT%TZ", time.gmtime()),
            "results": [asdict(one) for one in self.results],
        }
        file.write_text(json.dumps(body, indent=1, ensure_ascii=False))
        print(f"  written to {file}", flush=True)


def machine() -> str:
    """Processor count and versions; no names, no paths."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def calibrate(report: Report, conninfo: str) -> None:
    """Single-row commits per second with fsync, and a fixed pure-Python loop in milliseconds."""
    report.note("calibration: commits", commits_per_second(conninfo), "1/s")
    report.note("calibration: python loop", python_loop(), "ms")


def commits_per_second(conninfo: str, seconds: float = 2.0) -> float:
    with psycopg.connect(conninfo, autocommit=True) as db:
        db.execute("create temp table if not exists nothing (n int)")
        db.execute("create table if not exists bench_commits (n bigint)")
        count, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            db.execute("insert into bench_commits values (%s)", (count,))
            count += 1
        db.execute("drop table bench_commits")
    return count / seconds


def python_loop() -> float:
    """Milliseconds for ten times a hundred thousand additions, the median."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        total = 0
        for number in range(1_000_000):
            total += number & 7
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)
