"""Exporting: the orders of a list as a sheet, in pieces; what is personal stays masked as there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from kefu.commerce.events import OrdersExported
from kefu.commerce.finding import Asked, orders_for
from kefu.commerce.importing.columns import STATUSES, ZONE
from kefu.commerce.money import written
from kefu.commerce.schemas import CustomerName, OrderRow, ShopName
from kefu.commerce.showing import order_rows
from kefu.core.db import Database, Session
from kefu.core.events import record
from kefu.core.sheets import line_of
from kefu.identity import Actor

Language = Literal["zh", "en"]
BATCH = 500
MARK = "\ufeff"
NAMES: dict[str, tuple[str, str]] = {
    "number": ("订单号", "Number"),
    "shop": ("店铺", "Shop"),
    "status": ("状态", "Status"),
    "title": ("商品", "Goods"),
    "pieces": ("件数", "Pieces"),
    "currency": ("币种", "Currency"),
    "total_amount": ("订单金额", "Total"),
    "paid_amount": ("实付金额", "Paid"),
    "refunded_amount": ("已退金额", "Refunded"),
    "customer": ("客户", "Customer"),
    "recipient": ("收件人", "Recipient"),
    "phone": ("电话", "Phone"),
    "city": ("城市", "City"),
    "channel": ("渠道", "Channel"),
    "placed_at": ("下单时间", "Placed"),
    "paid_at": ("付款时间", "Paid at"),
    "shipped_at": ("发货时间", "Sent at"),
    "delivered_at": ("签收时间", "Delivered at"),
    "completed_at": ("完成时间", "Completed at"),
    "cancelled_at": ("取消时间", "Cancelled at"),
    "promised_by": ("承诺送达", "Promised by"),
    "is_late": ("已延误", "Late"),
}
IN_CHINESE = {status: words for words, status in STATUSES.items() if words != "待发货"}
YES = {"zh": "是", "en": "yes"}


async def begin_export(db: Session, actor: Actor, asked: Asked) -> None:
    """Remember that somebody takes orders away, and which; what was searched for is not said."""
    actor.require("order.export")
    exported_now = OrdersExported(
        subject=actor.id,
        actor=actor.id,
        status=asked.status,
        shop=asked.shop,
        of_customer=asked.customer,
        since=asked.since,
        until=asked.until,
        searched=bool(asked.q.strip()),
    )
    await record(db, exported_now)


async def exported(
    database: Database, actor: Actor, asked: Asked, language: Language
) -> AsyncIterator[str]:
    """The sheet, the newest order first; each page is read in a short transaction of its own."""
    place = 0 if language == "zh" else 1
    yield MARK + line_of([words[place] for words in NAMES.values()])
    cursor: str | None = None
    while True:
        async with database.transaction() as db:
            found, cursor = await orders_for(db, actor, asked, cursor=cursor, limit=BATCH)
            rows = await order_rows(db, found)
        if rows:
            yield "".join(line_of(cells(row, language)) for row in rows)
        if cursor is None:
            return


def cells(row: OrderRow, language: Language) -> Sequence[str]:
    return [cell(name, getattr(row, name), row, language) for name in NAMES]


def cell(name: str, value: Any, row: OrderRow, language: Language) -> str:
    """Amounts and times as people write them, in China's time."""
    shown = value
    if isinstance(value, bool):
        shown = YES[language] if value else None
    elif name.endswith("_amount"):
        shown = written(value, row.currency)
    elif isinstance(value, datetime):
        shown = f"{value.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, ShopName | CustomerName):
        shown = value.name
    elif name == "status" and language == "zh":
        shown = IN_CHINESE[value]
    return "" if shown is None else str(shown)
