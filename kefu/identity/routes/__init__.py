"""HTTP of identity."""

from __future__ import annotations

from fastapi import APIRouter

from kefu.identity.routes import about, agents, oidc, profile, roles, session, structure, tokens

router = APIRouter(prefix="/api/v1")
for part in (session, oidc, profile, agents, structure, roles, tokens, about):
    router.include_router(part.router)
