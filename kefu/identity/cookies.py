"""Cookies of a session: one that scripts cannot read, one that they must send back as a header."""

from __future__ import annotations

from fastapi import Request, Response

from kefu.core.settings import settings
from kefu.identity.actor import CSRF_COOKIE, SESSION_COOKIE
from kefu.identity.model import SESSION_LIFE
from kefu.identity.sessions import Entry, Origin


def origin_of(request: Request) -> Origin:
    return Origin(
        address=request.client.host if request.client else None,
        browser=request.headers.get("user-agent"),
    )


def set_cookies(request: Request, response: Response, entry: Entry) -> None:
    for name, value, hidden in (
        (SESSION_COOKIE, entry.token, True),
        (CSRF_COOKIE, entry.csrf, False),
    ):
        response.set_cookie(
            name,
            value,
            max_age=int(SESSION_LIFE.total_seconds()),
            httponly=hidden,
            secure=is_secure(request),
            samesite="lax",
        )


def drop_cookies(request: Request, response: Response) -> None:
    for name in (SESSION_COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, secure=is_secure(request), samesite="lax")


def is_secure(request: Request) -> bool:
    return settings().secure or request.url.scheme == "https"
