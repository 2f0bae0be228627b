"""Signing in with e-mail, password and, where it is on, a second step."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Refusal, Unauthenticated
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import lockouts
from kefu.identity.events import SignInFailed
from kefu.identity.model import Agent, FailedSignIn
from kefu.identity.passwords import is_outdated, is_password, password_hash
from kefu.identity.sessions import Entry, Origin, open_session
from kefu.identity.two_factor import is_second_step


async def sign_in(
    db: Session, *, email: str, password: str, code: str | None, origin: Origin
) -> Entry | Refusal:
    """Open a session, or say why not.

    The refusal is returned, not raised: the count of failures has to be committed.
    """
    email = email.casefold()
    wait = await lockouts.refusal(db, account=email, address=origin.address)
    if wait:
        return wait
    agent = await agent_with_email(db, email, lock=True)
    active = agent if agent and agent.is_active() else None
    if not await is_password(password, active.password_hash if active else None):
        return await failed(db, agent, email=email, reason="password", origin=origin)
    assert active is not None
    if active.wants_code() and not code:
        return Unauthenticated(
            "Please enter the code from your authenticator.", code="code_needed", field="code"
        )
    if active.wants_code() and not await is_second_step(db, active, code or ""):
        return await failed(db, active, email=email, reason="code", origin=origin)
    await lockouts.forget(db, account=email)
    await keep_hash_fresh(active, password)
    return await open_session(db, active, way="password", origin=origin)


async def failed(
    db: Session, agent: Agent | None, *, email: str, reason: str, origin: Origin
) -> Unauthenticated:
    """Count and remember a failure; the answer does not say which half was wrong."""
    row, failures = await lockouts.count_failure(db, account=email, address=origin.address)
    attempt = FailedSignIn(id=uuid7(), address=origin.address, at=now())
    db.add(attempt)
    await record(
        db,
        SignInFailed(
            subject=agent.id if agent else row, reason=reason, failures=failures, attempt=attempt.id
        ),
    )
    if reason == "code":
        return Unauthenticated("This code does not fit.", code="wrong_code", field="code")
    return Unauthenticated("E-mail or password is not right.", code="wrong_password")


async def agent_with_email(db: Session, email: str, *, lock: bool = False) -> Agent | None:
    query = select(Agent).where(Agent.email == email.casefold())
    return await db.scalar(query.with_for_update() if lock else query)


async def keep_hash_fresh(agent: Agent, password: str) -> None:
    """Hash again when today's figures are stronger than those of the kept hash."""
    if agent.password_hash and is_outdated(agent.password_hash):
        agent.password_hash = await password_hash(password)


async def addresses_of_failures(db: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Where failed attempts came from, for the audit trail."""
    if not ids:
        return {}
    rows = await db.execute(
        select(FailedSignIn.id, FailedSignIn.address).where(FailedSignIn.id.in_(ids))
    )
    return {identifier: address for identifier, address in rows if address}
