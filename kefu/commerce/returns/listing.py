"""Listing: the board of cases, those due first on top; what lies in the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.model_inspections import Inspection
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.model_warehouse import WarehouseLocation, WarehouseParcel
from kefu.commerce.returns.access import visible_to
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor

NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
Sort = Literal["due", "applied"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of cases is narrowed by."""

    status: str = "open"
    node: str | None = None
    kind: str | None = None
    q: str = ""
    order: UUID | None = None
    customer: UUID | None = None
    overdue: bool = False
    fast: bool | None = None
    sort: Sort = "due"


async def returns_for(
    db: Session, actor: Actor, asked: Asked, *, cursor: str | None, limit: int
) -> tuple[list[tuple[ReturnCase, str]], str | None]:
    """A page of cases with the numbers of their orders; by due time the late ones come first."""
    query: Any = (
        select(ReturnCase, Order.number)
        .join(Order, Order.id == ReturnCase.order_id)
        .where(visible_to(actor), *narrowed(asked))
    )
    rows: Any = (await db.execute(sorted_from(query, asked.sort, cursor).limit(limit + 1))).all()
    return page_of([(case, number) for case, number in rows], limit, key_for(asked.sort))


def narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    equal = (
        (ReturnCase.node, asked.node),
        (ReturnCase.kind, asked.kind),
        (ReturnCase.order_id, asked.order),
        (ReturnCase.customer_id, asked.customer),
        (ReturnCase.fast_track, asked.fast),
    )
    conditions += [column == value for column, value in equal if value is not None]
    if asked.status != "all":
        conditions.append(ReturnCase.status == asked.status)
    if asked.overdue:
        conditions.append(ReturnCase.node_due_at < now())
    if asked.q.strip():
        conditions.append(is_meant_by(asked.q.strip()))
    return conditions


def is_meant_by(q: str) -> ColumnElement[bool]:
    """A case's own number, its order's or its parcel's."""
    order = select(Order.id).where(Order.number == q)
    return or_(
        ReturnCase.number == q.upper(),
        ReturnCase.tracking_number == q,
        ReturnCase.order_id.in_(order),
    )


def sorted_from(query: Select[Any], sort: Sort, cursor: str | None) -> Select[Any]:
    if sort == "applied":
        key = read_cursor(cursor, datetime, UUID)
        if key:
            query = query.where(tuple_(ReturnCase.applied_at, ReturnCase.id) < tuple_(*key))
        return query.order_by(ReturnCase.applied_at.desc(), ReturnCase.id.desc())
    due = func.coalesce(ReturnCase.node_due_at, NEVER)
    key = read_cursor(cursor, datetime, UUID)
    if key:
        query = query.where(tuple_(due, ReturnCase.id) > tuple_(*key))
    return query.order_by(due, ReturnCase.id)


def key_for(sort: Sort) -> Any:
    if sort == "applied":
        return lambda row: [row[0].applied_at, row[0].id]
    return lambda row: [row[0].node_due_at or NEVER, row[0].id]


async def counts(db: Session, actor: Actor) -> dict[str, dict[str, int]]:
    """Open cases and late ones at each node: what the board's columns are headed by."""
    late = func.count().filter(ReturnCase.node_due_at < now())
    rows = await db.execute(
        select(ReturnCase.node, func.count(), late)
        .where(visible_to(actor), ReturnCase.status == "open")
        .group_by(ReturnCase.node)
    )
    return {node: {"open": total, "overdue": overdue} for node, total, overdue in rows}


async def lines_of(db: Session, cases: Sequence[UUID]) -> dict[UUID, list[ReturnLine]]:
    rows = await db.scalars(
        select(ReturnLine).where(ReturnLine.case_id.in_(cases)).order_by(ReturnLine.id)
    )
    found: dict[UUID, list[ReturnLine]] = {}
    for line in rows:
        found.setdefault(line.case_id, []).append(line)
    return found


@dataclass(frozen=True, slots=True)
class Lying:
    """A parcel in the warehouse, with its place and its case."""

    parcel: WarehouseParcel
    location: WarehouseLocation
    case: ReturnCase | None


async def parcels_for(
    db: Session, *, lying: bool, unknown: bool, overdue: bool, cursor: str | None, limit: int
) -> tuple[list[Lying], str | None]:
    """Parcels, the one that lies longest first; those that left come latest first."""
    query = (
        select(WarehouseParcel, WarehouseLocation, ReturnCase)
        .join(WarehouseLocation, WarehouseLocation.id == WarehouseParcel.location_id)
        .outerjoin(ReturnCase, ReturnCase.id == WarehouseParcel.case_id)
    )
    if unknown:
        query = query.where(WarehouseParcel.case_id.is_(None))
    if overdue:
        query = query.where(WarehouseParcel.due_at < now())
    key = read_cursor(cursor, datetime, UUID)
    where = tuple_(WarehouseParcel.in_at, WarehouseParcel.id)
    if lying:
        query = query.where(WarehouseParcel.out_at.is_(None))
        query = query.where(where > tuple_(*key)) if key else query
        query = query.order_by(WarehouseParcel.in_at, WarehouseParcel.id)
    else:
        query = query.where(WarehouseParcel.out_at.is_not(None))
        query = query.where(where < tuple_(*key)) if key else query
        query = query.order_by(WarehouseParcel.in_at.desc(), WarehouseParcel.id.desc())
    rows = (await db.execute(query.limit(limit + 1))).all()
    parcels = [Lying(*row) for row in rows]
    return page_of(parcels, limit, lambda one: [one.parcel.in_at, one.parcel.id])


async def stock(db: Session) -> list[dict[str, Any]]:
    """Goods in the warehouse by model, place and what the inspection said of them."""
    result = func.coalesce(Inspection.determination, "waiting")
    rows = await db.execute(
        select(
            ReturnLine.model,
            func.max(ReturnLine.title),
            WarehouseLocation.code,
            result,
            func.sum(ReturnLine.quantity),
            func.min(WarehouseParcel.in_at),
        )
        .join(ReturnCase, ReturnCase.id == ReturnLine.case_id)
        .join(WarehouseParcel, WarehouseParcel.case_id == ReturnCase.id)
        .join(WarehouseLocation, WarehouseLocation.id == WarehouseParcel.location_id)
        .outerjoin(Inspection, (Inspection.case_id == ReturnCase.id) & Inspection.of_record)
        .where(WarehouseParcel.out_at.is_(None))
        .group_by(ReturnLine.model, WarehouseLocation.code, result)
        .order_by(ReturnLine.model, WarehouseLocation.code, result)
    )
    names = ("model", "title", "location", "determination", "units", "since")
    return [dict(zip(names, row, strict=True)) for row in rows]
