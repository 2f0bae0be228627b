"""Choosing: products by any part of their title, side by side, and by what a customer needs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from kefu.commerce.model import Product, Sku
from kefu.commerce.terms import asked_terms_of
from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor

SIDE_BY_SIDE = 3
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
Verdict = Literal["met", "missed", "unknown"]


@dataclass(frozen=True)
class Sought:
    """What a list of products is narrowed by."""

    q: str = ""
    shop: UUID | None = None
    category: str | None = None
    status: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False


async def products_for(
    db: Session, actor: Actor, sought: Sought, *, cursor: str | None, limit: int
) -> tuple[list[Product], str | None]:
    """One page of products by title."""
    actor.require("product.read")
    query = narrowed(select(Product), sought)
    key = read_cursor(cursor, str, UUID)
    if key:
        query = query.where(tuple_(Product.title_key, Product.id) > tuple_(*key))
    query = query.order_by(Product.title_key, Product.id).limit(limit + 1)
    rows = (await db.scalars(query)).all()
    return page_of(rows, limit, lambda product: [product.title_key, product.id])


def narrowed(query: Select[Any], sought: Sought) -> Select[Any]:
    if sought.q.strip():
        query = query.where(Product.search_terms.contains(asked_terms_of(sought.q)))
    for column, value in (
        (Product.shop_id, sought.shop),
        (Product.category, sought.category),
        (Product.status, sought.status),
    ):
        if value is not None:
            query = query.where(column == value)
    if sought.price_min is not None:
        query = query.where(Product.price_from >= sought.price_min)
    if sought.price_max is not None:
        query = query.where(Product.price_from <= sought.price_max)
    if sought.in_stock:
        query = query.where(exists().where(Sku.product_id == Product.id, *has_stock()))
    return query


def has_stock() -> list[Any]:
    """A shop that does not tell its stock has some."""
    return [Sku.available, (Sku.stock.is_(None)) | (Sku.stock > 0)]


async def variants_of(db: Session, products: Iterable[UUID]) -> dict[UUID, list[Sku]]:
    """The variants of these products, in one query."""
    found: dict[UUID, list[Sku]] = defaultdict(list)
    rows = await db.scalars(
        select(Sku).where(Sku.product_id.in_(list(products))).order_by(Sku.price, Sku.id)
    )
    for sku in rows:
        found[sku.product_id].append(sku)
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """One property of several products; `differs` where they are not alike."""

    name: str
    values: list[str | None]
    differs: bool


async def products_side_by_side(
    db: Session, actor: Actor, ids: Sequence[UUID]
) -> tuple[list[Product], list[Compared]]:
    """Two or three products and their properties, in the order in which they were named."""
    actor.require("product.read")
    if not 2 <= len(set(ids)) <= SIDE_BY_SIDE:
        raise Invalid("Compare two or three products.", field="ids", limit=SIDE_BY_SIDE)
    rows = await db.scalars(select(Product).where(Product.id.in_(ids)))
    known = {product.id: product for product in rows}
    products = [known[one] for one in dict.fromkeys(ids) if one in known]
    if len(products) != len(set(ids)):
        raise NotFound("One of these products does not exist.")
    names = dict.fromkeys(name for product in products for name in product.specs)
    return products, [compared(name, products) for name in names]


def compared(name: str, products: Sequence[Product]) -> Compared:
    values = [
        None if product.specs.get(name) is None else str(product.specs[name])
        for product in products
    ]
    return Compared(name, values, differs=len(set(values)) > 1)


@dataclass(frozen=True, slots=True)
class Need:
    """What a customer wants of one property: a word in it, or a figure within bounds."""

    name: str
    word: str | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """How a product stands to one need."""

    name: str
    verdict: Verdict
    value: str | None


@dataclass(frozen=True, slots=True)
class Recommended:
    product: Product
    reasons: list[Reason]

    @property
    def met(self) -> int:
        return sum(reason.verdict == "met" for reason in self.reasons)


async def recommended_for(
    db: Session, actor: Actor, sought: Sought, needs: Sequence[Need], *, limit: int
) -> list[Recommended]:
    """What meets most of the needs, the cheaper first; what misses one is behind, and says so."""
    actor.require("product.read")
    met = counted([is_met_by(need) for need in needs])
    missed = counted([and_(spec(need).is_not(None), ~is_met_by(need)) for need in needs])
    query = narrowed(select(Product), sought)
    if needs:
        query = query.where(met > 0)
    cheaper = func.coalesce(Product.price_from, 0)
    rows = await db.scalars(query.order_by(met.desc(), missed, cheaper, Product.id).limit(limit))
    return [Recommended(product, [judged(product, need) for need in needs]) for product in rows]


def counted(clauses: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """How many of these hold."""
    found: ColumnElement[int] = literal(0)
    for clause in clauses:
        found = found + case((clause, 1), else_=0)
    return found


def spec(need: Need) -> ColumnElement[str]:
    value: ColumnElement[str] = Product.specs[need.name].astext
    return value


def is_met_by(need: Need) -> ColumnElement[bool]:
    """As `is_met` says of one value, for every product at once: however many there are."""
    value = spec(need)
    clauses: list[ColumnElement[bool]] = [value.is_not(None)]
    if need.word is not None:
        clauses.append(func.strpos(func.lower(value), need.word.lower()) > 0)
    figure = cast(func.substring(func.replace(value, ",", ""), FIGURE.pattern), Numeric)
    if need.least is not None:
        clauses.append(figure >= need.least)
    if need.most is not None:
        clauses.append(figure <= need.most)
    return func.coalesce(and_(*clauses), False)


def judged(product: Product, need: Need) -> Reason:
    value = product.specs.get(need.name)
    if value is None:
        return Reason(need.name, "unknown", None)
    verdict: Verdict = "met" if is_met(str(value), need) else "missed"
    return Reason(need.name, verdict, str(value))


def is_met(value: str, need: Need) -> bool:
    """A word stands in the value; its first figure lies within the bounds."""
    if need.word is not None and need.word.casefold() not in value.casefold():
        return False
    if need.least is None and need.most is None:
        return True
    figure = FIGURE.search(value.replace(",", ""))
    if figure is None:
        return False
    number = float(figure.group())
    return (need.least is None or number >= need.least) and (
        need.most is None or number <= need.most
    )
