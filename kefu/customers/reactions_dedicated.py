"""Reactions of one-to-one service: who comes into a group, who leaves, which agents there are."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.jobs import enqueue
from kefu.core.reactions import reacts_to
from kefu.customers.dedicated_policy import BALANCE_JOB, concerns, dedicated_policy
from kefu.customers.dedicating import follow
from kefu.customers.events import CustomerChanged
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged
from kefu.customers.events_segments import SegmentChanged
from kefu.customers.reactions_segments import GROUP
from kefu.identity.events import AgentChanged, AgentLeft, AgentReturned, TeamRemoved


@reacts_to(SegmentChanged, group=GROUP)
async def follow_segments(db: Session, facts: list[Fact]) -> None:
    policy = await dedicated_policy(db)
    meant = {
        fact.subject
        for fact in facts
        if concerns(
            policy, fact.details["dimension"], fact.details["value"], fact.details.get("former")
        )
    }
    await follow(db, meant)


@reacts_to(CustomerChanged, CustomerMerged, CustomerUnmerged, group=GROUP)
async def follow_tiers(db: Session, facts: list[Fact]) -> None:
    meant = {fact.subject for fact in facts if "tier" in fact.details.get("changed", ("tier",))} | {
        fact.subject for fact in facts if fact.kind != CustomerChanged.kind
    }
    await follow(db, meant)


@reacts_to(AgentLeft, AgentReturned, AgentChanged, TeamRemoved, group=GROUP)
async def follow_the_team(db: Session, facts: list[Fact]) -> None:
    """The team is another: customers of who left are given to the others, in a run of its own."""
    changed = [
        fact
        for fact in facts
        if fact.kind != AgentChanged.kind or set(fact.details["changed"]) & {"team_ids"}
    ]
    if changed and (await dedicated_policy(db)).enabled:
        await enqueue(db, BALANCE_JOB, {}, key="everybody")
