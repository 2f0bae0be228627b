"""HTTP of origins: why a message stands in a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kefu.conversations.access import conversation_for, message_in
from kefu.conversations.origins import Origin, origin_of
from kefu.conversations.routes_handing_over import RuleShown, Someone, rule_shown, someone
from kefu.core.http import Db
from kefu.identity import AgentName, CurrentActor, agents_named

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])


class SetOffShown(BaseModel):
    """What made the rule look: a fact of this kind, the time, or somebody trying again."""

    model_config = ConfigDict(from_attributes=True)

    cause: str
    fact_kind: str | None
    at: datetime


class OriginShown(BaseModel):
    """`kind`: customer, agent, scheduled, rule, notice, event (a system line) or unknown."""

    kind: str
    at: datetime
    by: Someone | None
    decided_at: datetime | None
    due_at: datetime | None
    rule: RuleShown | None
    set_off: SetOffShown | None
    about: dict[str, Any]


@router.get("/{conversation_id}/messages/{message_id}/origin")
async def get_origin(
    conversation_id: UUID, message_id: UUID, db: Db, actor: CurrentActor
) -> OriginShown:
    """Who wrote or scheduled it, or which rule or notice it is; for agents only."""
    conversation = await conversation_for(db, actor, conversation_id)
    message = await message_in(db, conversation, message_id)
    found = await origin_of(db, conversation, message)
    people = await agents_named(db, [found.by])
    return origin_shown(found, message.at, people.get(found.by) if found.by else None)


def origin_shown(found: Origin, at: datetime, by: AgentName | None) -> OriginShown:
    return OriginShown(
        kind=found.kind,
        at=at,
        by=someone(by),
        decided_at=found.decided_at,
        due_at=found.due_at,
        rule=rule_shown(found.rule),
        set_off=SetOffShown.model_validate(found.set_off) if found.set_off else None,
        about=found.about,
    )
