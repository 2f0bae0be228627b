"""Serving: a book over HTTP, for whoever compares with it or asks for a change; its own app."""

from __future__ import annotations

import hmac
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kefu.core.clock import now
from kefu.entry.simulators.books import PAGE, Book, ChangeRefused, ShopBook


def app_for(book: Book, *, name: str, secret: str) -> Starlette:
    """`GET /book/{name}` by pages, for whoever knows the secret; a shop also takes changes."""

    def is_known(request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {secret}".encode())

    async def page(request: Request) -> Response:
        if not is_known(request):
            return unknown()
        asked = request.query_params
        try:
            limit = int(asked.get("limit", PAGE))
            before = datetime.fromisoformat(asked["before"]) if asked.get("before") else None
        except ValueError:
            return JSONResponse({"title": "limit or before cannot be read."}, 422)
        return JSONResponse(book.page(asked.get("cursor", ""), max(limit, 1), before))

    async def change(request: Request) -> Response:
        assert isinstance(book, ShopBook)
        if not is_known(request):
            return unknown()
        try:
            book.change(request.path_params["number"], await request.json(), now())
        except ChangeRefused as refused:
            return JSONResponse({"code": refused.code}, 409)
        return JSONResponse({"done": True})

    routes = [Route(f"/book/{name}", page)]
    if isinstance(book, ShopBook):
        routes.append(Route(f"/book/{name}/{{number}}/changes", change, methods=["POST"]))
    return Starlette(routes=routes)


def unknown() -> Response:
    return JSONResponse({"title": "The secret does not fit."}, 401)
