"""What commerce tells: orders on their way, money that goes back, parcels that move.

`happened_at` is the moment at the shop or the carrier, which may lie long before the fact. From a
fact with `historic` no notice, clock, survey or care plan starts; figures do count it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CommerceEvent(Event):
    """Something agents see; old orders that are loaded fill nobody's screen."""

    historic: bool = False

    def audience(self) -> list[str]:
        return [] if self.historic else ["agents"]


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(CommerceEvent):
    """A new order; `status` is where it stood when it became known, `lines` how many it has."""

    kind: ClassVar[str] = "order.placed"
    status: str
    total: int
    currency: str
    lines: int
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderPaid(CommerceEvent):
    kind: ClassVar[str] = "order.paid"
    amount: int
    currency: str
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderProcessing(CommerceEvent):
    """The shop has begun with it; not every shop tells when."""

    kind: ClassVar[str] = "order.processing"


@dataclass(frozen=True, kw_only=True)
class OrderShipped(CommerceEvent):
    kind: ClassVar[str] = "order.shipped"
    happened_at: datetime
    promised_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(CommerceEvent):
    kind: ClassVar[str] = "order.delivered"
    happened_at: datetime
    promised_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(CommerceEvent):
    kind: ClassVar[str] = "order.completed"
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(CommerceEvent):
    kind: ClassVar[str] = "order.cancelled"
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderChanged(CommerceEvent):
    """`changed` names fields, and `lines`, `payments`, `refunds` or `shipments` as a whole."""

    kind: ClassVar[str] = "order.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrderStuck(CommerceEvent):
    """A customer began to order and did not get past this step."""

    kind: ClassVar[str] = "order.stuck"
    step: str


@dataclass(frozen=True, kw_only=True)
class OrderAssisted(CommerceEvent):
    """An agent helped an unfinished order over its step."""

    kind: ClassVar[str] = "order.assisted"
    step: str


@dataclass(frozen=True, kw_only=True)
class OrderRevealed(Event):
    """Somebody saw the telephone and the address in plain; `reason` is one of a list."""

    kind: ClassVar[str] = "order.revealed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrdersExported(Event):
    """Somebody took orders away as a sheet, and which; `subject` is who."""

    kind: ClassVar[str] = "orders.exported"
    status: str | None = None
    shop: UUID | None = None
    of_customer: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    searched: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderQueried(Event):
    """A customer asked how far an order is and was told, so many seconds later."""

    kind: ClassVar[str] = "order.queried"
    channel: str
    seconds: float
    status: str


@dataclass(frozen=True, kw_only=True)
class OrderErrorFound(CommerceEvent):
    kind: ClassVar[str] = "order.error_found"
    cause: str


@dataclass(frozen=True, kw_only=True)
class OrderErrorCorrected(CommerceEvent):
    kind: ClassVar[str] = "order.error_corrected"
    cause: str


@dataclass(frozen=True, kw_only=True)
class RefundEvent(CommerceEvent):
    """`subject` is the order; `system` says who told: shop, crm or finance."""

    refund: UUID
    amount: int
    currency: str
    system: str
    happened_at: datetime
    return_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RefundRequested(RefundEvent):
    kind: ClassVar[str] = "refund.requested"


@dataclass(frozen=True, kw_only=True)
class RefundApproved(RefundEvent):
    kind: ClassVar[str] = "refund.approved"


@dataclass(frozen=True, kw_only=True)
class RefundPaid(RefundEvent):
    kind: ClassVar[str] = "refund.paid"


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundEvent):
    kind: ClassVar[str] = "refund.failed"


@dataclass(frozen=True, kw_only=True)
class RefundRefused(RefundEvent):
    kind: ClassVar[str] = "refund.refused"


@dataclass(frozen=True, kw_only=True)
class ShipmentCreated(CommerceEvent):
    """`subject` is the parcel."""

    kind: ClassVar[str] = "shipment.created"
    order: UUID
    direction: str
    carrier: str | None = None
    return_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ShipmentMoved(CommerceEvent):
    """The parcel's status is another than before; `scanned` where its own scans say so."""

    kind: ClassVar[str] = "shipment.moved"
    order: UUID
    direction: str
    status: str
    happened_at: datetime
    carrier: str | None = None
    return_id: UUID | None = None
    scanned: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event):
    """A file was read to its end; `started_by` hears of it."""

    kind: ClassVar[str] = "commerce_import.finished"
    import_kind: str
    status: str
    created: int
    changed: int
    unchanged: int
    refused: int

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ProductsChanged(Event):
    """Products of this shop are new or different; screens fetch them again."""

    kind: ClassVar[str] = "product.changed"
    products: int

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ShopChanged(Event):
    kind: ClassVar[str] = "shop.changed"
    changed: tuple[str, ...]

    def audience(self) -> list[str]:
        return ["agents"]
