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


class Counter:
    """Where a book is asked, by whoever knows its secret."""

    def __init__(self, book: Book, secret: str) -> None:
        self._book, self._secret = book, secret

    async def page(self, request: Request) -> Response:
        """One page of the book."""
        if not self._knows(request):
            return unknown()
        asked = request.query_params
        try:
            limit = int(asked.get("limit", PAGE))
            before, since = moment(asked.get("before")), moment(asked.get("since"))
        except ValueError:
            return JSONResponse({"title": "limit, before or since cannot be read."}, 422)
        page = self._book.page(asked.get("cursor", ""), max(limit, 1), before, since)
        return JSONResponse(page)

    async def change(self, request: Request) -> Response:
        """A change of an order of a shop, or the shop's no."""
        assert isinstance(self._book, ShopBook)
        if not self._knows(request):
            return unknown()
        try:
            self._book.change(request.path_params["number"], await request.json(), now())
        except ChangeRefused as refused:
            return JSONResponse({"code": refused.code}, 409)
        return JSONResponse({"done": True})

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._secret}".encode())


def moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def app_for(book: Book, *, name: str, secret: str) -> Starlette:
    """`GET /book/{name}` by pages; a shop also takes changes of its orders."""
    counter = Counter(book, secret)
    routes = [Route(f"/book/{name}", counter.page)]
    if isinstance(book, ShopBook):
        routes.append(Route(f"/book/{name}/{{number}}/changes", counter.change, methods=["POST"]))
    return Starlette(routes=routes)


def unknown() -> Response:
    return JSONResponse({"title": "The secret does not fit."}, 401)
