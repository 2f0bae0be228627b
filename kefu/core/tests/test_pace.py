"""Each token, session or address has its own pace, and is told how it stands."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kefu.core.pace import Pace


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def a_client() -> httpx.AsyncClient:
    routes = [Route("/api/v1/{rest:path}", hello), Route("/{rest:path}", hello)]
    app = Pace(Starlette(routes=routes), token_per_minute=40, address_per_minute=8)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kefu.test")


async def statuses(client: httpx.AsyncClient, path: str, count: int, **more: str) -> list[int]:
    return [(await client.get(path, headers=more)).status_code for _ in range(count)]


async def test_beyond_the_pace_is_refused_and_told_when_to_try_again() -> None:
    async with a_client() as client:
        assert await statuses(client, "/api/v1/agents", 2) == [200, 200]
        refused = await client.get("/api/v1/agents")

    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-ratelimit-remaining"] == "0"


async def test_a_token_has_a_pace_of_its_own() -> None:
    async with a_client() as client:
        await statuses(client, "/api/v1/agents", 3)

        with_token = await statuses(client, "/api/v1/agents", 10, authorization="Bearer kefu_a")
        other = await client.get("/api/v1/agents", headers={"authorization": "Bearer kefu_b"})

    assert with_token == [200] * 10
    assert other.headers["x-ratelimit-limit"] == "40"
    assert other.headers["x-ratelimit-remaining"] == "9"


async def test_pages_the_widget_and_the_socket_are_not_counted_here() -> None:
    async with a_client() as client:
        for path in ("/console/", "/api/v1/widget/x/config", "/api/v1/socket/poll", "/healthz"):
            assert await statuses(client, path, 5) == [200] * 5
