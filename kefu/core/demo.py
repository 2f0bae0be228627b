"""Demo data: each capability fills in its own, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kefu.core.db import Database, Session

Fill = Callable[[Session], Awaitable[None]]
Run = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DemoPart:
    """One part; the second time it finds its data and leaves."""

    name: str
    order: int
    run: Run


PARTS: dict[str, DemoPart] = {}


def demo_part(name: str, *, order: int) -> Callable[[Fill], Fill]:
    """Let `kefu demo load` run the function after people, customers and conversations are there.

    It runs in a transaction of its own.
    """

    def register(fill: Fill) -> Fill:
        async def in_one_transaction(database: Database) -> None:
            async with database.transaction() as db:
                await fill(db)

        keep(DemoPart(name, order, in_one_transaction))
        return fill

    return register


def demo_run(name: str, *, order: int) -> Callable[[Run], Run]:
    """The same for a part that works in several transactions, as imports do."""

    def register(run: Run) -> Run:
        keep(DemoPart(name, order, run))
        return run

    return register


def keep(part: DemoPart) -> None:
    if part.name in PARTS:
        raise ValueError(f"Two parts of the demo are called {part.name}.")
    PARTS[part.name] = part


def parts() -> list[DemoPart]:
    """All parts, those first on whose data others build."""
    return sorted(PARTS.values(), key=lambda part: (part.order, part.name))
