"""Leaving for the company's own sign-in, and coming back from it."""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from kefu.core.errors import Refusal
from kefu.core.http import Db
from kefu.identity.arriving import arrive
from kefu.identity.cookies import is_secure, origin_of, set_cookies
from kefu.identity.oidc import Departure, OidcProvider
from kefu.identity.sessions import Entry, Origin

router = APIRouter(prefix="/session/oidc", tags=["session"])
COOKIE = "kefu_oidc"
PATH = "/api/v1/session/oidc"
MINUTES_AWAY = 10
Given = Annotated[str, Query(max_length=4000)]


@router.get("", status_code=302, response_class=RedirectResponse)
async def get_oidc(request: Request) -> RedirectResponse:
    async with httpx.AsyncClient(timeout=10) as client:
        url, kept = await OidcProvider(client).depart()
    response = RedirectResponse(url, status_code=302)
    response.set_cookie(
        COOKIE,
        kept.as_cookie(),
        max_age=MINUTES_AWAY * 60,
        path=PATH,
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
    )
    return response


@router.get("/callback", status_code=302, response_class=RedirectResponse)
async def get_callback(
    request: Request, db: Db, code: Given = "", state: Given = ""
) -> RedirectResponse:
    """Always answers with the console: a browser is looking, and an error is shown there."""
    kept = Departure.from_cookie(request.cookies.get(COOKIE))
    entry = await entered(db, code=code, state=state, kept=kept, origin=origin_of(request))
    if isinstance(entry, Refusal):
        response = RedirectResponse(f"/console/sign-in?problem={entry.code}", status_code=302)
    else:
        response = RedirectResponse("/console/", status_code=302)
        set_cookies(request, response, entry)
    response.delete_cookie(COOKIE, path=PATH)
    return response


async def entered(
    db: Db, *, code: str, state: str, kept: Departure | None, origin: Origin
) -> Entry | Refusal:
    """Ask the provider before the database, so that nothing waits in a transaction."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            person = await OidcProvider(client).arrive(code=code, state=state, kept=kept)
    except Refusal as refusal:
        return refusal
    return await arrive(db, person, origin=origin)
