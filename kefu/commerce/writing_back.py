"""Writing back: a change goes to the shop that the order came from, which may refuse it.

A source whose shop takes changes registers how it writes; any other shop is told by people.
Writing is a job after the commit: it may be repeated, and the request's id lets the shop recognise
that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.core.db import Session
from kefu.core.wire import Wire

JOB = "commerce.write_order_change"


@dataclass(frozen=True, slots=True)
class ShopLine:
    """One line as it is to be, in the shop's own ids; `replaced` where it is another variant."""

    external_id: str | None
    position: int
    product: str | None
    sku: str | None
    quantity: int
    amount: int
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChange:
    """What a shop is asked to write down; `key` is the same in every repetition."""

    key: UUID
    kind: str
    order_number: str
    external_id: str | None
    reason: str | None
    wanted: dict[str, Any]
    after: dict[str, Any]
    currency: str = "CNY"
    taxed: bool = False
    payment: str | None = None
    lines: tuple[ShopLine, ...] = ()

    @property
    def address(self) -> dict[str, Any]:
        """Where the order goes now."""
        order: dict[str, Any] = self.after.get("order", {})
        return {name: order[name] for name in ADDRESS if order.get(name)}


ADDRESS = (
    *("recipient", "phone", "country", "province", "city", "district", "street", "postcode"),
)


class ShopRefused(Exception):
    """The shop does not take it; `code` says why, in the shop's own word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:80]


class OrderWriter(Protocol):
    """Writes one change into a shop; raises `ShopRefused`, or anything else to be tried again."""

    async def write(self, shop: Shop, change: ShopChange) -> None: ...


@dataclass
class MemoryOrderWriter:
    """Keeps what was written, for tests and development; refuses the kinds it is told to."""

    written: list[ShopChange] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)

    async def write(self, shop: Shop, change: ShopChange) -> None:  # noqa: ARG002 - every shop
        if change.kind in self.refuses:
            raise ShopRefused(self.refuses[change.kind])
        if all(one.key != change.key for one in self.written):
            self.written.append(change)


MakeWriter = Callable[[Source, Wire], OrderWriter]
WRITERS: dict[str, MakeWriter] = {}


def writes_orders(kind: str) -> Callable[[MakeWriter], MakeWriter]:
    """Let what the function makes write into the shops of sources of this kind."""

    def register(make: MakeWriter) -> MakeWriter:
        WRITERS[kind] = make
        return make

    return register


async def taking_source(db: Session, shop: UUID) -> Source | None:
    """The source through which this shop takes changes, if there is one."""
    found = await db.scalars(
        select(Source)
        .where(Source.shop_id == shop, Source.enabled, Source.takes_changes)
        .order_by(Source.name)
        .limit(1)
    )
    return found.first()
