"""Portraits: how somebody likes to be served, learned from counts and corrected by agents.

Learning is profiling: it happens for those who agreed to that, and ends with their consent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.customers.access import everyone_who_is
from kefu.customers.events_segments import PortraitApplied, PortraitCorrected
from kefu.customers.model import Consent, Customer
from kefu.customers.model_portraits import (
    CHANNEL,
    CHOICES,
    EXPERTISE,
    HOURS,
    PATIENCE,
    STYLE,
    PortraitTrait,
    Talk,
)
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer
from kefu.customers.segmenting import take_turn
from kefu.customers.talk import TalkCount, Totals, add_talk, totals_of

PROFILING = "profiling"
ENOUGH = 5
"""Messages before anything is said of how somebody writes."""
SURE_AFTER = 10
SHORT, LONG = 18, 36
WARM, TECHNICAL, PRESSING = 0.3, 0.25, 0.2
HIGHEST = 95


@dataclass(frozen=True, slots=True)
class Learned:
    """What the counts say, how surely (0–95 percent), and which counts those are."""

    attribute: str
    value: str
    confidence: int
    evidence: dict[str, int]


async def note_talk(db: Session, counts: Sequence[TalkCount]) -> None:
    """Add what customers wrote, and learn from it anew."""
    await add_talk(db, counts)
    await learn_portraits(db, {one.customer for one in counts})


async def learn_portraits(db: Session, customers: Collection[UUID]) -> None:
    """Learn the portraits of those among them who agreed to profiling."""
    await take_turn(db)
    agreed = await db.scalars(
        select(Consent.customer_id).where(
            Consent.customer_id.in_(customers),
            Consent.purpose == PROFILING,
            Consent.withdrawn_at.is_(None),
        )
    )
    totals = await totals_of(db, set(agreed))
    at = now()
    rows = [
        {
            "customer_id": customer,
            "attribute": trait.attribute,
            "learned": trait.value,
            "confidence": trait.confidence,
            "evidence": trait.evidence,
            "learned_at": at,
            "updated_at": at,
        }
        for customer, found in sorted(totals.items())
        for trait in traits_of(found)
    ]
    if rows:
        adding = insert(PortraitTrait).values(rows)
        kept = ("learned", "confidence", "evidence", "learned_at", "updated_at")
        await db.execute(
            adding.on_conflict_do_update(
                index_elements=["customer_id", "attribute"],
                set_={name: adding.excluded[name] for name in kept},
            )
        )


def traits_of(totals: Totals) -> list[Learned]:
    """What the counts say; nothing where there are too few."""
    counts = totals.counts
    if counts["messages"] < ENOUGH:
        return []
    return [
        style_of(counts),
        leaning(counts, EXPERTISE, "technical", TECHNICAL, ("technical", "plain")),
        leaning(counts, PATIENCE, "pressing", PRESSING, ("pressing", "patient")),
        most(CHANNEL, totals.channels),
        most(HOURS, {name: counts[name] for name in CHOICES[HOURS]}),
    ]


def style_of(counts: Mapping[str, int]) -> Learned:
    """Warm where every third message is; else by how long the messages are."""
    messages, average = counts["messages"], counts["characters"] / counts["messages"]
    evidence = {name: counts[name] for name in ("messages", "characters", "warm")}
    warm = counts["warm"] / messages
    if warm >= WARM:
        return Learned(STYLE, "warm", sure(messages, warm / (WARM * 2)), evidence)
    middle = (SHORT + LONG) / 2
    distance = abs(average - middle) / (LONG - SHORT)
    value = "terse" if average < middle else "detailed"
    return Learned(STYLE, value, sure(messages, 0.5 + distance), evidence)


def leaning(
    counts: Mapping[str, int], attribute: str, counted: str, bar: float, values: tuple[str, str]
) -> Learned:
    """The first value where the share of counted messages reaches the bar, else the second."""
    messages = counts["messages"]
    share = counts[counted] / messages
    evidence = {"messages": messages, counted: counts[counted]}
    value = values[0] if share >= bar else values[1]
    return Learned(attribute, value, sure(messages, 0.5 + abs(share - bar) / bar / 2), evidence)


def most(attribute: str, counts: Mapping[str, int]) -> Learned:
    """What most messages have, as sure as their share."""
    value = max(counts, key=lambda name: counts[name])
    total = sum(counts.values())
    evidence = {name: count for name, count in counts.items() if count}
    return Learned(attribute, value, sure(total, counts[value] / max(total, 1)), evidence)


def sure(messages: int, clarity: float) -> int:
    """More messages and a clearer picture make surer, never quite sure."""
    return round(min(messages / (messages + SURE_AFTER) * 1.5, 1) * min(clarity, 1) * HIGHEST)


async def portrait_of(db: Session, customer: UUID) -> Sequence[PortraitTrait]:
    """The traits of one customer, in the order of the attributes.

    What agents said of those merged into them holds too, where they said nothing of who stays.
    """
    rows = await db.scalars(
        select(PortraitTrait)
        .join(Customer, Customer.id == PortraitTrait.customer_id)
        .where(everyone_who_is(customer))
        .execution_options(populate_existing=True)
    )
    kept = rows.all()
    traits = [trait_of(customer, [one for one in kept if one.attribute == a]) for a in CHOICES]
    return [trait for trait in traits if trait is not None]


def trait_of(customer: UUID, rows: Sequence[PortraitTrait]) -> PortraitTrait | None:
    """One attribute out of what is kept of it with everybody who is the customer."""
    own = next((one for one in rows if one.customer_id == customer), None)
    said = [one for one in rows if one.given is not None and one.given_at is not None]
    if (own is not None and own.given is not None) or not said:
        return own
    latest = max(said, key=lambda one: one.given_at or now())
    return PortraitTrait(
        customer_id=customer,
        attribute=latest.attribute,
        learned=own.learned if own else None,
        confidence=own.confidence if own else 0,
        evidence=own.evidence if own else {},
        learned_at=own.learned_at if own else None,
        given=latest.given,
        given_by=latest.given_by,
        given_at=latest.given_at,
    )


async def correct(
    db: Session, customer: Customer, attribute: str, value: str | None, *, by: UUID
) -> None:
    """What an agent says is so, until somebody takes it back; learning goes on beneath."""
    check_not_erased(customer)
    if attribute not in CHOICES:
        raise NotFound("There is no such attribute of a portrait.")
    if value is not None and CHOICES[attribute] and value not in CHOICES[attribute]:
        raise Invalid(f"This must be one of {', '.join(CHOICES[attribute])}.", field="value")
    trait = await db.get(PortraitTrait, (customer.id, attribute), with_for_update=True)
    learned = trait.learned if trait else None
    if value is not None:
        if trait is None:
            trait = PortraitTrait(customer_id=customer.id, attribute=attribute, confidence=0)
            db.add(trait)
        trait.given, trait.given_by, trait.given_at = value, by, now()
        trait.updated_at = now()
    elif not await take_back(db, customer.id, attribute):
        raise Conflict("Nothing was corrected here.")
    event = PortraitCorrected(
        subject=customer.id,
        customer=customer.id,
        actor=by,
        attribute=attribute,
        value=value,
        learned=learned,
    )
    await record(db, event)


async def take_back(db: Session, customer: UUID, attribute: str) -> bool:
    """What was said goes, also of those merged into the customer; whether there was anything."""
    rows = await db.scalars(
        select(PortraitTrait)
        .join(Customer, Customer.id == PortraitTrait.customer_id)
        .where(
            everyone_who_is(customer),
            PortraitTrait.attribute == attribute,
            PortraitTrait.given.is_not(None),
        )
        .with_for_update(of=PortraitTrait)
    )
    said = rows.all()
    for one in said:
        one.given = one.given_by = one.given_at = None
        one.updated_at = now()
        if one.learned is None:
            await db.delete(one)
    return bool(said)


async def apply_portrait(
    db: Session, customer: Customer, conversation: UUID | None, *, by: UUID
) -> None:
    """An agent answers as the portrait suggests; what comes of it is compared later (R193)."""
    if not await portrait_of(db, customer.id):
        raise Conflict("There is no portrait of this customer yet.", code="no_portrait")
    event = PortraitApplied(
        subject=customer.id, customer=customer.id, conversation=conversation, actor=by
    )
    await record(db, event)


async def forget_learned(db: Session, customers: Collection[UUID]) -> None:
    """Without consent nothing learned stays; what agents said of the service does."""
    await take_turn(db)
    mine = PortraitTrait.customer_id.in_(customers)
    await db.execute(delete(PortraitTrait).where(mine, PortraitTrait.given.is_(None)))
    blank: dict[str, Any] = {"learned": None, "learned_at": None, "confidence": 0, "evidence": {}}
    await db.execute(update(PortraitTrait).where(mine).values(blank))


@exports_customer("portrait")
async def export_portrait(db: Session, customer: UUID) -> list[dict[str, Any]]:
    return [
        {
            "attribute": one.attribute,
            "learned": one.learned,
            "confidence": one.confidence,
            "evidence": one.evidence,
            "said_by_us": one.given,
        }
        for one in await portrait_of(db, customer)
    ]


@erases_customer
async def erase_portrait(db: Session, customer: UUID) -> None:
    await db.execute(delete(PortraitTrait).where(PortraitTrait.customer_id == customer))
    await db.execute(delete(Talk).where(Talk.customer_id == customer))
