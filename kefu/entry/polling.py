"""Long polling: the realtime protocol where WebSockets are blocked; same frames, same handlers."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from kefu.core.errors import Malformed, Refusal, Unauthenticated, Unavailable
from kefu.core.sockets import Authenticate, take_frame, welcome
from kefu.core.switchboard import Connection, Switchboard

WAIT_SECONDS = 25
FORGET_SECONDS = 60
FRAMES = 100
QUEUE_LIMIT = 2000
SESSIONS = 20_000


class Poll(Connection):
    """One polling client: frames wait here until it asks again."""

    __slots__ = ("asked", "key", "queue", "ready")

    def __init__(self, host: Switchboard) -> None:
        super().__init__(host)
        self.key = secrets.token_urlsafe(24)
        self.queue: list[str] = []
        self.ready = asyncio.Event()
        self.asked = time.monotonic()

    def put(self, text: str) -> None:
        if self.closed:
            return
        if len(self.queue) >= QUEUE_LIMIT:
            self.close(1013, "too slow")
            return
        self.queue.append(text)
        self.ready.set()

    def close(self, code: int = 1000, reason: str = "") -> None:  # noqa: ARG002 - the next poll says it
        self.closed = True
        self.ready.set()

    async def take(self) -> str:
        """What waits, as a JSON array; waits up to 25 s for the first frame."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await self.ready.wait()
        self.ready.clear()
        taken, self.queue = self.queue, []
        return ",".join(taken)


def router_for(host: Switchboard, authenticate: Authenticate) -> APIRouter:
    """The polling endpoint of one web process."""
    router = APIRouter(tags=["realtime"])
    sessions: dict[str, Poll] = {}

    @router.post("/api/v1/socket/poll")
    async def poll(request: Request) -> Response:
        """Hand in frames and take those that wait; a lost session is answered with 401."""
        _forget(host, sessions)
        body = await _body(request)
        session = sessions.get(str(body.get("session")))
        frames = body["frames"]
        if session is None:
            session = await _begin(host, request, frames, authenticate)
            sessions[session.key] = session
            frames = frames[1:]
        session.asked = time.monotonic()
        for frame in frames:
            await take_frame(session, {"text": orjson.dumps(frame).decode()})
        if session.closed:
            sessions.pop(session.key, None)
            raise Unauthenticated("This session has ended. Please connect again.", code="ended")
        waiting = await session.take()
        content = f'{{"session":"{session.key}","frames":[{waiting}]}}'
        return Response(content, media_type="application/json")

    return router


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not valid JSON.", field="body") from error
    frames = body.get("frames", []) if isinstance(body, dict) else None
    if not isinstance(frames, list) or len(frames) > FRAMES:
        raise Malformed("`frames` is a list of up to 100 frames.", field="frames", limit=FRAMES)
    if not all(isinstance(frame, dict) for frame in frames):
        raise Malformed("Each frame is an object.", field="frames")
    whole: dict[str, Any] = body | {"frames": frames}
    return whole


async def _begin(
    host: Switchboard, request: Request, frames: list[Any], authenticate: Authenticate
) -> Poll:
    if not frames or frames[0].get("t") != "hello":
        raise Unauthenticated("The first frame must be hello.", code="no_session")
    session = Poll(host)
    try:
        await welcome(session, frames[0], request.scope, authenticate)
    except Refusal:
        host.leave(session)
        raise
    return session


def _forget(host: Switchboard, sessions: dict[str, Poll]) -> None:
    """Drop sessions that stopped asking."""
    moment = time.monotonic()
    old = [key for key, one in sessions.items() if moment - one.asked > FORGET_SECONDS]
    for key in old:
        host.leave(sessions.pop(key))
    if len(sessions) >= SESSIONS:
        raise Unavailable("Too many polling sessions.", code="busy")
