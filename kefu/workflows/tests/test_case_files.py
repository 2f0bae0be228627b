from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from kefu.core.db import Session
from kefu.core.files import MemoryStorage
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import a_department
from kefu.workflows import blank_cases_of_customer, cases_about_customer, open_tasks
from kefu.workflows.model_files import CaseFile
from kefu.workflows.model_processes import Case, CaseTask
from kefu.workflows.routes_cases import task_router
from kefu.workflows.routes_files import router
from kefu.workflows.tests.drawings import END, START, drawing, user
from kefu.workflows.tests.factories import a_case

XML = drawing(
    START,
    END,
    user("inspect", "papers:files!", department="质检部"),
    user("note", "word:text"),
    flows=["start>inspect", "inspect>note", "note>end"],
)
PAPER = ("报告.txt", "外壳裂纹 3 厘米".encode(), "text/plain")


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, task_router) as desk:
        desk.app.state.storage = MemoryStorage()
        yield desk


async def a_task(db: Session) -> tuple[Case, CaseTask]:
    case = await a_case(db, XML)
    (task,) = await open_tasks(db, case.subject)
    return case, task


async def added(desk: Desk, task: CaseTask, file: Any = PAPER) -> httpx.Response:
    return await desk.post(f"/case-tasks/{task.id}/files", files={"file": file})


async def test_a_file_is_added_downloaded_and_named_in_the_form(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    case, task = await a_task(db)
    file = (await added(desk, task)).json()

    done = await desk.put(f"/case-tasks/{task.id}/completion", {"form": {"papers": [file["id"]]}})
    bytes_of = await desk.get(f"/case-files/{file['id']}")

    assert done.status_code == 200, done.text
    assert [one["name"] for one in done.json()["files"]] == ["报告.txt"]
    assert case.data == {"papers": [file["id"]]}
    assert bytes_of.content == PAPER[1]
    assert bytes_of.headers["content-disposition"].startswith("attachment")
    assert bytes_of.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (("empty.txt", b"", "text/plain"), 422, "file_empty"),
        (("big.txt", b"a" * (10 * 1024 * 1024 + 1), "text/plain"), 413, None),
        (("page.html", b"<html><script>1</script></html>", "text/html"), 422, None),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    db: Session, desk: Desk, file: Any, status: int, code: str | None
) -> None:
    await desk.sign_in()
    _, task = await a_task(db)

    refused = await added(desk, task, file)

    assert (refused.status_code, refused.json()["field"]) == (status, "file")
    assert code is None or refused.json()["code"] == code


async def test_a_file_of_another_task_is_refused_by_its_field(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    _, task = await a_task(db)
    _, other = await a_task(db)
    file = (await added(desk, other)).json()["id"]

    refused = await desk.put(f"/case-tasks/{task.id}/completion", {"form": {"papers": [file]}})

    await db.refresh(task)
    assert (refused.status_code, refused.json()["field"]) == (422, "form.papers")
    assert task.is_open()


async def test_who_does_not_see_the_case_sees_no_file(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    await a_department(db, name="质检部")
    _, task = await a_task(db)
    file = (await added(desk, task)).json()["id"]
    await desk.sign_in("trainer")

    assert (await desk.get(f"/case-files/{file}")).status_code == 404
    assert (await added(desk, task)).status_code == 404


async def test_files_about_a_customer_are_named_in_the_export_and_erased(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    case, task = await a_task(db)
    file = (await added(desk, task)).json()["id"]
    await desk.put(f"/case-tasks/{task.id}/completion", {"form": {"papers": [file]}})
    assert case.customer is not None
    (given,) = await cases_about_customer(db, case.customer)

    await blank_cases_of_customer(db, case.customer)

    assert given["tasks"][0]["files"] == ["报告.txt"]
    kept = await db.get_one(CaseFile, file, populate_existing=True)
    assert (kept.name, kept.erased_at is not None) == ("erased", True)
    assert (await desk.get(f"/case-files/{file}")).status_code == 404
