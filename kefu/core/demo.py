"""Demo data: each capability fills in its own, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kefu.core.db import Session

Fill = Callable[[Session], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DemoPart:
    """One part, in a transaction of its own; the second time it finds its data and leaves."""

    name: str
    order: int
    fill: Fill


PARTS: dict[str, DemoPart] = {}


def demo_part(name: str, *, order: int) -> Callable[[Fill], Fill]:
    """Let `kefu demo load` run the function after people, customers and conversations are there."""

    def register(fill: Fill) -> Fill:
        if name in PARTS:
            raise ValueError(f"Two parts of the demo are called {name}.")
        PARTS[name] = DemoPart(name, order, fill)
        return fill

    return register


def parts() -> list[DemoPart]:
    """All parts, those first on whose data others build."""
    return sorted(PARTS.values(), key=lambda part: (part.order, part.name))
