"""The edge of every request: ids, sizes, refusals as problems, one transaction."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Query
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kefu.core.bottlenecks import Bottlenecks
from kefu.core.db import Database
from kefu.core.edge import BODY_LIMIT, Edge
from kefu.core.errors import Conflict, NotFound, TooMany
from kefu.core.http import Db, install_problems
from kefu.core.shapes import Shape, line_of, text_of

UPLOAD_LIMIT = 3 * 1024 * 1024


class Note(Shape):
    title: line_of(20)  # type: ignore[valid-type]
    text: text_of(100) = ""  # type: ignore[valid-type]
    more: dict[str, Any] | None = None


class Disk:
    full = False


def routes_of(app: FastAPI) -> None:
    @app.post("/api/v1/notes")
    async def note(body: Note, db: Db) -> dict[str, Any]:
        await db.execute(text("create table if not exists notes (title text)"))
        await db.execute(text("insert into notes values (:title)"), {"title": body.title})
        if body.text == "conflict":
            raise Conflict("This is there already.", field="text")
        return {"title": body.title, "text": body.text}

    @app.get("/api/v1/notes")
    async def notes(db: Db, limit: Annotated[int, Query(ge=1, le=10)] = 5) -> list[str]:
        found = await db.scalars(text("select title from notes limit :limit"), {"limit": limit})
        return list(found)

    @app.post("/api/v1/files")
    async def upload() -> str:
        return "taken"

    @app.put("/api/v1/notes/1/closure")
    async def close() -> str:
        return "closed"


def failing_routes_of(app: FastAPI) -> None:
    @app.get("/api/v1/fails/{how}")
    async def fails(how: str, db: Db) -> None:
        if how == "database":
            raise OperationalError("select", {}, Exception("gone"))
        if how == "nul":
            await db.execute(text("select cast(:value as int)"), {"value": "many"})
        if how == "pace":
            raise TooMany("Please wait.", retry_after=2.4)
        if how == "missing":
            raise NotFound("There is no such note.")
        raise RuntimeError("a mistake of ours: secret details")


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    database = Database(database_url, pool=2)
    app.state.database = database
    install_problems(app)
    routes_of(app)
    failing_routes_of(app)
    edge = Edge(
        app,
        upload_limit=UPLOAD_LIMIT,
        bottlenecks=Bottlenecks(500),
        is_full=lambda: Disk.full,
    )
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test/api/v1") as made:
        yield made
    await database.close()


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["title"]
    return told


async def test_what_a_request_changed_is_there_before_its_answer(client: httpx.AsyncClient) -> None:
    answer = await client.post("/notes", json={"title": "一"})

    assert answer.status_code == 200
    assert (await client.get("/notes")).json() == ["一"]


async def test_a_refused_request_changes_nothing(client: httpx.AsyncClient) -> None:
    await client.post("/notes", json={"title": "一"})

    answer = await client.post("/notes", json={"title": "二", "text": "conflict"})

    assert problem(answer, 409)["field"] == "text"
    assert (await client.get("/notes")).json() == ["一"]


async def test_a_request_keeps_the_id_it_came_with(client: httpx.AsyncClient) -> None:
    given = await client.get("/fails/missing", headers={"X-Request-Id": "from-the-proxy-1"})
    odd = await client.get("/fails/missing", headers={"X-Request-Id": "<script>"})

    assert problem(given, 404)["request_id"] == "from-the-proxy-1"
    assert problem(odd, 404)["request_id"] != "<script>"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x" * 21}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "a", "colour": "red"}, "colour"),
        ({"title": "a", "text": "x" * 101}, "text"),
        ([], None),
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused_by_field(
    client: httpx.AsyncClient, body: Any, field: str | None
) -> None:
    assert problem(await client.post("/notes", json=body), 422).get("field") == field


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"title": "\xff\xfe"}',
        b'{"title": "\\ud800"}',
        b'{"title": "a", "text": "\\u0000"}',
        b'{"title": "a", "more": {"deep": ["\\ud83d"]}}',
        b'{"title": NaN}',
        b'{"title": "a", "more": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
async def test_odd_bytes_are_refused_as_a_problem(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/notes", content=body, headers=headers)

    assert problem(answer, answer.status_code)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"title": "a", "text": "\\u0000"}', "text"),
        (b'{"title": "a", "more": {"deep": ["b\\u0000"]}}', "more"),
        (b'{"title": "a", "more": {"b\\u0000": 1}}', "more"),
        (b'{"title": "a", "more": ' + b'{"a":' * 30 + b"1" + b"}" * 31, "more"),
    ],
)
async def test_odd_text_is_refused_by_field_wherever_it_hides(
    client: httpx.AsyncClient, body: bytes, field: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/notes", content=body, headers=headers)

    assert problem(answer, 422)["field"] == field


async def test_emoji_and_directions_are_kept_exactly(client: httpx.AsyncClient) -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    said = f"{family} \u200f\u05e2\u05d1\u200e e\u0301 \u202etxt\u202c <b>&amp;"

    assert (await client.post("/notes", json={"title": "a", "text": said})).json()["text"] == said


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("database", 503, "database_away"),
        ("nul", 422, "invalid"),
        ("pace", 429, "too_many"),
        ("missing", 404, "not_found"),
        ("unexpected", 500, "internal"),
    ],
)
async def test_every_failure_is_a_problem_without_our_secrets(
    client: httpx.AsyncClient, how: str, status: int, code: str
) -> None:
    told = problem(await client.get(f"/fails/{how}"), status)

    assert told["code"] == code
    assert "secret details" not in str(told)


async def test_who_shall_wait_is_told_how_long(client: httpx.AsyncClient) -> None:
    assert (await client.get("/fails/pace")).headers["retry-after"] == "2"
    assert (await client.get("/fails/database")).headers["retry-after"] == "2"


async def test_what_is_not_there_is_a_problem_too(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/nothing"), 404)["code"] == "http_404"
    assert problem(await client.delete("/notes"), 405)["code"] == "http_405"


async def test_a_parameter_out_of_range_is_refused_by_name(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/notes?limit=11"), 422)["field"] == "limit"


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient, declared: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1024 * 1024

    content: Any = b"x" * (BODY_LIMIT + 1) if declared else chunks()
    told = problem(await client.post("/notes", content=content), 413)

    assert (told["code"], told["field"], told["limit"]) == ("too_large", "body", BODY_LIMIT)


async def test_an_upload_may_be_larger(client: httpx.AsyncClient) -> None:
    taken = await client.post("/files", content=b"x" * UPLOAD_LIMIT)
    refused = await client.post("/files", content=b"x" * (UPLOAD_LIMIT + 100_000))

    assert taken.status_code == 200
    assert problem(refused, 413)["field"] == "body"


async def test_on_a_full_disk_reading_and_closing_go_on(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post("/notes", json={"title": "一"})
    monkeypatch.setattr(Disk, "full", True)

    refused = await client.post("/notes", json={"title": "二"})

    assert problem(refused, 503)["code"] == "disk_low"
    assert refused.headers["retry-after"] == "60"
    assert (await client.get("/notes")).json() == ["一"]
    assert (await client.put("/notes/1/closure")).status_code == 200


async def test_answers_say_that_they_are_what_they_say(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fails/missing")

    assert answer.headers["x-content-type-options"] == "nosniff"
