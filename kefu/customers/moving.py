"""Moving: what belongs to a customer goes to the one they turn out to be, and comes back exactly.

A capability says once which of its rows belong to customers:

    moves_with_customer("orders", Order)

From then on those rows carry the id of the customer who stays, in the transaction of the merge
itself. Which id a row had at first is written down as its home; after any merges and unmerges a
row lies where its home has gone, so no order of undoing them loses anything. Rows that only one
of a kind may have are named by `one_per`: one that the customer who stays has already is left
where it is, and is there again after the unmerge.

What is computed from rows (points, segments) is computed again on `CustomerMerged` and
`CustomerUnmerged`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.db import Base, Session
from kefu.customers.model_merging import MovedRow

When = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that belong to customers."""

    name: str
    table: Any
    customer: str
    one_per: tuple[str, ...]
    when: When | None
    alone: bool = False

    def column(self, row: Any) -> Any:
        return getattr(row, self.customer)


PARTS: dict[str, Part] = {}


def moves_with_customer(
    name: str,
    table: type[Base],
    *,
    customer: str = "customer_id",
    one_per: Sequence[str] = (),
    when: When | None = None,
    alone: bool = False,
) -> None:
    """Let the rows of this table follow their customer through merges and unmerges.

    The table has a UUID `id`, and an index on the customer's column. `when` narrows what
    `one_per` says to some rows: `when=lambda row: row.withdrawn_at.is_(None)`. With `alone` a
    customer has one such row at most, whatever is in it.
    """
    if name in PARTS:
        raise ValueError(f"Two parts that move with a customer are called {name}.")
    PARTS[name] = Part(name, table, customer, tuple(one_per), when, alone)


async def move_rows(db: Session, *, gone: UUID, kept: UUID) -> dict[str, int]:
    """Everything of `gone` belongs to `kept` from now on; how many rows of which part moved."""
    moved = {part.name: await move_part(db, part, gone, kept) for part in PARTS.values()}
    return {name: rows for name, rows in moved.items() if rows}


async def move_part(db: Session, part: Part, gone: UUID, kept: UUID) -> int:
    table = part.table
    locked = in_order(table, part.column(table) == gone)
    moving = (
        update(table)
        .where(table.id.in_(locked), part.column(table) == gone, *free_at(part, kept))
        .values({part.customer: kept} | untouched(table))
        .returning(table.id)
        .cte("moving")
    )
    homes = insert(MovedRow).from_select(
        ["part", "row_id", "home_id"],
        select(literal(part.name), moving.c.id, literal(gone)),
    )
    written = (
        homes.on_conflict_do_update(
            index_elements=["part", "row_id"], set_={"home_id": MovedRow.home_id}
        )
        .returning(MovedRow.row_id)
        .cte("written")
    )
    return await db.scalar(select(func.count()).select_from(written)) or 0


def in_order(table: Any, *which: ColumnElement[bool]) -> Select[UUID]:
    """The ids of these rows, locked by their ids, as by everybody who locks several of them."""
    rows = select(table.id).where(*which).order_by(table.id).with_for_update(key_share=True)
    return select(rows.cte("locked").c.id)


def free_at(part: Part, kept: UUID) -> list[ColumnElement[bool]]:
    """That the customer who stays has no such row yet, where only one may be."""
    if not part.one_per and not part.alone:
        return []
    other = aliased(part.table)
    same = [
        getattr(other, name).is_not_distinct_from(getattr(part.table, name))
        for name in part.one_per
    ]
    if part.when is not None:
        same += [part.when(other), part.when(part.table)]
    return [~select(1).where(part.column(other) == kept, *same).exists()]


async def give_back_rows(db: Session, *, homes: Collection[UUID], to: UUID) -> None:
    """Rows that came from these customers belong to `to` again, who is one of them.

    One that lies with one of them already was left there, because `to` has such a row: it stays.
    """
    for part in PARTS.values():
        table = part.table
        theirs = select(MovedRow.row_id).where(
            MovedRow.part == part.name, MovedRow.home_id.in_(homes)
        )
        await db.execute(
            update(table)
            .where(table.id.in_(in_order(table, table.id.in_(theirs))))
            .where(part.column(table).not_in(homes))
            .values({part.customer: to} | untouched(table))
            .execution_options(synchronize_session=False)
        )
    await db.execute(delete(MovedRow).where(MovedRow.home_id == to))


def untouched(table: Any) -> dict[str, Any]:
    """Columns that tell when the row was changed: a row that moves was not changed."""
    return {
        column.name: column for column in table.__table__.columns if column.onupdate is not None
    }


async def settle_down(db: Session, part: str, row: UUID) -> None:
    """A row was given to somebody for good: it has no other home any more."""
    await db.execute(delete(MovedRow).where(and_(MovedRow.part == part, MovedRow.row_id == row)))
