"""What audit tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class TrailExported(Event):
    """Somebody took the trail away as a file; `subject` is who."""

    kind: ClassVar[str] = "audit.exported"
    format: str


@dataclass(frozen=True, kw_only=True)
class FactsReplayed(Event):
    """Somebody let reactions run again over what had been set aside of one subject."""

    kind: ClassVar[str] = "facts.replayed"
    group: str
    replayed: int
