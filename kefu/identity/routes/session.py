"""Signing in and out, and the one-time links."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kefu.core.errors import Refusal
from kefu.core.http import Db, problem_response
from kefu.core.settings import settings
from kefu.identity.actor import CurrentActor
from kefu.identity.cookies import drop_cookies, origin_of, set_cookies
from kefu.identity.links import link_for
from kefu.identity.profile import own_agent
from kefu.identity.schemas import CurrentSession, LinkView, SetUp, SignedInAs, SignIn, Ways
from kefu.identity.sessions import end_session, session_for
from kefu.identity.setting_up import agent_of, set_up
from kefu.identity.signing_in import sign_in
from kefu.identity.views import me

router = APIRouter(tags=["session"])
AT_ONCE = asyncio.Semaphore(4)  # a flood of sign-ins waits here, not on database connections

Secret = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/session/ways")
async def ways() -> Ways:
    return Ways(password=True, oidc=settings().oidc_issuer)


@router.post("/session", response_model=SignedInAs)
async def post_session(
    body: SignIn, request: Request, response: Response, db: Db
) -> SignedInAs | Response:
    async with AT_ONCE:
        entry = await sign_in(
            db,
            email=body.email,
            password=body.password,
            code=body.code,
            origin=origin_of(request),
        )
    if isinstance(entry, Refusal):
        return problem_response(request, entry.problem())
    set_cookies(request, response, entry)
    return SignedInAs(agent=await me(db, entry.agent), csrf=entry.csrf)


@router.get("/session")
async def get_session(db: Db, actor: CurrentActor) -> CurrentSession:
    return CurrentSession(agent=await me(db, await own_agent(db, actor), actor=actor))


@router.delete("/session", status_code=204)
async def delete_session(request: Request, response: Response, db: Db, actor: CurrentActor) -> None:
    assert actor.session_id is not None
    session = await session_for(db, actor.id, actor.session_id)
    await end_session(db, session, reason="signed_out", by=actor.id)
    drop_cookies(request, response)


@router.get("/setup/{link}")
async def get_setup(link: Secret, db: Db) -> LinkView:
    found = await link_for(db, link)
    agent = await agent_of(db, found)
    return LinkView(
        purpose=found.purpose,
        name=agent.name if agent else None,
        email=agent.email if agent else None,
        expires_at=found.expires_at,
    )


@router.post("/setup/{link}")
async def post_setup(
    link: Secret, body: SetUp, request: Request, response: Response, db: Db
) -> SignedInAs:
    async with AT_ONCE:
        entry = await set_up(
            db,
            link,
            name=body.name,
            email=body.email,
            password=body.password,
            origin=origin_of(request),
        )
    set_cookies(request, response, entry)
    return SignedInAs(agent=await me(db, entry.agent), csrf=entry.csrf)
