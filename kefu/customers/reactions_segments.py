"""Reactions of segments and care: who is new or changed is looked at again and cared for."""

from __future__ import annotations

from uuid import UUID

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to
from kefu.customers.caring import count_steps, entered, entered_lately, start_care
from kefu.customers.events import (
    ConsentGiven,
    ConsentWithdrawn,
    CustomerChanged,
    CustomerCreated,
    CustomerLabelsChanged,
)
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged
from kefu.customers.events_segments import SegmentChanged
from kefu.customers.points import settle_accounts
from kefu.customers.portraits import PROFILING, forget_learned, learn_portraits
from kefu.customers.redeeming import tell_of_delays
from kefu.customers.segmenting import resegment
from kefu.promises.events import ClockDue, TaskDone, TaskReopened

GROUP = "segments"
GAPS[GROUP] = 0.5


@reacts_to(
    CustomerCreated,
    CustomerChanged,
    CustomerLabelsChanged,
    group=GROUP,
)
async def look_again(db: Session, facts: list[Fact]) -> None:
    """Those of old imports by themselves: their changes start no care."""
    old = {one.subject for one in facts if one.details.get("historic")}
    await resegment(db, old, historic=True)
    await resegment(db, {one.subject for one in facts} - old)


@reacts_to(CustomerMerged, CustomerUnmerged, group=GROUP)
async def look_at_both(db: Session, facts: list[Fact]) -> None:
    """What was counted has moved: portraits and segments follow, and nobody is cared for twice."""
    both = {fact.subject for fact in facts} | {UUID(fact.details["other"]) for fact in facts}
    await forget_learned(db, both)
    await learn_portraits(db, both)
    for fact in facts:
        await settle_accounts(db, fact.subject, UUID(fact.details["other"]))
    await resegment(db, both, historic=True)


@reacts_to(SegmentChanged, group=GROUP)
async def care_for_who_came(db: Session, facts: list[Fact]) -> None:
    await start_care(db, entered(facts))


@reacts_to(TaskDone, group=GROUP)
async def count_what_is_done(db: Session, facts: list[Fact]) -> None:
    await count_steps(db, facts, 1)


@reacts_to(TaskReopened, group=GROUP)
async def count_what_is_open_again(db: Session, facts: list[Fact]) -> None:
    await count_steps(db, facts, -1)


@reacts_to(ConsentGiven, ConsentWithdrawn, group=GROUP)
async def follow_consent(db: Session, facts: list[Fact]) -> None:
    """What was said last decides; consents are fields of segment rules, and open care too."""
    last = {fact.subject: fact for fact in facts if fact.details["purpose"] == PROFILING}
    withdrawn = {who for who, fact in last.items() if fact.kind == ConsentWithdrawn.kind}
    await forget_learned(db, withdrawn)
    await learn_portraits(db, last.keys() - withdrawn)
    await resegment(db, {fact.subject for fact in facts})
    given = {fact.subject for fact in facts if fact.kind == ConsentGiven.kind}
    await start_care(db, await entered_lately(db, given))


@reacts_to(ClockDue, group=GROUP)
async def tell_what_is_late(db: Session, facts: list[Fact]) -> None:
    await tell_of_delays(db, facts)
