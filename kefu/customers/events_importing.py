"""What customers tell about imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kefu.customers.events import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class ImportStarted(CustomerEvent):
    kind: ClassVar[str] = "customer_import.started"
    rows: int
    resumed: bool


@dataclass(frozen=True, kw_only=True)
class ImportFinished(CustomerEvent):
    """`outcome` is done, stopped or failed."""

    kind: ClassVar[str] = "customer_import.finished"
    outcome: str
    new: int
    updated: int
    merged: int
    refused: int
