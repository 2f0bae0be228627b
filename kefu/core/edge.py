"""The edge of every HTTP request: request id, measuring, size limit, security headers."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.core.bottlenecks import Bottlenecks
from kefu.core.errors import Refusal, TooLarge, Unavailable
from kefu.core.ids import uuid7
from kefu.core.metrics import REQUESTS, RESPONSES

log = structlog.get_logger(__name__)
REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
BODY_LIMIT = 2 * 1024 * 1024
UPLOADS = ("/files", "/photos", "/customer-imports")
"""How addresses end that take files; a test holds every route that takes one against this."""
DRAINED = 32 * 1024 * 1024
DRAINED_SECONDS = 10
WRITING = frozenset({"POST", "PUT", "PATCH"})
STILL_TAKEN = ("/session", "/socket/poll", "/closure", "/seen", "/viewing")
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


class Edge:
    """Wraps the app; uploads may be as large as `upload_limit` bytes, other bodies 2 MiB.

    While the disk `is_full`, reading, closing and signing in go on; what would add is refused.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        upload_limit: int,
        bottlenecks: Bottlenecks,
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        self._app = app
        self._is_full = is_full
        self._upload_limit = upload_limit + 64 * 1024
        self._bottlenecks = bottlenecks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Watched(scope, receive, send, self._limit(scope))
        if self._is_full() and _adds(scope):
            await request.refuse(DISK_LOW)
        else:
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
        return self._upload_limit if scope["path"].endswith(UPLOADS) else BODY_LIMIT


class _Watched:
    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        self.scope, self._receive, self._send, self._limit = scope, receive, send, limit
        self.began = time.perf_counter()
        self.status = 500
        self.quiet = scope["path"] in ("/healthz", "/readyz", "/metrics")
        self._taken = 0
        self._has_begun = self._is_over = False
        self._is_coming = True
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        self.id = given.decode() if REQUEST_ID.match(given) else str(uuid7())
        scope.setdefault("state", {})["request_id"] = self.id

    async def run(self, app: ASGIApp) -> None:
        with structlog.contextvars.bound_contextvars(request_id=self.id):
            if self._declared() > self._limit:
                await self.refuse(self._too_large())
                return
            try:
                await app(self.scope, self.receive, self.answer)
            except _TooLarge:
                if not self._is_over:
                    raise
            if self._is_over:
                await self.refuse(self._too_large())

    def _declared(self) -> int:
        value = dict(self.scope["headers"]).get(b"content-length", b"0")
        return int(value) if value.isdigit() and len(value) < 19 else 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._is_coming = bool(message.get("more_body"))
        if self._taken > self._limit:
            self._is_over = not self._has_begun
            raise _TooLarge
        return message

    async def answer(self, message: Message) -> None:
        """What the app says; who reads a body may take our exception for one of its own."""
        if not self._is_over:
            self._has_begun = True
            await self.send(message)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            extra = [(b"x-request-id", self.id.encode()), *SECURITY]
            message["headers"] = [*message.get("headers", []), *extra]
        await self._send(message)

    def _too_large(self) -> Refusal:
        title = f"The request is larger than {self._limit} bytes."
        return TooLarge(title, field="body", limit=self._limit)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer without the app having seen the request, and hang up on what still comes."""
        await self._drain()
        body = orjson.dumps(refusal.problem() | {"request_id": self.id})
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        if refusal.retry_after:
            headers.append((b"retry-after", str(round(refusal.retry_after)).encode()))
        start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})

    async def _drain(self) -> None:
        """Take what is still on its way and forget it.

        A client that is cut off while it sends never reads why. What is larger is cut off.
        """
        if self._declared() > DRAINED:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAINED_SECONDS):
                while self._is_coming and self._taken <= DRAINED:
                    message = await self._receive()
                    self._taken += len(message.get("body", b""))
                    self._is_coming = bool(message.get("more_body"))


class _TooLarge(Exception):
    pass


DISK_LOW = Unavailable(
    "Nothing new is taken: the disk of this installation is nearly full.",
    code="disk_low",
    retry_after=60,
)


def _adds(scope: Scope) -> bool:
    return scope["method"] in WRITING and not scope["path"].endswith(STILL_TAKEN)


def _module(scope: Scope) -> str:
    route: Any = scope.get("route")
    path: str = getattr(route, "path", "") or "other"
    parts = path.removeprefix("/api/v1/").strip("/").split("/")
    return parts[0] or "root"
