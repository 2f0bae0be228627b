"""Sharing: a thing belongs to one agent, to a team, or to everybody."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from kefu.conversations.model_tools import CannedReply, SavedView
from kefu.core.errors import Invalid
from kefu.identity import Actor

Sharing = Literal["own", "team", "all"]
Shared = CannedReply | SavedView


def shared_with(actor: Actor, table: type[Shared]) -> ColumnElement[bool]:
    """The condition for what this actor has: their own, their teams' and everybody's."""
    everybody = and_(table.agent_id.is_(None), table.team_id.is_(None))
    return or_(table.agent_id == actor.id, table.team_id.in_(actor.team_ids), everybody)


def owners_for(
    actor: Actor, scope: Sharing, team: UUID | None, *, permission: str
) -> tuple[UUID | None, UUID | None]:
    """The agent and the team that will own a thing shared like this."""
    if scope == "own":
        return actor.id, None
    actor.require(permission)
    if scope == "all":
        return None, None
    if team is None:
        raise Invalid("Choose the team to share it with.", field="team_id")
    if actor.scope != "all" and team not in actor.team_ids:
        raise Invalid("You do not belong to this team.", field="team_id")
    return None, team


def check_may_change(actor: Actor, thing: Shared, *, permission: str) -> None:
    """One's own may be changed; what others use takes a permission."""
    if thing.agent_id != actor.id:
        actor.require(permission)
