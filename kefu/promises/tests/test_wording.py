from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kefu.core.db import Session
from kefu.identity.tests.factories import an_agent
from kefu.notifications.tests.factories import Browser, a_browser
from kefu.promises import Task, Words, create_task, words_tasks
from kefu.promises.routes_tasks import router
from kefu.promises.telling import name_tasks
from kefu.promises.wording import SAYING


@pytest.fixture
def said() -> Iterator[str]:
    """A code that exists during the test."""

    @words_tasks("kettle_leaks")
    def say(params: Mapping[str, Any], locale: str) -> Words:
        if locale == "en":
            return Words(f"{params['model']} leaks", "Call today.")
        return Words(f"{params['model']} 漏水", "今天回电。")

    yield "kettle_leaks"
    del SAYING["kettle_leaks"]


async def given(db: Session, code: str, owner: Any) -> Task:
    task = {"code": code, "params": {"model": "K1"}, "owner_id": owner}
    return await create_task(db, task, by=None)


async def read(browser: Browser, task: Task) -> tuple[str, str]:
    row = (await browser.ask("GET", f"/tasks/{task.id}")).json()
    return row["title"], row["note"]


async def test_a_task_of_the_product_is_said_in_the_readers_language(
    db: Session, said: str
) -> None:
    task = await given(db, said, (await an_agent(db)).id)

    async with (
        a_browser(db, router, role="administrator", locale="en") as english,
        a_browser(db, router, role="administrator", locale="zh-CN") as chinese,
    ):
        assert await read(english, task) == ("K1 leaks", "Call today.")
        assert await read(chinese, task) == ("K1 漏水", "今天回电。")


async def test_a_notice_names_the_task_in_the_readers_language(db: Session, said: str) -> None:
    task = await given(db, said, (await an_agent(db)).id)

    assert await name_tasks(db, [task.id], "en") == {task.id: "K1 leaks"}
    assert await name_tasks(db, [task.id], "zh-CN") == {task.id: "K1 漏水"}


async def test_what_somebody_rewrote_and_what_was_written_before_stays_as_it_stands(
    db: Session, said: str
) -> None:
    async with a_browser(db, router, role="administrator", locale="en") as english:
        rewritten = await given(db, said, english.agent)
        await english.ask("PATCH", f"/tasks/{rewritten.id}", {"title": "Send a new kettle"})
        old = await create_task(db, {"title": "请回电", "owner_id": english.agent}, by=None)

        assert await read(english, rewritten) == ("Send a new kettle", "今天回电。")
        assert await read(english, old) == ("请回电", "")


async def test_a_code_that_nobody_knows_any_more_leaves_the_words_it_had(
    db: Session, said: str
) -> None:
    async with a_browser(db, router, role="administrator", locale="en") as english:
        task = await given(db, said, english.agent)
        task.code = "forgotten"
        await db.flush()

        assert await read(english, task) == ("K1 漏水", "今天回电。")
