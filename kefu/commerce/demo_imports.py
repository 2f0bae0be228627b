"""The demo shop's imports: old sales of its store with rows that cannot be read, and a bad file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.demo_orders import SHOP_KEY
from kefu.commerce.importing import run_import, start_import
from kefu.commerce.model import Shop
from kefu.commerce.model_imports import CommerceImport
from kefu.core.db import Database
from kefu.core.demo import demo_run
from kefu.identity import agents_who_may

SALES = """订单号,状态,下单时间,完成时间,渠道,支付方式,商品,数量,单价,合计
MD2025-0311,已完成,2025-03-11 10:24,2025-03-11 10:24,store,微信支付,营地灯,1,89.00,89.00
MD2025-0312,已完成,2025-03-11 15:02,2025-03-11 15:02,store,支付宝,松果保温壶,2,129.00,258.00
MD2025-0313,已完成,2025-03-12 11:40,2025-03-12 11:40,store,微信支付,折叠月亮椅,1,199.00,199.00
MD2025-0314,已完成,2025-13-02 09:15,,store,支付宝,登山杖,1,169.00,169.00
MD2025-0315,已完成,2025-03-13 09:31,2025-03-13 09:31,store,银联,云雀帐篷,1,699.00,699.00
MD2025-0316,已完成,2025-03-13 16:48,2025-03-13 16:48,store,微信支付,防潮垫,两张,59.00,118.00
MD2025-0317,已完成,2025-03-14 14:20,2025-03-14 14:20,store,支付宝,咖啡套装,1,239.00,329.00
MD2025-0318,已完成,2025-03-15 10:05,2025-03-15 10:05,store,微信支付,山岚登山鞋,1,459.00,459.00
"""
"""Three rows are wrong: a month that is none, a number in words, a sum that does not add up."""

GOODS = """编号,商品,类目,品牌,型号,价格,库存
ST-201,蓝湾 4 人天幕,camp,山野,LW-T4,599.00,40
ST-202,溪行速干裤,clothing,山野,XX-P2,二百五十九,120
ST-203,云台登山包 45L,bags,山野,YT-B45,529.00,35
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that somebody brought, and how it was to be taken."""

    name: str
    text: str
    kind: str
    mode: str
    historic: bool = False


SHEETS = (
    Sheet("春季新品.csv", GOODS, "products", "whole"),
    Sheet("门店旧订单-2025年3月.csv", SALES, "orders", "rows", historic=True),
)


@demo_run("commerce imports", order=64)
async def load_imports(database: Database) -> None:
    """Import both files as the console does; a second time changes nothing."""
    async with database.transaction() as db:
        shop = await db.scalar(select(Shop.id).where(Shop.key == SHOP_KEY))
        former = await db.scalar(select(CommerceImport.id).limit(1))
    if shop is None or former is not None:
        return
    with TemporaryDirectory() as folder:
        for sheet in SHEETS:
            path = Path(folder) / sheet.name
            path.write_text(sheet.text, encoding="utf-8")
            await run_import(database, await started(database, sheet), path)


async def started(database: Database, sheet: Sheet) -> UUID:
    async with database.transaction() as db:
        shop = (await db.scalars(select(Shop).where(Shop.key == SHOP_KEY))).one()
        known = await start_import(
            db,
            shop,
            kind=sheet.kind,
            mode=sheet.mode,
            file_name=sheet.name,
            size=len(sheet.text.encode()),
            historic=sheet.historic,
            started_by=min(await agents_who_may(db, "commerce.import"), default=None),
        )
        return known.id
