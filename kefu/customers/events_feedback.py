"""What customers tell of the desk's usability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DeskRated(Event):
    """A colleague said how easy a part of the desk is, and whether it went without an error."""

    kind: ClassVar[str] = "desk.rated"
    area: str
    ease: int
    error_free: bool
