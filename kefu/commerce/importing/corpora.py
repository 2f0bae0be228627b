"""Corpora: orders of others are loaded as history, in batches, by the same way as live ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from kefu.commerce.documents import OrderDocument
from kefu.commerce.goods import ProductDocument, take_products
from kefu.commerce.importing.olist import olist_orders, olist_products, olist_tables
from kefu.commerce.importing.tau import take_tau_users, tau_books, tau_orders, tau_products
from kefu.commerce.model import Shop
from kefu.commerce.shops import shop_with_key
from kefu.commerce.taking import take_orders
from kefu.core.db import Database

Told = Callable[["Loaded"], None]
Item = TypeVar("Item")
BATCH = 1000


CONTENT = text(
    "select delivered_at > promised_by as late, count(*) as reviews, "
    "avg((attributes->>'review_score')::int) as mean from orders where shop_id = :shop "
    "and delivered_at is not null and promised_by is not null and attributes ? 'review_score' "
    "group by 1 order by 1"
)


@dataclass(frozen=True, slots=True)
class Content:
    """How content customers were, of 5: those whose order came late, or those served in time."""

    late: bool
    reviews: int
    mean: float


@dataclass
class Loaded:
    """How much of a corpus is in; `content` where its orders have reviews."""

    customers: int = 0
    products: int = 0
    orders: int = 0
    new: int = 0
    content: list[Content] = field(default_factory=list)


async def load_olist(database: Database, folder: Path, *, tell: Told = lambda _: None) -> Loaded:
    """The marketplace's orders in a shop of their own, as history."""
    tables = olist_tables(folder)
    shop = await opened(database, "olist", "Olist", "BRL")
    loading = Loading(database, shop, tell)
    loaded = await loading.load(olist_products(tables), olist_orders(tables))
    async with database.transaction() as db:
        rows = await db.execute(CONTENT, {"shop": shop.id})
        loaded.content = [Content(row.late, row.reviews, float(row.mean)) for row in rows]
    return loaded


async def load_tau(database: Database, folder: Path, *, tell: Told = lambda _: None) -> Loaded:
    """The invented shop's users, products and orders, as history."""
    books = tau_books(folder)
    shop = await opened(database, "tau", "Tau retail", "USD")
    loading = Loading(database, shop, tell)
    async with database.transaction() as db:
        loading.loaded.customers = len(await take_tau_users(db, shop, books))
    return await loading.load(tau_products(books), tau_orders(books))


async def opened(database: Database, key: str, name: str, currency: str) -> Shop:
    async with database.transaction() as db:
        return await shop_with_key(db, key, name=name, kind="manual", currency=currency)


class Loading:
    """One corpus on its way in."""

    def __init__(self, database: Database, shop: Shop, tell: Told) -> None:
        self._database, self._shop, self._tell = database, shop, tell
        self.loaded = Loaded()

    async def load(
        self, products: Iterable[ProductDocument], orders: Iterable[OrderDocument]
    ) -> Loaded:
        for goods in batches(products):
            async with self._database.transaction() as db:
                self.loaded.products += await take_products(db, self._shop, goods)
            self._tell(self.loaded)
        for batch in batches(orders):
            async with self._database.transaction() as db:
                taken = await take_orders(db, self._shop, batch, historic=True)
            self.loaded.orders += len(taken)
            self.loaded.new += sum(one.result == "created" for one in taken)
            self._tell(self.loaded)
        return self.loaded


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    left: Any = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch
