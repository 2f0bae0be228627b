"""七鱼: a shop that is asked about a customer while an agent talks with them.

The shop offers `get_token`, `get_user_info`, `get_user_orders` and `update_order`; each answer
holds `rlt`, 0 where all is well. It is asked with little patience, and a former answer stands
in for a while: no message ever waits for it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from kefu.commerce.sources.asking import Asks, SourceAway, asked, posted

PATIENCE = 2.0
KEPT_SECONDS = 60.0
KEPT_AT_MOST = 2000
LEFT_ALONE_SECONDS = 15.0
TOKEN_SECONDS = 3600.0
ORDERS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled value as the shop shows it."""

    key: str
    label: str
    value: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class ShopView:
    """What the shop says of a customer: about them, and their orders as blocks of lines."""

    person: list[Line]
    orders: list[list[Line]]


@dataclass
class Remembered:
    """What shops said lately: tokens and views, the oldest forgotten first."""

    tokens: dict[UUID, tuple[float, str]] = field(default_factory=dict)
    away_until: dict[UUID, float] = field(default_factory=dict)
    views: OrderedDict[tuple[UUID, str], tuple[float, ShopView]] = field(
        default_factory=OrderedDict
    )

    def view(self, source: UUID, person: str) -> tuple[bool, ShopView | None]:
        """Whether it is fresh, and the view."""
        found = self.views.get((source, person))
        if found is None:
            return False, None
        return time.monotonic() - found[0] < KEPT_SECONDS, found[1]

    def is_left_alone(self, source: UUID) -> bool:
        """Whether it gave no answer a moment ago: nobody waits for it again at once."""
        return time.monotonic() < self.away_until.get(source, 0.0)

    def leave_alone(self, source: UUID) -> None:
        self.away_until[source] = time.monotonic() + LEFT_ALONE_SECONDS

    def keep(self, source: UUID, person: str, view: ShopView) -> None:
        self.views[source, person] = (time.monotonic(), view)
        self.views.move_to_end((source, person))
        while len(self.views) > KEPT_AT_MOST:
            self.views.popitem(last=False)


@dataclass(frozen=True, slots=True)
class QiyuShop:
    """One such shop: where it is, and how we prove ourselves there."""

    id: UUID
    url: str
    account: str
    secret: str
    wire: Asks
    remembered: Remembered

    async def view(self, person: str) -> ShopView:
        """What it says of the customer with this id of its own."""
        info = await self._ask("get_user_info", {"userid": person})
        listed = await self._ask(
            "get_user_orders", {"userid": person, "count": ORDERS_AT_ONCE, "from": 0, "type": 0}
        )
        return ShopView(lines_of(info.get("data")), orders_of(listed.get("orders")))

    async def update_order(self, person: str, order: str, values: Mapping[str, str]) -> None:
        """Write fields of an order back, for instance a note of the agent's."""
        data = [{"key": key, "value": value} for key, value in values.items()]
        await self._ask("update_order", {"userid": person, "orderid": order, "data": data})

    async def _ask(self, name: str, body: dict[str, Any], *, again: bool = True) -> dict[str, Any]:
        token = await self._token()
        said = await posted(
            self.wire, f"{self.url}/{name}", {"appid": self.account, "token": token} | body
        )
        if not isinstance(said, dict):
            raise SourceAway("The answer is no object.")
        if said.get("rlt") == 0:
            return said
        self.remembered.tokens.pop(self.id, None)
        if again:  # the token may have run out before its time
            return await self._ask(name, body, again=False)
        raise SourceAway(f"{name}: rlt {said.get('rlt')}")

    async def _token(self) -> str:
        until, token = self.remembered.tokens.get(self.id, (0.0, ""))
        if time.monotonic() < until:
            return token
        given = urlencode({"appid": self.account, "appsecret": self.secret})
        said = await asked(self.wire, f"{self.url}/get_token?{given}", {})
        if not isinstance(said, dict) or said.get("rlt") != 0 or not said.get("token"):
            raise SourceAway("get_token: no token was given.")
        lasts = min(float(said.get("expires") or TOKEN_SECONDS), 24 * 3600.0)
        self.remembered.tokens[self.id] = (time.monotonic() + lasts * 0.9, str(said["token"]))
        return str(said["token"])


def lines_of(data: Any) -> list[Line]:
    """Lines in the order of their `index`; a hidden one is left out."""
    rows = [row for row in data or [] if isinstance(row, dict) and not row.get("hidden")]
    rows.sort(key=lambda row: int(row.get("index") or 0))
    return [
        Line(
            str(row.get("key", ""))[:80],
            str(row.get("label", row.get("key", "")))[:80],
            str(row.get("value", ""))[:500],
            safe_link(row.get("href")),
        )
        for row in rows
    ]


def orders_of(orders: Any) -> list[list[Line]]:
    """Each order as the lines of all its blocks."""
    found = []
    for order in sorted(orders or [], key=lambda order: int(order.get("index") or 0)):
        blocks = sorted(order.get("blocks") or [], key=lambda block: int(block.get("index") or 0))
        found.append([line for block in blocks for line in lines_of(block.get("data"))])
    return found


def safe_link(href: Any) -> str | None:
    link = str(href or "")
    return link[:500] if link.startswith(("https://", "http://")) else None
