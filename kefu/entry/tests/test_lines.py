"""Lines to the outside in a whole Kefu: the worker tells webhooks, delivers answers and probes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from kefu.channels import read_visitor_token
from kefu.core.clock import now
from kefu.core.ids import uuid7
from kefu.entry.tests.serving import SECRET, Serving, serving, wait_for

INBOX, WEBHOOK = uuid7(), uuid7()
AN_INBOX = (
    "insert into inboxes (id, name, channel, locale, greeting, away_greeting, colour, "
    "allowed_origins, secret, require_identity, settings, created_at) values "
    "(%(inbox)s, '商城', 'web_chat', 'zh-CN', '', '', '#2f6fed', '[]', 's', false, '{}', now())"
)
A_WEBHOOK = (
    "insert into webhooks (id, name, url, secret, kinds, enabled, failures, created_at) values "
    "(%(webhook)s, '仓库', %(url)s, 's', '[\"message.received\"]', true, 0, now())"
)


@contextmanager
def a_listener() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Somebody's server: its address, and the bodies it was sent."""
    heard: list[dict[str, Any]] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def kefu() -> Iterator[Serving]:
    with serving("lines", KEFU_WEBHOOK_PRIVATE_ADDRESSES="true") as one:
        yield one


@pytest.mark.slow
def test_a_visitors_words_reach_a_webhook_and_the_line_is_probed(kefu: Serving) -> None:
    with a_listener() as (url, heard):
        with psycopg.connect(kefu.database().conninfo, autocommit=True) as db:
            for row in (AN_INBOX, A_WEBHOOK):
                db.execute(row.encode(), {"inbox": INBOX, "webhook": WEBHOOK, "url": url})
        widget = f"{kefu.url}/api/v1/widget/{INBOX}"
        token = httpx.post(f"{widget}/session", json={}).json()["token"]
        body = {"first_message": {"id": str(uuid7()), "text": "我的订单到哪了？"}}
        said = httpx.post(
            f"{widget}/conversations", json=body, headers={"Authorization": f"Bearer {token}"}
        )

        wait_for(lambda: heard, seconds=30, why=kefu.said)
        wait_for(
            lambda: kefu.ask("select 1 from channel_health where status = 'ok'"),
            seconds=90,
            why=kefu.said,
        )

    assert said.status_code == 200
    assert heard[0]["message"]["text"] == "我的订单到哪了？"
    assert read_visitor_token(token, key=SECRET.encode(), at=now()).inbox == INBOX
