"""Files that come in over HTTP, and imports that do not come to their end."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.commerce import routes_imports
from kefu.commerce.importing import run_import, start_import, uploading
from kefu.commerce.importing.stopping import BROKEN, SILENT, end_lost, note_stopped
from kefu.commerce.importing.uploading import _imported, import_upload
from kefu.commerce.model_imports import CommerceImport
from kefu.commerce.model_orders import Order
from kefu.commerce.shops import shop_with_key
from kefu.commerce.tests.factories import a_shop
from kefu.core.clock import frozen, now
from kefu.core.db import Database, Session
from kefu.core.events import FactRow
from kefu.core.files import MemoryStorage
from kefu.core.settings import Settings
from kefu.identity.tests.desk import Desk, desk_of

SHEET = """订单号,状态,下单时间,电话,收件人,商品,数量,单价
A1,已付款,2026-03-01 10:00:00,13800000011,王芳,帐篷,1,1299
"""


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, routes_imports.router) as desk:
        desk.app.state.storage = MemoryStorage()
        desk.app.state.settings = Settings()
        yield desk


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def sent(desk: Desk, text: str = SHEET, **fields: Any) -> Any:
    return await desk.ask(
        "POST",
        "/commerce-imports/files",
        files={"file": ("订单.csv", io.BytesIO(text.encode()), "text/csv")},
        data={"shop": "main", "mode": "rows"} | fields,
    )


async def test_an_upload_waits_in_the_store_for_a_worker(db: Session, desk: Desk) -> None:
    await a_shop(db, key="main")
    agent = await desk.sign_in("department_head")

    answer = await sent(desk, historic="true")

    row = answer.json()
    kept = await db.get_one(CommerceImport, UUID(row["id"]))
    assert (answer.status_code, row["status"], row["file_name"]) == (202, "waiting", "订单.csv")
    assert (kept.started_by, kept.historic, kept.size) == (agent.id, True, len(SHEET.encode()))
    assert desk.app.state.storage.kept[kept.file_key][0] == SHEET.encode()
    listed = (await desk.get("/commerce-imports")).json()["items"]
    assert [one["id"] for one in listed] == [row["id"]]


@pytest.mark.parametrize(
    ("role", "text", "fields", "status", "field"),
    [
        ("agent", SHEET, {}, 403, None),
        ("administrator", "", {}, 422, "file"),
        ("administrator", SHEET, {"shop": "nowhere"}, 422, "shop"),
        ("administrator", SHEET, {"mode": "half"}, 422, "mode"),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(
    db: Session, desk: Desk, role: str, text: str, fields: dict[str, str], status: int,
    field: str | None,
) -> None:  # fmt: skip
    await a_shop(db, key="main")
    await desk.sign_in(role)

    answer = await sent(desk, text, **fields)

    assert answer.status_code == status
    assert field is None or field in str(answer.json())
    assert await db.scalar(select(CommerceImport)) is None


async def test_a_file_over_the_limit_is_refused_with_the_limit(db: Session, desk: Desk) -> None:
    await a_shop(db, key="main")
    await desk.sign_in("administrator")
    desk.app.state.settings = Settings(upload_limit=1024)

    answer = await sent(desk, SHEET * 10)

    assert (answer.status_code, answer.json()["field"]) == (413, "file")


async def waiting(database: Database, storage: MemoryStorage | None = None) -> UUID:
    async with database.transaction() as db:
        shop = await shop_with_key(db, "main", name="山野", kind="manual", currency="CNY")
        started = await start_import(
            db, shop, kind="orders", mode="rows", file_name="a.csv", size=len(SHEET.encode())
        )
        if storage is not None:
            started.file_key = f"imports/{started.id}"
            await storage.put(started.file_key, pieces(SHEET.encode()), type="text/csv")
    return started.id


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_a_worker_imports_the_upload_and_the_file_is_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    made = await waiting(database, storage)
    monkeypatch.setattr(uploading, "storage_for", lambda _: storage)
    monkeypatch.setattr(
        uploading, "compute", lambda _, url, one, path: _imported(url, one, Path(path))
    )

    await import_upload(database, made)
    await import_upload(database, made)

    async with database.transaction() as db:
        done = await db.get_one(CommerceImport, made)
        orders = list(await db.scalars(select(Order.number)))
    assert (done.status, done.created, orders) == ("done", 1, ["A1"])
    assert storage.kept == {}


async def test_an_import_that_breaks_has_failed_and_its_file_goes_with_the_next_try(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    made = await waiting(database, storage)
    monkeypatch.setattr(uploading, "storage_for", lambda _: storage)
    monkeypatch.setattr(
        uploading, "compute", lambda _, url, one, __: _imported(url, one, Path("nowhere.csv"))
    )

    with pytest.raises(FileNotFoundError):
        await import_upload(database, made)
    kept = set(storage.kept)
    await import_upload(database, made)

    async with database.transaction() as db:
        broken = await db.get_one(CommerceImport, made)
        told = list(await db.scalars(select(FactRow.details).where(FactRow.subject == made)))
    assert (broken.status, broken.failure) == ("failed", BROKEN.said)
    assert [one["status"] for one in told] == ["failed"]
    assert (kept, storage.kept) == ({f"imports/{made}"}, {})


async def test_an_import_that_was_stopped_says_so_once(database: Database) -> None:
    made = await waiting(database)

    await note_stopped(database, made)
    await note_stopped(database, made)

    async with database.transaction() as db:
        ended = await db.get_one(CommerceImport, made)
        told = list(await db.scalars(select(FactRow.details).where(FactRow.subject == made)))
    assert (ended.status, ended.finished_at is not None) == ("failed", True)
    assert "half way" in (ended.failure or "")
    assert [one["status"] for one in told] == ["failed"]


async def test_one_that_is_done_stays_done(database: Database, tmp_path: Path) -> None:
    made = await waiting(database)
    path = tmp_path / "a.csv"
    path.write_text(SHEET, encoding="utf-8")
    await run_import(database, made, path)

    await note_stopped(database, made)

    async with database.transaction() as db:
        assert (await db.get_one(CommerceImport, made)).status == "done"


async def test_an_import_of_which_nothing_is_heard_is_ended(db: Session) -> None:
    shop = await a_shop(db)
    given: dict[str, Any] = {"kind": "orders", "mode": "rows", "file_name": "a", "size": 1}
    silent, lively, never = [await start_import(db, shop, **given) for _ in range(3)]
    silent.status, silent.started_at = "running", now()
    lively.status, lively.told_at = "running", now() + SILENT
    never.created_at = now() - timedelta(days=2)
    await db.flush()

    with frozen(now() + SILENT + timedelta(minutes=1)):
        ended = await end_lost(db)

    assert ended == 2
    assert [one.status for one in (silent, lively, never)] == ["failed", "running", "failed"]
