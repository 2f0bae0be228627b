"""One's own profile, second step and sessions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from kefu.core.http import Db, problem_response
from kefu.core.shapes import Page
from kefu.identity import two_factor, views
from kefu.identity.actor import CurrentActor
from kefu.identity.profile import change_password, change_profile, own_agent, prove_password
from kefu.identity.schemas import (
    CodeProof,
    Enrolled,
    PasswordChange,
    PasswordProof,
    Profile,
    ProfileChange,
    RecoveryCodes,
    SessionRow,
)
from kefu.identity.sessions import end_session, open_sessions, session_for

router = APIRouter(prefix="/profile", tags=["profile"])


@router.get("")
async def get_profile(db: Db, actor: CurrentActor) -> Profile:
    return await views.profile(db, await own_agent(db, actor), actor=actor)


@router.patch("")
async def patch_profile(body: ProfileChange, db: Db, actor: CurrentActor) -> Profile:
    agent = await own_agent(db, actor, lock=True)
    await change_profile(db, agent, body.model_dump(exclude_unset=True))
    return await views.profile(db, agent, actor=actor)


@router.put("/password", status_code=204, response_model=None)
async def put_password(
    body: PasswordChange, request: Request, db: Db, actor: CurrentActor
) -> Response:
    agent = await own_agent(db, actor, lock=True)
    refusal = await change_password(
        db,
        agent,
        current=body.current_password,
        new=body.new_password,
        keep=actor.session_id,
    )
    return problem_response(request, refusal.problem()) if refusal else Response(status_code=204)


@router.post("/totp")
async def post_totp(db: Db, actor: CurrentActor) -> Enrolled:
    enrolment = await two_factor.begin(db, await own_agent(db, actor, lock=True))
    return Enrolled(secret=enrolment.secret, uri=enrolment.uri, svg=enrolment.svg)


@router.put("/totp")
async def put_totp(body: CodeProof, db: Db, actor: CurrentActor) -> RecoveryCodes:
    agent = await own_agent(db, actor, lock=True)
    return RecoveryCodes(recovery_codes=await two_factor.confirm(db, agent, code=body.code))


@router.delete("/totp", status_code=204, response_model=None)
async def delete_totp(
    body: PasswordProof, request: Request, db: Db, actor: CurrentActor
) -> Response:
    agent = await own_agent(db, actor, lock=True)
    refusal = await prove_password(db, agent, body.password, field="password")
    if refusal:
        return problem_response(request, refusal.problem())
    await two_factor.disable(db, agent, by=actor.id)
    return Response(status_code=204)


@router.get("/sessions")
async def get_sessions(db: Db, actor: CurrentActor) -> Page[SessionRow]:
    rows = await open_sessions(db, actor.id)
    return Page(items=[views.session_row(row, current=actor.session_id) for row in rows])


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_one_session(session_id: UUID, db: Db, actor: CurrentActor) -> None:
    session = await session_for(db, actor.id, session_id)
    await end_session(db, session, reason="revoked", by=actor.id)
