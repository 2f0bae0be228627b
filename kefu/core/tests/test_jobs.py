from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from sqlalchemy import text

from kefu.core.clock import frozen, now
from kefu.core.db import Database, Session
from kefu.core.ids import uuid7
from kefu.core.job_runner import JobRunner, forget
from kefu.core.jobs import (
    JOBS,
    GiveUp,
    Job,
    compute,
    enqueue,
    every,
    failed_jobs,
    job,
    queries_over,
    run_again,
)
from kefu.core.logs import set_up_logs

WAITING = text("select count(*) from jobs.pgqueuer")
SOON = timedelta(milliseconds=10)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def jobs_of_this_test() -> Iterator[None]:
    before = dict(JOBS)
    JOBS.clear()
    yield
    JOBS.clear()
    JOBS.update(before)


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers, logging.root.level
    yield
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@asynccontextmanager
async def running(database: Database, **given: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(JobRunner(database, **given).run())
    yield
    task.cancel()
    await asyncio.wait({task})


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0.01)


async def waiting(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(WAITING) or 0


async def none_waiting(database: Database) -> bool:
    return await waiting(database) == 0


async def test_a_job_of_a_rolled_back_transaction_never_was(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await enqueue_and_fail(database)

    assert await waiting(database) == 0


async def enqueue_and_fail(database: Database) -> None:
    async with database.transaction() as db:
        await enqueue(db, "greet", {})
        assert await db.scalar(WAITING) == 1
        raise ZeroDivisionError


async def test_a_job_of_a_committed_transaction_runs_with_its_payload(database: Database) -> None:
    seen: list[dict[str, Any]] = []
    subject = uuid7()

    @job("greet")
    async def greet(payload: dict[str, Any], _: Database) -> None:
        seen.append(payload)

    async with running(database):
        async with database.transaction() as db:
            await enqueue(db, "greet", {"subject": subject, "text": "你好"})
        await until(lambda: none_waiting(database))

    assert seen == [{"subject": str(subject), "text": "你好"}]


async def test_a_key_keeps_a_second_job_away_while_the_first_waits(db: Session) -> None:
    first = await enqueue(db, "greet", {}, key="a")
    again = await enqueue(db, "greet", {}, key="a")
    other = await enqueue(db, "greet", {}, key="b")
    of_another_name = await enqueue(db, "leave", {}, key="a")

    assert (first, again, other, of_another_name) == (True, False, True, True)


async def test_a_job_for_later_waits(database: Database) -> None:
    seen: list[str] = []

    @job("greet")
    async def greet(payload: dict[str, Any], _: Database) -> None:
        seen.append(payload["when"])

    async with running(database):
        async with database.transaction() as db:
            await enqueue(db, "greet", {"when": "later"}, at=now() + timedelta(hours=1))
            await enqueue(db, "greet", {"when": "now"}, at=now())
        await until(lambda: is_one_left(database))

    assert seen == ["now"]


async def is_one_left(database: Database) -> bool:
    return await waiting(database) == 1


async def test_a_failed_attempt_is_followed_by_another(database: Database) -> None:
    seen: list[int] = []

    @job("greet", first_pause=SOON)
    async def greet(payload: dict[str, Any], _: Database) -> None:
        seen.append(len(seen))
        assert len(seen) > 2, "not yet"

    async with running(database):
        async with database.transaction() as db:
            await enqueue(db, "greet", {})
        await until(lambda: none_waiting(database))

    assert seen == [0, 1, 2]


@pytest.mark.parametrize(("error", "attempts"), [(ValueError("no"), 2), (GiveUp("never"), 1)])
async def test_what_fails_for_good_is_kept_with_its_error_and_may_run_again(
    database: Database, error: Exception, attempts: int
) -> None:
    healed: list[bool] = []

    @job("greet", attempts=2, first_pause=SOON)
    async def greet(payload: dict[str, Any], _: Database) -> None:
        if not healed:
            raise error

    async with running(database):
        async with database.transaction() as db:
            await enqueue(db, "greet", {"to": "you"})
        await until(lambda: failures(database))
        [failed] = await failures(database)
        healed.append(True)
        async with database.transaction() as db:
            await run_again(db, [failed.id])
        await until(lambda: none_waiting(database))

    assert failed.name == "greet"
    assert failed.payload == {"to": "you"}
    assert failed.attempts == attempts
    assert failed.error == f"{type(error).__name__}: {error}"


async def test_what_gives_up_for_a_reason_is_one_line_without_frames(
    database: Database, capsys: pytest.CaptureFixture[str], logs_as_before: None
) -> None:
    set_up_logs("INFO")

    @job("greet")
    async def greet(payload: dict[str, Any], _: Database) -> None:
        raise GiveUp("nobody is there")

    async with running(database):
        async with database.transaction() as db:
            await enqueue(db, "greet", {})
        await until(lambda: failures(database))

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if "greet" in json.dumps(line)]
    assert [(line["event"], line["reason"]) for line in told] == [
        ("job_given_up", "nobody is there")
    ]
    assert not any("exception" in line for line in lines)


async def failures(database: Database) -> list[Any]:
    async with database.transaction() as db:
        return list(await failed_jobs(db))


async def test_a_scheduled_job_is_enqueued_by_the_runner(database: Database) -> None:
    seen: list[bool] = []

    @job("sweep", schedule="* * * * * *")
    async def sweep(payload: dict[str, Any], _: Database) -> None:
        seen.append(True)

    async def is_seen() -> bool:
        return bool(seen)

    async with running(database):
        await until(is_seen)


async def test_a_job_cut_off_by_the_end_of_its_runner_runs_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.core.job_runner.GRACE_SECONDS", 0.0)
    begun = asyncio.Event()
    finished: list[bool] = []

    @job("slow")
    async def slow(payload: dict[str, Any], _: Database) -> None:
        if not begun.is_set():
            begun.set()
            await asyncio.sleep(60)
        finished.append(True)

    async with database.transaction() as db:
        await enqueue(db, "slow", {})
    async with running(database):
        await begun.wait()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    async with running(database, heartbeat=timedelta(seconds=1)):
        await until(lambda: none_waiting(database))

    assert finished == [True]


KILLED = """
import asyncio, sys
from datetime import timedelta
from kefu.core.db import Database
from kefu.core.job_runner import JobRunner
from kefu.core.jobs import job

@job("slow")
async def slow(payload, database):
    print("begun", flush=True)
    await asyncio.Event().wait()

asyncio.run(JobRunner(Database(sys.argv[1])).run())
"""


async def test_a_job_of_a_killed_worker_returns_after_the_heartbeat(database: Database) -> None:
    seen: list[bool] = []

    @job("slow")
    async def slow(payload: dict[str, Any], _: Database) -> None:
        seen.append(True)

    async with database.transaction() as db:
        await enqueue(db, "slow", {})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, database.url), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    process.kill()
    await process.wait()
    async with running(database, heartbeat=timedelta(seconds=1)):
        await until(lambda: none_waiting(database))

    assert seen == [True]


async def test_the_runner_survives_the_loss_of_its_connections(database: Database) -> None:
    seen: list[bool] = []

    @job("greet")
    async def greet(payload: dict[str, Any], _: Database) -> None:
        seen.append(True)

    async def is_connected() -> bool:
        async with database.transaction() as db:
            found = await db.scalar(
                text("select count(*) from pg_stat_activity where query ilike 'listen%'")
            )
        return bool(found)

    async with running(database):
        await until(is_connected)
        async with database.transaction() as db:
            await db.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where application_name = 'kefu-hot' and datname = current_database()"
                )
            )
            await enqueue(db, "greet", {})
        await until(lambda: none_waiting(database), 30)

    assert seen == [True]


async def test_the_log_of_old_jobs_is_forgotten_but_not_of_those_that_are_held(
    database: Database,
) -> None:
    async with database.transaction() as db:
        await enqueue(db, "greet", {})
        await db.execute(
            text(
                "insert into jobs.pgqueuer_log (job_id, status, priority, entrypoint) "
                "values (0, 'successful', 0, 'greet')"
            )
        )

    with frozen(now() + timedelta(days=4)):
        await forget({}, database)

    async with database.transaction() as db:
        left = (await db.scalars(text("select status::text from jobs.pgqueuer_log"))).all()
    assert left == ["queued"]
    assert await waiting(database) == 1


async def test_the_migrated_tables_are_those_the_installed_release_wants(
    database: Database,
) -> None:
    async with await database.connection() as connection:
        plan = await queries_over(PsycopgDriver(connection)).plan_upgrade()

    assert plan.statements == ()


async def test_what_computes_runs_in_another_process_while_the_loop_goes_on() -> None:
    computing = asyncio.create_task(compute(busy, 0.3))
    laps = 0
    while not computing.done():
        await asyncio.sleep(0.01)
        laps += 1

    assert await computing != os.getpid()
    assert laps > 10


def busy(seconds: float) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return os.getpid()


def test_pauses_grow_up_to_a_quarter_of_an_hour() -> None:
    greet = Job("greet", _never, 8, timedelta(seconds=2))

    pauses = [greet.pause_after(failures).total_seconds() for failures in (1, 2, 3, 20, 5000)]

    assert pauses == [2, 4, 8, 900, 900]


async def _never(_: dict[str, Any], __: Database) -> None:
    raise AssertionError


def test_two_jobs_do_not_share_a_name() -> None:
    job("greet")(_never)

    with pytest.raises(ValueError, match="greet"):
        job("greet")(_never)


def test_a_schedule_at_equal_distances_divides_its_hour_or_day() -> None:
    assert every(minutes=5) == "*/5 * * * *"
    assert every(hours=6) == "0 */6 * * *"
    with pytest.raises(ValueError, match="divide"):
        every(minutes=7)
