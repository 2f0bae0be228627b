"""The public API as customers' browsers and an agent's program use it; it waits out what passes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from kefu.core.ids import uuid7

PATIENCE = 60.0
PAUSE = 0.5
AT_ONCE = 12  # more would only wait on the server's side
AWAY = (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError)
PASSING = (429, 502, 503, 504)


class ApiRefused(Exception):
    """The server does not take a request; the text says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer who came in through an inbox."""

    inbox: str
    token: str
    customer: str


class PublicApi:
    """Asks again while the server is away or busy, for as long as `patience` lasts."""

    def __init__(self, url: str, *, token: str = "", patience: float = PATIENCE) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._patience = patience
        self._client = httpx.AsyncClient(
            base_url=f"{self.url}/api/v1",
            timeout=httpx.Timeout(30, pool=None),
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        )
        # The pool looks through all that wait, for each that comes and goes: let few wait in it.
        self._free = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def come_in(self, inbox: str, *, name: str | None = None, **more: Any) -> Visit:
        """Begin a visitor's session; a new customer each time."""
        body = more | ({"identity": {"name": name}} if name else {})
        told = await self.ask("POST", f"/widget/{inbox}/session", body)
        return Visit(inbox, told["token"], told["visitor"]["id"])

    async def open(self, visit: Visit) -> str:
        """The visitor's conversation, opened if need be."""
        path = f"/widget/{visit.inbox}/conversations"
        told = await self.ask("POST", path, {}, token=visit.token)
        return str(told["conversation"]["id"])

    async def answer(self, conversation: str, text: str) -> dict[str, Any]:
        """Send as an agent; the id is made once, so that asking again stores nothing twice."""
        body = {"id": str(uuid7()), "text": text}
        return await self.ask("POST", f"/conversations/{conversation}/messages", body)

    async def rate(self, visit: Visit, conversation: str, score: int, comment: str) -> None:
        """Say how it was."""
        body = {"conversation": conversation, "score": score, "comment": comment}
        await self.ask("POST", f"/widget/{visit.inbox}/rating", body, token=visit.token)

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> dict[str, Any]:
        """One request with JSON, by whoever holds the token."""
        key = token or self._token
        return await self.send(method, path, bearer(key) if key else {}, json=body)

    async def send(
        self, method: str, path: str, headers: dict[str, str], **content: Any
    ) -> dict[str, Any]:
        """One request of any content, again while the server is away or asks to wait."""
        until = time.monotonic() + self._patience
        while True:
            try:
                async with self._free:
                    answer = await self._client.request(method, path, headers=headers, **content)
            except AWAY as away:
                if time.monotonic() > until:
                    raise ApiRefused(f"{self.url} is away: {away!r}") from away
                await asyncio.sleep(PAUSE)
                continue
            if answer.is_success:
                return dict(answer.json()) if answer.content else {}
            if answer.status_code not in PASSING or time.monotonic() > until:
                raise ApiRefused(refusal_in(answer))
            await asyncio.sleep(wait_asked_by(answer))


def bearer(token: str) -> dict[str, str]:
    """The header of whoever holds a token."""
    return {"Authorization": f"Bearer {token}"}


def wait_asked_by(answer: httpx.Response) -> float:
    """The seconds after which the server wants to be asked again."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), 10.0) if asked.isdigit() else PAUSE


def refusal_in(answer: httpx.Response) -> str:
    """Why a request was refused, in a line."""
    try:
        problem = answer.json()
        return f"{answer.status_code} {problem['title']} ({problem.get('field') or '-'})"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"
