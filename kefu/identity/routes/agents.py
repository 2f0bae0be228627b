"""Agents and their invitations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.identity import two_factor
from kefu.identity.access import agent_for, check_covers_agent
from kefu.identity.actor import CurrentActor
from kefu.identity.agents import change_agent, let_go, take_back
from kefu.identity.inviting import Invitation, invite, reset_link
from kefu.identity.listing import list_agents, listed_agent
from kefu.identity.schemas import (
    AgentChange,
    AgentFilter,
    AgentRow,
    Invited,
    LinkRow,
    NewInvitation,
)
from kefu.identity.views import agent_row, link_row

router = APIRouter(tags=["agents"])


@router.get("/agents")
async def get_agents(
    wanted: Annotated[AgentFilter, Query()], db: Db, actor: CurrentActor
) -> Page[AgentRow]:
    rows, next_cursor = await list_agents(db, actor, wanted)
    return Page(items=[agent_row(row) for row in rows], next_cursor=next_cursor)


@router.get("/agents/{agent_id}")
async def get_agent(agent_id: UUID, db: Db, actor: CurrentActor) -> AgentRow:
    agent = await agent_for(db, actor, agent_id)
    return agent_row(await listed_agent(db, agent.id))


@router.patch("/agents/{agent_id}")
async def patch_agent(agent_id: UUID, body: AgentChange, db: Db, actor: CurrentActor) -> AgentRow:
    agent = await agent_for(db, actor, agent_id, lock=True)
    await change_agent(db, agent, body.model_dump(exclude_unset=True), by=actor)
    return agent_row(await listed_agent(db, agent.id))


@router.delete("/agents/{agent_id}", status_code=204)
async def delete_agent(agent_id: UUID, db: Db, actor: CurrentActor) -> None:
    await let_go(db, await agent_for(db, actor, agent_id, lock=True), by=actor)


@router.put("/agents/{agent_id}/return")
async def put_return(agent_id: UUID, db: Db, actor: CurrentActor) -> AgentRow:
    await take_back(db, await agent_for(db, actor, agent_id, lock=True), by=actor)
    return agent_row(await listed_agent(db, agent_id))


@router.post("/agents/{agent_id}/reset-link", status_code=201)
async def post_reset_link(agent_id: UUID, db: Db, actor: CurrentActor) -> LinkRow:
    agent = await agent_for(db, actor, agent_id, lock=True)
    return link_row(await reset_link(db, agent, by=actor))


@router.delete("/agents/{agent_id}/totp", status_code=204)
async def delete_agent_totp(agent_id: UUID, db: Db, actor: CurrentActor) -> None:
    agent = await agent_for(db, actor, agent_id, lock=True)
    await check_covers_agent(db, actor, agent)
    await two_factor.disable(db, agent, by=actor.id)


@router.post("/invitations", status_code=201)
async def post_invitation(body: NewInvitation, db: Db, actor: CurrentActor) -> Invited:
    agent, link = await invite(db, Invitation(**body.model_dump()), by=actor)
    row = agent_row(await listed_agent(db, agent.id))
    return Invited(agent=row, link=link_row(link))
