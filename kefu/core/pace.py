"""Pace: how many requests a minute an API token, a session or an address may make."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.core.errors import TooMany
from kefu.core.switchboard import Allowance

KEPT = 10_000
PREFIX = "/api/v1/"
PACED_BY_THEMSELVES = ("/api/v1/widget/", "/api/v1/socket")
BURST_SHARE = 4


class Pace:
    """Counts each caller's requests to the API and refuses those beyond the pace with 429.

    Callers are told by `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) how they stand.
    The widget's routes and the realtime endpoint have a pace of their own.
    """

    def __init__(self, app: ASGIApp, *, token_per_minute: int, address_per_minute: int) -> None:
        self._app = app
        self._limits = {True: token_per_minute, False: address_per_minute}
        self._callers: OrderedDict[str, Allowance] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if (
            scope["type"] != "http"
            or not path.startswith(PREFIX)
            or path.startswith(PACED_BY_THEMSELVES)
        ):
            await self._app(scope, receive, send)
            return
        known, caller = caller_of(scope)
        limit = self._limits[known]
        allowance = self._allowance(caller, limit)
        wait = allowance.take()
        told = [
            (b"x-ratelimit-limit", str(limit).encode()),
            (b"x-ratelimit-remaining", str(allowance.left()).encode()),
            (b"x-ratelimit-reset", str(math.ceil(wait or allowance.full_in())).encode()),
        ]
        if wait:
            await refuse(send, wait, told)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *told]
            await send(message)

        await self._app(scope, receive, answer)

    def _allowance(self, caller: str, limit: int) -> Allowance:
        allowance = self._callers.get(caller)
        if allowance is None:
            allowance = Allowance(max(1, limit // BURST_SHARE), limit)
            self._callers[caller] = allowance
            if len(self._callers) > KEPT:
                self._callers.popitem(last=False)
        self._callers.move_to_end(caller)
        return allowance


def caller_of(scope: Scope) -> tuple[bool, str]:
    """Whether it is a token or session, and by what its requests are counted together."""
    for name, value in scope["headers"]:
        if name == b"authorization" or (name == b"cookie" and b"kefu_session=" in value):
            return True, hashlib.sha256(value).hexdigest()
    client = scope.get("client")
    return False, client[0] if client else ""


async def refuse(send: Send, wait: float, told: list[tuple[bytes, bytes]]) -> None:
    """Say that it was too fast, and when to try again."""
    refusal = TooMany("Too many requests. Please slow down.", retry_after=wait)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"retry-after", str(math.ceil(wait)).encode()),
        *told,
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(refusal.problem())})
