"""Writing back: a change goes to the shop that the order came from, which may refuse it.

A source registers how it writes; a shop whose kind nobody writes for is told by people. Writing is
a job after the commit: it may be repeated, and the request's id lets the shop recognise that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from kefu.commerce.model import Shop

JOB = "commerce.write_order_change"


@dataclass(frozen=True, slots=True)
class ShopChange:
    """What a shop is asked to write down; `key` is the same in every repetition."""

    key: UUID
    kind: str
    order_number: str
    external_id: str | None
    reason: str | None
    wanted: dict[str, Any]
    after: dict[str, Any]


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


MakeWriter = Callable[[], OrderWriter]
WRITERS: dict[str, MakeWriter] = {}


def writes_orders(kind: str) -> Callable[[MakeWriter], MakeWriter]:
    """Let what the function makes write into shops of this kind."""

    def register(make: MakeWriter) -> MakeWriter:
        WRITERS[kind] = make
        return make

    return register


def writer_for(shop: Shop) -> OrderWriter | None:
    """Who writes into this shop, if anybody does."""
    make = WRITERS.get(shop.kind)
    return make() if make else None
