"""HTTP of hand-overs and of a customer's experience over all channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kefu.conversations.access import conversation_for
from kefu.conversations.experience import experience_of
from kefu.conversations.explaining import Hand
from kefu.conversations.handing_over import HandOver, hand_over_of
from kefu.core.http import Db
from kefu.core.measures import Measured
from kefu.customers import customer_for
from kefu.identity import CurrentActor
from kefu.promises import Explained
from kefu.workflows import RuleBehind

router = APIRouter(prefix="/api/v1", tags=["conversations"])


class Someone(BaseModel):
    id: UUID
    name: str


class RuleShown(BaseModel):
    """An automation rule in the version that acted; without a name it was removed."""

    id: UUID
    name: str | None
    version: int | None


class HandShown(BaseModel):
    """How it came to whoever had it next: see `kefu.conversations.explaining`."""

    at: datetime
    how: str
    reason: str | None
    rule: RuleShown | None
    by: Someone | None
    former: Someone | None
    assignee: Someone | None
    team: Someone | None


class PriorityShown(BaseModel):
    value: int
    at: datetime | None
    by: Someone | None
    rule: RuleShown | None


class PolicyShown(BaseModel):
    id: UUID
    name: str
    seconds: int
    business_time: bool


class PromiseShown(BaseModel):
    """Why this promise: the policies that fit, the one that wins first."""

    kind: str
    policies: list[PolicyShown]


class HandOverShown(BaseModel):
    summary: str
    suggestion: str
    order: dict[str, Any] | None
    product: dict[str, Any] | None
    verified_until: datetime | None
    agents_met: int
    hands: list[HandShown]
    priority: PriorityShown
    repeated_description: bool
    promises: list[PromiseShown]


class ExperiencePart(BaseModel):
    value: float | None
    numerator: float | None
    denominator: float | None
    reason: str | None


class Experience(ExperiencePart):
    """0 to 100; `parts` are its components, `channels` the same index of each channel."""

    parts: dict[str, ExperiencePart]
    channels: dict[str, ExperiencePart]


@router.get("/conversations/{conversation_id}/hand-over")
async def get_hand_over(conversation_id: UUID, db: Db, actor: CurrentActor) -> HandOverShown:
    """What the next colleague needs, and why the conversation is where it is."""
    conversation = await conversation_for(db, actor, conversation_id)
    return hand_over_shown(await hand_over_of(db, conversation))


@router.get("/customers/{customer_id}/experience")
async def get_experience(customer_id: UUID, db: Db, actor: CurrentActor) -> Experience:
    """The customer's experience over all channels in the last year."""
    customer = await customer_for(db, actor, customer_id)
    return experience_shown(await experience_of(db, customer.id))


def hand_over_shown(found: HandOver) -> HandOverShown:
    return HandOverShown(
        summary=found.summary,
        suggestion=found.suggestion,
        order=found.order,
        product=found.product,
        verified_until=found.verified_until,
        agents_met=found.agents_met,
        hands=[hand_shown(one) for one in found.hands],
        priority=PriorityShown(
            value=found.priority.value,
            at=found.priority.at,
            by=someone(found.priority.by),
            rule=rule_shown(found.priority.rule),
        ),
        repeated_description=found.repeated_description,
        promises=[promise_shown(one) for one in found.promises],
    )


def hand_shown(one: Hand) -> HandShown:
    return HandShown(
        at=one.at,
        how=one.how,
        reason=one.reason,
        rule=rule_shown(one.rule),
        by=someone(one.by),
        former=someone(one.former),
        assignee=someone(one.assignee),
        team=someone(one.team),
    )


def someone(one: Any) -> Someone | None:
    return Someone(id=one.id, name=one.name) if one else None


def rule_shown(one: RuleBehind | None) -> RuleShown | None:
    return RuleShown(id=one.id, name=one.name, version=one.version) if one else None


def promise_shown(one: Explained) -> PromiseShown:
    return PromiseShown(
        kind=one.kind,
        policies=[
            PolicyShown(
                id=policy.id,
                name=policy.name,
                seconds=policy.targets[one.kind]["seconds"],
                business_time=policy.targets[one.kind]["business_time"],
            )
            for policy in one.candidates
        ],
    )


def experience_shown(measured: Measured) -> Experience:
    channels = {name: part for name, part in measured.parts.items() if name.startswith("channel.")}
    return Experience(
        **part_shown(measured).model_dump(),
        parts={
            name: part_shown(part) for name, part in measured.parts.items() if name not in channels
        },
        channels={
            name.removeprefix("channel."): part_shown(part) for name, part in channels.items()
        },
    )


def part_shown(measured: Measured) -> ExperiencePart:
    return ExperiencePart(
        value=measured.value,
        numerator=measured.numerator,
        denominator=measured.denominator,
        reason=measured.reason,
    )
