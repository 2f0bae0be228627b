"""Serving: a book over HTTP, for whoever compares with it; its own small application."""

from __future__ import annotations

import hmac
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kefu.entry.simulators.books import PAGE, Book


def app_for(book: Book, *, name: str, secret: str) -> Starlette:
    """`GET /book/{name}` by pages, for whoever knows the secret."""

    async def page(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return JSONResponse({"title": "The secret does not fit."}, 401)
        asked = request.query_params
        try:
            limit = int(asked.get("limit", PAGE))
            before = datetime.fromisoformat(asked["before"]) if asked.get("before") else None
        except ValueError:
            return JSONResponse({"title": "limit or before cannot be read."}, 422)
        return JSONResponse(book.page(asked.get("cursor", ""), max(limit, 1), before))

    return Starlette(routes=[Route(f"/book/{name}", page)])
