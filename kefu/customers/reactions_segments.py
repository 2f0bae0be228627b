"""Reactions of segments and care: who is new or changed is looked at again and cared for."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to
from kefu.customers.caring import count_steps, entered, start_care
from kefu.customers.events import (
    ConsentGiven,
    ConsentWithdrawn,
    CustomerChanged,
    CustomerCreated,
    CustomerLabelsChanged,
)
from kefu.customers.events_segments import SegmentChanged
from kefu.customers.portraits import PROFILING, forget_learned, learn_portraits
from kefu.customers.segmenting import resegment
from kefu.promises.events import TaskDone, TaskReopened

GROUP = "segments"
GAPS[GROUP] = 0.5


@reacts_to(
    CustomerCreated,
    CustomerChanged,
    CustomerLabelsChanged,
    "customer.merged",
    "customer.unmerged",
    group=GROUP,
)
async def look_again(db: Session, facts: list[Fact]) -> None:
    """Those of old imports by themselves: their changes start no care."""
    old = {one.customer for one in facts if one.customer and one.details.get("historic")}
    fresh = {one.customer for one in facts if one.customer} - old
    await resegment(db, old, historic=True)
    await resegment(db, fresh)


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
    """What was said last decides; consents are fields of segment rules too."""
    last = {fact.subject: fact for fact in facts if fact.details["purpose"] == PROFILING}
    withdrawn = {who for who, fact in last.items() if fact.kind == ConsentWithdrawn.kind}
    await forget_learned(db, withdrawn)
    await learn_portraits(db, last.keys() - withdrawn)
    await resegment(db, {fact.subject for fact in facts})
