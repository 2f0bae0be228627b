"""Bottlenecks: a module whose p95 passes its limit is entered with time and advice (R418)."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

import psutil
from sqlalchemy import BigInteger, Identity, Integer, Text, delete
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base, Session

WINDOW = 200
LEAST = 50
KEPT = timedelta(days=90)


class Bottleneck(Base):
    """One module over its limit for one period; milliseconds."""

    __tablename__ = "bottlenecks"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    module: Mapped[str] = mapped_column(Text)
    p95_ms: Mapped[int] = mapped_column(Integer)
    limit_ms: Mapped[int] = mapped_column(Integer)
    requests: Mapped[int] = mapped_column(Integer)
    advice: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Bottlenecks:
    """Keeps the last answer times of each module in memory and finds those over the limit."""

    def __init__(self, limit_ms: int) -> None:
        self._limit = limit_ms
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=WINDOW))

    def note(self, module: str, seconds: float) -> None:
        """Remember one answer time."""
        self._times[module].append(seconds)

    def over(self) -> list[tuple[str, int, int]]:
        """Modules over the limit since the last look: name, p95 in milliseconds, requests."""
        found = []
        for module, times in list(self._times.items()):
            if len(times) >= LEAST:
                p95 = round(sorted(times)[int(len(times) * 0.95)] * 1000)
                if p95 > self._limit:
                    found.append((module, p95, len(times)))
                times.clear()
        return found

    async def enter(self, db: Session) -> list[str]:
        """Write an entry for each module over its limit; returns the modules."""
        over = self.over()
        figures = load_figures() if over else {}
        for module, p95, requests in over:
            db.add(
                Bottleneck(
                    module=module,
                    p95_ms=p95,
                    limit_ms=self._limit,
                    requests=requests,
                    advice=advice(figures),
                    figures=figures,
                    at=now(),
                )
            )
        return [module for module, _, _ in over]


async def forget_bottlenecks(db: Session) -> None:
    """Drop entries that nobody compares with any more."""
    await db.execute(delete(Bottleneck).where(Bottleneck.at < now() - KEPT))


def load_figures() -> dict[str, Any]:
    """How busy this machine is: percentages, load per core."""
    return {
        "cpu_percent": psutil.cpu_percent(interval=None),
        "memory_percent": psutil.virtual_memory().percent,
        "load_per_core": round(psutil.getloadavg()[0] / (psutil.cpu_count() or 1), 2),
    }


def advice(figures: dict[str, Any]) -> str:
    """The nearest remedy: memory, processor, or the database's disk."""
    if figures.get("memory_percent", 0) > 90:
        return "add_memory"
    if figures.get("load_per_core", 0) > 1:
        return "add_cores_or_web_process"
    return "check_database_disk"
