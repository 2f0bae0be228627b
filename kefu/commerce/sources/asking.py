"""Asking: requests to a source's own address, which never lead into our own network."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from kefu.core.errors import Refusal
from kefu.core.wire import Answer, Unreachable

MOST_BYTES = 16 * 1024 * 1024


class Asks(Protocol):
    """What `kefu.core.wire.Wire` does; tests answer in its place."""

    async def get(self, url: str, headers: Mapping[str, str], *, keep: int) -> Answer: ...

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, keep: int | None = None
    ) -> Answer: ...


class SourceAway(Exception):
    """The source gives no usable answer; the text says why."""


async def asked(wire: Asks, url: str, headers: Mapping[str, str]) -> Any:
    """The JSON at this address."""
    try:
        answer = await wire.get(url, headers, keep=MOST_BYTES)
    except Unreachable as error:
        raise SourceAway(str(error)) from error
    except Refusal as error:
        raise SourceAway(error.title) from error
    return read(answer)


async def posted(wire: Asks, url: str, body: Any) -> Any:
    """The JSON answer to a JSON body."""
    try:
        answer = await wire.post(url, orjson.dumps(body), {}, keep=MOST_BYTES)
    except Unreachable as error:
        raise SourceAway(str(error)) from error
    except Refusal as error:
        raise SourceAway(error.title) from error
    return read(answer)


def read(answer: Answer) -> Any:
    if answer.status != 200:
        raise SourceAway(f"HTTP {answer.status}")
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise SourceAway("The answer is no JSON.") from error


def basic(account: str, secret: str) -> dict[str, str]:
    """The header of a key and a secret."""
    both = base64.b64encode(f"{account}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
