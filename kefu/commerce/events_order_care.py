"""What order care tells: what was asked of an order, what came of it, and what was granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderCareEvent(Event):
    """About one order, its subject; agents' screens fetch it again through the door."""

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class OrderChangeEvent(OrderCareEvent):
    """Says which request, of what kind, and on whose behalf; never what it held."""

    change: UUID
    change_kind: str
    source: str
    special: bool
    shop: UUID


@dataclass(frozen=True, kw_only=True)
class OrderChangeRequested(OrderChangeEvent):
    """Outside the window: it waits for somebody's decision."""

    kind: ClassVar[str] = "order.change_requested"
    why: str


@dataclass(frozen=True, kw_only=True)
class OrderChangeExecuted(OrderChangeEvent):
    kind: ClassVar[str] = "order.change_executed"
    difference: int | None = None
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderChangeApproved(OrderChangeEvent):
    kind: ClassVar[str] = "order.change_approved"


@dataclass(frozen=True, kw_only=True)
class OrderChangeDenied(OrderChangeEvent):
    kind: ClassVar[str] = "order.change_denied"


@dataclass(frozen=True, kw_only=True)
class OrderChangeWithdrawn(OrderChangeEvent):
    kind: ClassVar[str] = "order.change_withdrawn"


@dataclass(frozen=True, kw_only=True)
class OrderChangeRefused(OrderChangeEvent):
    """The shop did not take it; what was changed here is as it was before."""

    kind: ClassVar[str] = "order.change_refused"
    refusal: str


@dataclass(frozen=True, kw_only=True)
class OrderChangeConfirmed(OrderChangeEvent):
    """The shop has written it down too."""

    kind: ClassVar[str] = "order.change_confirmed"


@dataclass(frozen=True, kw_only=True)
class OrderChangeOverruled(OrderChangeEvent):
    """The shop changed the same thing later and its word was taken; money is for people."""

    kind: ClassVar[str] = "order.change_overruled"


@dataclass(frozen=True, kw_only=True)
class AfterSaleRequested(OrderCareEvent):
    """Lines of a delivered order are to come back or be exchanged; a case follows."""

    kind: ClassVar[str] = "order.after_sale_requested"
    request: UUID
    request_kind: str
    source: str
    lines: tuple[UUID, ...]
    quantities: tuple[int, ...]
    method: UUID | None = None
    difference: int
    currency: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class AfterSaleUnopened(OrderCareEvent):
    """The request was taken, but no case could be opened for it: `refusal` says why."""

    kind: ClassVar[str] = "order.after_sale_unopened"
    request: UUID
    request_kind: str
    refusal: str


@dataclass(frozen=True, kw_only=True)
class OrderWindowChanged(OrderCareEvent):
    """The subject is the window; without `statuses` it was taken away."""

    kind: ClassVar[str] = "order_window.changed"
    change_kind: str
    shop: UUID | None = None
    statuses: tuple[str, ...] | None = None
    minutes: int | None = None
    special: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CareProfileChanged(OrderCareEvent):
    kind: ClassVar[str] = "care_profile.changed"
    shop: UUID | None = None
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryAddressChanged(OrderCareEvent):
    """The subject is the customer; where they live is in the row alone."""

    kind: ClassVar[str] = "customer.delivery_address_changed"
    source: str


@dataclass(frozen=True, kw_only=True)
class ServiceCodeFailed(Event):
    """A code did not fit; the subject is the code, `locked` when no more tries are taken."""

    kind: ClassVar[str] = "order.code_failed"
    locked: bool


@dataclass(frozen=True, kw_only=True)
class OrderShownByCode(Event):
    """Somebody proved by number, telephone and code that an order is theirs, and sees it."""

    kind: ClassVar[str] = "order.proven"
    until: datetime
    channel: str
