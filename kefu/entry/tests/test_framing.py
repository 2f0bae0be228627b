from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kefu.conversations.tests.factories import an_inbox
from kefu.core.db import Database
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.entry.pages import WidgetPage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


async def policy_of(folder: Path, database: Database, query: str) -> str:
    app = FastAPI()
    public = Settings(public_url="https://desk.example", secret="x")
    app.mount("/widget", WidgetPage(folder, database, public))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://desk.example"
    ) as client:
        answer = await client.get(f"/widget/{query}")
    assert answer.status_code == 200
    return answer.headers["content-security-policy"]


async def test_only_the_pages_an_inbox_names_may_frame_its_widget(
    database_url: str, folder: Path
) -> None:
    database = Database(database_url, pool=2)
    async with database.transaction() as db:
        named = await an_inbox(db, allowed_origins=["https://shop.example", "*.shop.cn"])
        nobody = await an_inbox(db)

    policies = [
        await policy_of(folder, database, query)
        for query in (f"?inbox={named.id}", f"?inbox={nobody.id}", f"?inbox={uuid7()}", "?inbox=x")
    ]

    await database.close()
    assert policies[0].endswith("frame-ancestors 'self' https://shop.example *.shop.cn")
    assert {policy.rpartition("; ")[2] for policy in policies[1:]} == {"frame-ancestors 'self'"}
