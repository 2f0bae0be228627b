"""The edge of every HTTP request: request id, measuring, size limit, security headers."""

from __future__ import annotations

import re
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.core.bottlenecks import Bottlenecks
from kefu.core.ids import uuid7
from kefu.core.metrics import REQUESTS, RESPONSES

log = structlog.get_logger(__name__)
REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
BODY_LIMIT = 2 * 1024 * 1024
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


class Edge:
    """Wraps the app; uploads may be as large as `upload_limit` bytes, other bodies 2 MiB."""

    def __init__(self, app: ASGIApp, *, upload_limit: int, bottlenecks: Bottlenecks) -> None:
        self._app = app
        self._upload_limit = upload_limit + 64 * 1024
        self._bottlenecks = bottlenecks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Watched(scope, receive, send, self._limit(scope))
        await request.run(self._app)
        took = time.perf_counter() - request.began
        module = _module(scope)
        REQUESTS.labels(module, scope["method"]).observe(took)
        RESPONSES.labels(str(request.status)).inc()
        self._bottlenecks.note(module, took)
        if not request.quiet:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=request.status,
                ms=round(took * 1000, 1),
            )

    def _limit(self, scope: Scope) -> int:
        return self._upload_limit if scope["path"].endswith("/files") else BODY_LIMIT


class _Watched:
    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        self.scope, self._receive, self._send, self._limit = scope, receive, send, limit
        self.began = time.perf_counter()
        self.status = 500
        self.quiet = scope["path"] in ("/healthz", "/readyz", "/metrics")
        self._taken = 0
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        self.id = given.decode() if REQUEST_ID.match(given) else str(uuid7())
        scope.setdefault("state", {})["request_id"] = self.id

    async def run(self, app: ASGIApp) -> None:
        with structlog.contextvars.bound_contextvars(request_id=self.id):
            if self._declared() > self._limit:
                await self._refuse()
                return
            try:
                await app(self.scope, self.receive, self.send)
            except _TooLarge:
                await self._refuse()

    def _declared(self) -> int:
        value = dict(self.scope["headers"]).get(b"content-length", b"0")
        return int(value) if value.isdigit() and len(value) < 19 else 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self._limit:
            raise _TooLarge
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            extra = [(b"x-request-id", self.id.encode()), *SECURITY]
            message["headers"] = [*message.get("headers", []), *extra]
        await self._send(message)

    async def _refuse(self) -> None:
        body = (
            f'{{"type":"about:blank#too_large","title":"The request is larger than {self._limit} '
            f'bytes.","status":413,"code":"too_large","field":"body","limit":{self._limit},'
            f'"request_id":"{self.id}"}}'
        ).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": 413, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


class _TooLarge(Exception):
    pass


def _module(scope: Scope) -> str:
    route: Any = scope.get("route")
    path: str = getattr(route, "path", "") or "other"
    parts = path.removeprefix("/api/v1/").strip("/").split("/")
    return parts[0] or "root"
