"""The timeline: what happened with one customer, read from the facts, newest first.

A fact holds no text. A capability joins its own under the reader's rights:

    @timeline_entry("customer.noted")
    async def show_notes(db, actor, facts) -> dict[int, dict[str, Any]]: ...

A fact that its contributor leaves out of the answer is not shown to this reader. Kinds without a
contributor are shown as they are. Who stands for several shows what happened with each of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, true
from sqlalchemy.orm import aliased

from kefu.core.db import Session
from kefu.core.events import MESSAGE_KINDS, FactRow
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import everyone_who_is
from kefu.customers.model import Customer
from kefu.identity import Actor, AgentName, agents_named

Show = Callable[[Session, Actor, Sequence[FactRow]], Awaitable[dict[int, dict[str, Any]]]]
SHOWN: dict[str, Show] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `shown` is what a capability joined to the fact."""

    id: int
    kind: str
    at: datetime
    actor: AgentName | None
    conversation: UUID | None
    details: dict[str, Any]
    shown: dict[str, Any] | None


def timeline_entry(*kinds: str) -> Callable[[Show], Show]:
    """Let the function say what facts of these kinds show; it gets those of one page at once."""

    def register(show: Show) -> Show:
        for kind in kinds:
            if kind in SHOWN:
                raise ValueError(f"Two contributors show the kind {kind}.")
            SHOWN[kind] = show
        return show

    return register


async def timeline_of(
    db: Session, actor: Actor, customer: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Entry], str | None]:
    """A page of the customer's timeline, with its texts; single messages are not in it."""
    key = read_cursor(cursor, int)
    query = facts_of(customer, before=key[0] if key else None, limit=limit + 1)
    rows = (await db.scalars(query)).all()
    facts, next_cursor = page_of(rows, limit, lambda fact: [fact.id])
    return await entries_of(db, actor, facts), next_cursor


def facts_of(customer: UUID, *, before: int | None, limit: int) -> Select[FactRow]:
    """The newest facts of everybody who is this customer: each one's from the end of the index."""
    ids = select(Customer.id).where(everyone_who_is(customer)).subquery()
    page = (
        select(FactRow)
        .where(FactRow.customer == ids.c.id, FactRow.kind.not_in(MESSAGE_KINDS))
        .order_by(FactRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        page = page.where(FactRow.id < before)
    newest = page.lateral()
    facts = aliased(FactRow, newest)
    joined = select(facts).select_from(ids.join(newest, true()))
    return joined.order_by(facts.id.desc()).limit(limit)


async def entries_of(db: Session, actor: Actor, facts: Sequence[FactRow]) -> list[Entry]:
    names = await agents_named(db, [fact.actor for fact in facts])
    shown: dict[int, dict[str, Any]] = {}
    for show in dict.fromkeys(SHOWN[fact.kind] for fact in facts if fact.kind in SHOWN):
        theirs = [fact for fact in facts if SHOWN.get(fact.kind) is show]
        shown |= await show(db, actor, theirs)
    return [
        Entry(
            id=fact.id,
            kind=fact.kind,
            at=fact.at,
            actor=names.get(fact.actor) if fact.actor else None,
            conversation=fact.conversation,
            details=fact.details,
            shown=shown.get(fact.id),
        )
        for fact in facts
        if fact.id in shown or fact.kind not in SHOWN
    ]
