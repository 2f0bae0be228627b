"""Kefu behind the proxies of the how-to: the very configurations that stand in it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect

from kefu.conversations import Conversation, Inbox
from kefu.conversations.tests.factories import an_inbox
from kefu.core.db import Database
from kefu.core.ids import uuid7
from kefu.entry.tests.serving import free_port, is_up, wait_for

HOW_TO = Path(__file__).resolve().parents[3] / "docs/how-to/run-behind-a-proxy.md"
ELSEWHERE = "127.0.0.2"


def block_of(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", HOW_TO.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@contextmanager
def running(*command: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def nginx(folder: Path, port: int, backend: int) -> Iterator[None]:
    program = shutil.which("nginx")
    assert program, "nginx is missing: tools/system.sh installs it."
    site = block_of("nginx").replace("127.0.0.1:8180", f"127.0.0.1:{backend}")
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    site = re.sub(r"^\s*ssl_certificate.*$", "", site, flags=re.MULTILINE)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{site}\n}}\n"
    )
    (folder / "nginx.conf").write_text(whole)
    with running(program, "-p", str(folder), "-c", str(folder / "nginx.conf")):
        yield


@contextmanager
def caddy(folder: Path, port: int, backend: int) -> Iterator[None]:
    program = shutil.which("caddy")
    assert program, "Caddy is missing: tools/system.sh installs it."
    site = block_of("caddy").replace("127.0.0.1:8180", f"127.0.0.1:{backend}")
    site = site.replace("desk.example {", f"http://127.0.0.1:{port} {{", 1)
    file = folder / "Caddyfile"
    file.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with running(program, "run", "--config", str(file), "--adapter", "caddyfile", **home):
        yield


PROXIES = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(params=sorted(PROXIES))
def proxied(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[str]:
    """The address of the proxy in front of a web process."""
    backend, port = free_port(), free_port()
    settings = {
        "KEFU_DATABASE_URL": database_url,
        "KEFU_PORT": str(backend),
        "KEFU_VAR": str(tmp_path),
        "KEFU_SECRET": "x",
        "KEFU_TRUSTED_PROXIES": "127.0.0.1",
    }
    with (
        running(sys.executable, "-m", "kefu.entry.web", **settings),
        PROXIES[request.param](tmp_path, port, backend),
    ):
        wait_for(lambda: is_up(f"http://127.0.0.1:{port}/readyz"))
        yield f"127.0.0.1:{port}"


async def an_open_inbox(database_url: str) -> Inbox:
    database = Database(database_url, pool=2)
    async with database.transaction() as db:
        inbox = await an_inbox(db, channel="web_chat")
    await database.close()
    return inbox


def a_visitor(address: str, inbox: Inbox) -> httpx.AsyncClient:
    """A browser on another machine than the proxy."""
    return httpx.AsyncClient(
        base_url=f"http://{address}/api/v1/widget/{inbox.id}",
        transport=httpx.AsyncHTTPTransport(local_address=ELSEWHERE),
        timeout=40,
    )


async def next_frame(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            frame: dict[str, Any] = orjson.loads(await socket.recv())
            if frame["t"] == kind:
                return frame


async def test_sockets_polls_and_addresses_pass_through(proxied: str, database_url: str) -> None:
    inbox = await an_open_inbox(database_url)
    async with a_visitor(proxied, inbox) as visitor:
        session = await visitor.post("/session", json={}, headers={"X-Forwarded-For": "6.6.6.6"})
        token = session.json()["token"]
        visitor.headers["Authorization"] = f"Bearer {token}"
        opened = (await visitor.post("/conversations", json={})).json()["conversation"]["id"]
        file = {"file": ("x.txt", b"x" * 2_000_000)}
        uploaded = await visitor.post("/files", files=file)

        async with connect(f"ws://{proxied}/api/v1/socket") as socket:
            await socket.send(orjson.dumps({"t": "hello", "token": token}).decode())
            await next_frame(socket, "ready")
            send = {"t": "send", "id": str(uuid7()), "conversation": opened, "text": "在吗"}
            await socket.send(orjson.dumps(send).decode())
            acknowledged = await next_frame(socket, "ack")

        poll = f"http://{proxied}/api/v1/socket/poll"
        hello = {"t": "hello", "token": token}
        begun = (await visitor.post(poll, json={"frames": [hello]})).json()
        frame = {"t": "subscribe", "conversation": opened, "seq": 0}
        resumed = await visitor.post(poll, json={"session": begun["session"], "frames": [frame]})

    database = Database(database_url, pool=2)
    async with database.transaction() as db:
        context = (await db.get_one(Conversation, UUID(opened))).context
    await database.close()
    assert context["ip"] == ELSEWHERE
    assert uploaded.status_code == 201, uploaded.text
    assert acknowledged["conversation"] == opened
    assert begun["frames"][0]["t"] == "ready"
    assert resumed.json()["frames"][0]["messages"][-1]["text"] == "在吗"


@pytest.mark.slow
async def test_a_long_poll_may_be_long(proxied: str, database_url: str) -> None:
    inbox = await an_open_inbox(database_url)
    async with a_visitor(proxied, inbox) as visitor:
        token = (await visitor.post("/session", json={})).json()["token"]
        poll = f"http://{proxied}/api/v1/socket/poll"
        begun = await visitor.post(poll, json={"frames": [{"t": "hello", "token": token}]})
        session = {"session": begun.json()["session"], "frames": []}

        waited = [await visitor.post(poll, json=session) for _ in range(2)]

    assert [answer.status_code for answer in waited] == [200, 200]
