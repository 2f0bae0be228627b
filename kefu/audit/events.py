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
