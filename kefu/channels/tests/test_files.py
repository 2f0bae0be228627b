from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from PIL import Image
from sqlalchemy import text

from kefu.channels.tests.conftest import Desk, Guest, House
from kefu.core.clock import frozen, now
from kefu.core.ids import uuid7
from kefu.core.jobs import JOBS
from kefu.customers import Customer, erase_customer

DELETE = "conversations.delete_files"


def a_picture(width: int = 1600, height: int = 900, form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#2f6fed").save(made, form)
    return made.getvalue()


async def upload(guest: Guest, data: bytes, name: str = "帐篷.jpg", **more: Any) -> httpx.Response:
    address = f"/api/v1/widget/{guest.inbox.id}/files"
    headers = {"Authorization": f"Bearer {guest.token}"} | more
    return await guest.house.client.post(address, files={"file": (name, data)}, headers=headers)


async def fetch(house: House, url: str, **headers: str) -> httpx.Response:
    return await house.client.get(url, headers=headers)


async def test_a_visitors_picture_reaches_the_agent_and_comes_back(
    guest: Guest, desk: Desk
) -> None:
    picture = a_picture()
    content = (await upload(guest, picture)).json()
    opened = await guest.open()

    body = {"id": str(uuid7()), "kind": "picture", "content": content}
    sent = await guest.post("/messages", body)

    assert sent.status_code == 201, sent.text
    assert (content["type"], content["width"], content["height"]) == ("image/jpeg", 1600, 900)
    shown = (await guest.get("/messages")).json()["items"][0]["content"]
    whole = await fetch(guest.house, shown["url"])
    small = await fetch(guest.house, shown["thumbnail"])
    plain = shown["url"].partition("?")[0]
    by_agent = await desk.ask("GET", plain.removeprefix("/api/v1"))
    assert whole.content == by_agent.content == picture
    assert Image.open(io.BytesIO(small.content)).size == (480, 270)
    pushed = guest.house.pushed("message.received")[-1]["data"]["content"]
    assert (await fetch(guest.house, pushed["url"])).status_code == 200
    assert pushed["name"] == "帐篷.jpg"
    assert opened["id"]


async def test_a_file_is_only_ever_downloaded(guest: Guest) -> None:
    content = (await upload(guest, b"<script>alert(1)</script>", "x.txt")).json()

    answer = await fetch(guest.house, content["url"])

    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''x.txt"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("text/plain")


async def test_without_a_link_or_the_right_to_see_it_there_is_no_file(
    guest: Guest, house: House
) -> None:
    content = (await upload(guest, a_picture())).json()
    plain = content["url"].partition("?")[0]
    stranger = Desk(house)
    await stranger.sign_in("agent")

    assert (await fetch(house, plain)).status_code == 404
    assert (await fetch(house, plain, Authorization=f"Bearer {guest.token}")).status_code == 404
    assert (await stranger.ask("GET", plain.removeprefix("/api/v1"))).status_code == 404


async def test_a_link_holds_for_a_while_and_for_one_file(guest: Guest) -> None:
    content = (await upload(guest, a_picture())).json()
    other = (await upload(guest, a_picture(10, 10))).json()
    query = content["url"].partition("?")[2]

    crossed = await fetch(guest.house, f"{other['url'].partition('?')[0]}?{query}")
    with frozen(now() + timedelta(days=3)):
        late = await fetch(guest.house, content["url"])

    assert (crossed.status_code, crossed.json()["code"]) == (401, "link_invalid")
    assert (late.status_code, late.json()["code"]) == (401, "link_expired")


@pytest.mark.parametrize("url", [None, "", "/api/v1/files/x", "https://a.example/?signature=1"])
async def test_nobody_sends_on_a_file_that_they_were_not_given(
    guest: Guest, url: str | None
) -> None:
    await guest.open()
    content = {"file": str(uuid4()), "name": "x", "type": "image/png", "size": 1, "url": url}
    body = {"id": str(uuid7()), "kind": "picture", "content": content}

    answer = await guest.post("/messages", body)

    assert (answer.status_code, answer.json()["field"]) == (422, "content.url")


async def test_a_text_that_names_a_file_gives_no_link_to_it(guest: Guest) -> None:
    theirs = str(uuid4())
    await guest.open()
    await guest.post("/messages", {"id": str(uuid7()), "text": "x", "content": {"file": theirs}})

    shown = (await guest.get("/messages")).json()["items"][-1]["content"]

    assert shown == {"file": theirs}


def a_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", b"0" * 100_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "x.png", "file_empty"),
        (b"MZ\x90\x00" + b"\x00" * 200, "photo.jpg", "file_type"),
        (a_picture(10, 10, "PNG"), "report.pdf", "file_disguised"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg", "file_type"),
        (a_picture()[:500], "cut.jpg", "picture_damaged"),
    ],
)
async def test_what_is_not_what_it_says_is_refused(
    guest: Guest, data: bytes, name: str, code: str
) -> None:
    answer = await upload(guest, data, name)

    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert answer.json()["code"] == code


async def test_a_zip_bomb_does_no_harm(guest: Guest) -> None:
    answer = await upload(guest, a_bomb(), "a.zip")

    assert (answer.status_code, answer.json()["code"]) == (422, "archive_bomb")


async def test_a_gigabyte_is_refused_before_it_is_read(guest: Guest) -> None:
    async def endless() -> Any:
        yield b"x" * 1000
        pytest.fail("It went on reading.")

    address = f"/api/v1/widget/{guest.inbox.id}/files"
    headers = {"Content-Length": str(1024**3), "Content-Type": "multipart/form-data; boundary=x"}

    answer = await guest.house.client.post(address, content=endless(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_file_a_little_too_large_is_refused_by_its_field(guest: Guest) -> None:
    answer = await upload(guest, b"x" * (guest.house.chosen.upload_limit + 1), "x.txt")

    assert (answer.status_code, answer.json()["field"]) == (413, "file")


async def test_agents_upload_into_conversations_they_see(
    guest: Guest, house: House, desk: Desk
) -> None:
    opened = await guest.open()
    stranger = Desk(house)
    await stranger.sign_in("auditor")

    async def put(who: Desk, conversation: str) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
        headers = {"X-CSRF-Token": who.csrf, "Cookie": cookies}
        files = {"file": ("说明书.png", a_picture(20, 20, "PNG"))}
        return await house.client.post(
            "/api/v1/files", files=files, data={"conversation": conversation}, headers=headers
        )

    taken = await put(desk, opened["id"])

    assert taken.status_code == 201
    assert taken.json()["name"] == "说明书.png"
    assert "thumbnail" not in taken.json() or taken.json()["width"] == 20
    assert (await put(desk, str(uuid7()))).status_code == 404
    assert (await put(stranger, opened["id"])).status_code == 403
    assert (await put(desk, "x")).status_code == 422


async def test_names_are_made_harmless(guest: Guest) -> None:
    content = (await upload(guest, b"hi", "../../etc/\u202epasswd.txt")).json()

    assert content["name"] == "passwd.txt"


async def test_erasing_a_customer_takes_the_bytes_as_well(guest: Guest, desk: Desk) -> None:
    content = (await upload(guest, a_picture())).json()
    house = guest.house
    folder = house.chosen.var / "files"
    before = [path for path in folder.rglob("*") if path.is_file()]

    visitor = (await guest.come_in())["visitor"]
    async with house.database.transaction() as db:
        customer = await db.get_one(Customer, UUID(visitor["id"]))
        await erase_customer(
            db, customer, name=customer.name, reason="customer_request", by=desk.agent.id
        )
        waiting = await db.execute(
            text("select payload from jobs.pgqueuer where entrypoint = :e"), {"e": DELETE}
        )
        (payload,) = [orjson.loads(row[0]) for row in waiting]
    await JOBS[DELETE].run(payload, house.database)

    gone = await fetch(house, content["url"])
    assert len(before) == 2
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert gone.status_code == 404
