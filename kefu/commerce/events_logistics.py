"""What logistics tells: problems on the way, notices to customers, carriers, sources compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SeenByAgents(Event):
    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class AnomalyEvent(SeenByAgents):
    """`subject` is the anomaly; `problem` its kind, `since` when it began by the clock."""

    order: UUID
    problem: str
    severity: str
    shipment: UUID | None = None
    carrier: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnomalyOpened(AnomalyEvent):
    kind: ClassVar[str] = "anomaly.opened"
    since: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class AnomalyWorsened(AnomalyEvent):
    kind: ClassVar[str] = "anomaly.worsened"


@dataclass(frozen=True, kw_only=True)
class AnomalyOverdue(AnomalyEvent):
    """It was not solved in the time that we promise ourselves; said once."""

    kind: ClassVar[str] = "anomaly.overdue"


@dataclass(frozen=True, kw_only=True)
class AnomalyClosed(AnomalyEvent):
    """`closing` says whether the parcel went on, its way ended, or somebody handled it."""

    kind: ClassVar[str] = "anomaly.closed"
    closing: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(SeenByAgents):
    """`subject` is the notice to the customer."""

    order: UUID
    about: str
    shipment: UUID | None = None
    anomaly: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeDrafted(NoticeEvent):
    kind: ClassVar[str] = "notice.drafted"


@dataclass(frozen=True, kw_only=True)
class NoticeDue(NoticeEvent):
    """It is to be told now; whoever has a way to the customer takes it from here."""

    kind: ClassVar[str] = "notice.due"


@dataclass(frozen=True, kw_only=True)
class NoticeSettled(NoticeEvent):
    """`outcome` is sent, undelivered, discarded or suppressed."""

    kind: ClassVar[str] = "notice.settled"
    outcome: str
    way: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeWishChanged(Event):
    """`subject` is the customer."""

    kind: ClassVar[str] = "notice.wish_changed"
    wanted: bool
    way: str | None = None


@dataclass(frozen=True, kw_only=True)
class CarrierChanged(SeenByAgents):
    kind: ClassVar[str] = "carrier.changed"
    change: str


@dataclass(frozen=True, kw_only=True)
class CarrierSilent(SeenByAgents):
    """Parcels are on the way with it, and nothing was heard of any for too long."""

    kind: ClassVar[str] = "carrier.silent"
    heard_at: datetime | None = None
    parcels: int


@dataclass(frozen=True, kw_only=True)
class CarrierHeard(SeenByAgents):
    kind: ClassVar[str] = "carrier.heard"
    silent_since: datetime


@dataclass(frozen=True, kw_only=True)
class LogisticsSettingsChanged(SeenByAgents):
    kind: ClassVar[str] = "logistics.settings_changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SourceChanged(SeenByAgents):
    kind: ClassVar[str] = "source.changed"
    change: str


@dataclass(frozen=True, kw_only=True)
class SourceWritten(Event):
    """An agent wrote so many fields of an order back to a shop; `subject` is the source."""

    kind: ClassVar[str] = "source.written"
    fields: int


@dataclass(frozen=True, kw_only=True)
class ReconciliationFinished(SeenByAgents):
    """`subject` is the comparison; `alike` had its status, `alike_after` once mended."""

    kind: ClassVar[str] = "reconciliation.finished"
    source: UUID
    compared: int
    alike: int
    alike_after: int
    differences: int
    mended: int
    failed: bool = False
