"""The doorstep of the widget's routes: inbox, origin, pace, and headers on every answer."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from kefu.channels.origins import cors_headers, is_allowed
from kefu.channels.pacing import check_paced, pacing_of
from kefu.channels.visitors import Visitor, visitor_with
from kefu.conversations import Inbox, inbox_with
from kefu.core.db import Session
from kefu.core.errors import Forbidden, Unauthenticated
from kefu.core.http import Db

REPLY_HEADERS = "widget_headers"


class DoorstepRoute(APIRoute):
    """A route whose answers, refusals included, carry the headers gathered on the way."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: MutableMapping[str, str] = {"Vary": "Origin", "Cache-Control": "no-store"}
        scope.setdefault("state", {})[REPLY_HEADERS] = headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await super().handle(scope, receive, send_with_headers)


async def entered_inbox(request: Request, db: Session, inbox_id: UUID) -> Inbox:
    """The inbox, for a page that may use it and an address that does not ask too fast."""
    reply: dict[str, str] = getattr(request.state, REPLY_HEADERS)
    pace = pacing_of(request.app, request.app.state.settings).addresses.take(address_of(request))
    reply.update(pace.headers())
    inbox = await inbox_with(db, inbox_id)
    origin = request.headers.get("origin")
    if origin is not None:
        allow_origin(request, inbox, origin)
    check_paced(pace)
    return inbox


def allow_origin(request: Request, inbox: Inbox, origin: str) -> None:
    """Let the page of this origin read the answer, or refuse the request."""
    chosen = request.app.state.settings
    host = request.headers.get("host", "")
    if not is_allowed(origin, inbox.allowed_origins, host=host, chosen=chosen):
        raise Forbidden(
            "This page may not use this inbox. Add its origin to the inbox's allowed origins.",
            code="origin_not_allowed",
            field="Origin",
        )
    getattr(request.state, REPLY_HEADERS).update(cors_headers(origin))


async def entered_visitor(
    request: Request, db: Session, inbox_id: UUID, *, paced: bool = True
) -> Visitor:
    """The visitor whose token came along, at their own pace."""
    inbox = await entered_inbox(request, db, inbox_id)
    token = bearer_of(request)
    if token is None:
        raise Unauthenticated("A visitor token is needed.", code="token_missing", field="token")
    visitor = await visitor_with(db, inbox, token, key=request.app.state.settings.signing_key())
    if paced:
        pace_visitor(request, visitor)
    return visitor


def pace_visitor(request: Request, visitor: Visitor) -> None:
    """Count one more command of this visitor."""
    pacing = pacing_of(request.app, request.app.state.settings)
    pace = pacing.visitors.take(str(visitor.customer.id))
    getattr(request.state, REPLY_HEADERS).update(pace.headers())
    check_paced(pace)


def bearer_of(request: Request) -> str | None:
    """The token in the Authorization header."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Where the request comes from; behind a trusted proxy, where that says it came from."""
    return request.client.host if request.client else "unknown"


async def _inbox(request: Request, db: Db, inbox: UUID) -> Inbox:
    return await entered_inbox(request, db, inbox)


async def _visitor(request: Request, db: Db, inbox: UUID) -> Visitor:
    return await entered_visitor(request, db, inbox)


async def _reader(request: Request, db: Db, inbox: UUID) -> Visitor:
    return await entered_visitor(request, db, inbox, paced=False)


EnteredInbox = Annotated[Inbox, Depends(_inbox, scope="function")]
EnteredVisitor = Annotated[Visitor, Depends(_visitor, scope="function")]
ReadingVisitor = Annotated[Visitor, Depends(_reader, scope="function")]
