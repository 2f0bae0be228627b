"""The trail: facts with the names of those who acted, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, select

from kefu.audit.schemas import TrailFilter, TrailPage, TrailRow, Who
from kefu.core.db import Session
from kefu.core.events import MESSAGE_KINDS, FactRow
from kefu.core.paging import page_of, read_cursor
from kefu.identity import (
    Actor,
    addresses_of_failures,
    addresses_of_sessions,
    agents_named,
    teams_named,
)


async def trail(db: Session, actor: Actor, wanted: TrailPage) -> tuple[list[TrailRow], str | None]:
    """A page of the trail, in a fixed number of queries."""
    actor.require("audit.read")
    after = read_cursor(wanted.cursor, int)
    facts = await facts_before(db, wanted, after[0] if after else None, limit=wanted.limit + 1)
    items, next_cursor = page_of(facts, wanted.limit, lambda fact: (fact.id,))
    return await described(db, items), next_cursor


async def facts_before(
    db: Session, wanted: TrailFilter, before: int | None, *, limit: int
) -> list[FactRow]:
    query = narrowed(select(FactRow), wanted)
    if before is not None:
        query = query.where(FactRow.id < before)
    return list(await db.scalars(query.order_by(FactRow.id.desc()).limit(limit)))


def narrowed(query: Select[FactRow], wanted: TrailFilter) -> Select[FactRow]:
    """Only what is looked for; single messages only where they are asked for by kind."""
    if wanted.kind is None:
        query = query.where(FactRow.kind.not_in(MESSAGE_KINDS))
    elif "." in wanted.kind:
        query = query.where(FactRow.kind == wanted.kind)
    else:
        query = query.where(FactRow.kind.startswith(f"{wanted.kind}.", autoescape=True))
    if wanted.actor:
        query = query.where(FactRow.actor == wanted.actor)
    if wanted.subject:
        query = query.where(FactRow.subject == wanted.subject)
    if wanted.since:
        query = query.where(FactRow.at >= wanted.since)
    if wanted.until:
        query = query.where(FactRow.at < wanted.until)
    return query


async def described(db: Session, facts: Sequence[FactRow]) -> list[TrailRow]:
    """Facts with the names and addresses that belong to them."""
    names = await names_of(db, facts)
    sessions = await addresses_of_sessions(db, ids_in(facts, "session"))
    attempts = await addresses_of_failures(db, ids_in(facts, "attempt"))
    addresses = {str(key): address for key, address in (sessions | attempts).items()}
    return [row_of(fact, names, addresses) for fact in facts]


async def names_of(db: Session, facts: Sequence[FactRow]) -> dict[UUID, str]:
    """Names of agents and teams among actors and subjects."""
    subjects = {fact.subject for fact in facts}
    agents = await agents_named(db, subjects | {fact.actor for fact in facts if fact.actor})
    teams = await teams_named(db, subjects)
    found = {agent.id: agent.name for agent in agents.values()}
    return found | {team.id: team.name for team in teams.values()}


def ids_in(facts: Iterable[FactRow], name: str) -> set[UUID]:
    return {UUID(fact.details[name]) for fact in facts if name in fact.details}


def row_of(fact: FactRow, names: dict[UUID, str], addresses: dict[str, str]) -> TrailRow:
    known = [addresses.get(fact.details.get(name, "")) for name in ("session", "attempt")]
    return TrailRow(
        id=fact.id,
        at=fact.at,
        kind=fact.kind,
        actor=Who(id=fact.actor, name=names.get(fact.actor)) if fact.actor else None,
        subject=Who(id=fact.subject, name=names.get(fact.subject)),
        conversation=fact.conversation,
        customer=fact.customer,
        address=next((address for address in known if address), None),
        details=fact.details,
    )
