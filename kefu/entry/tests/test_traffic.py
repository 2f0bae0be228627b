import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kefu.entry.replaying.access import access_to
from kefu.entry.replaying.public_api import PublicApi
from kefu.entry.replaying.shoppers import Temper, Traffic
from kefu.entry.replaying.talks import TALKS
from kefu.entry.tests.serving import Serving, serving

HASTY = Temper(typing=(0, 0), thinking=(0, 0.01), patience=(0.5, 1.0))
SECONDS = 180


@pytest.fixture(scope="module")
def kefu() -> Iterator[Serving]:
    with serving("traffic") as made:
        yield made


async def test_customers_write_press_and_answer_whoever_answers_them(kefu: Serving) -> None:
    async with access_to(kefu.database().url, inbox=None) as access:
        api = PublicApi(kefu.url, token=access.token)
        crowd = Traffic(api, access.inbox, 6000, crowd=4, temper=HASTY, dice=random.Random(7))
        coming = asyncio.create_task(crowd.run(None))
        async with asyncio.timeout(SECONDS):
            while not rated(kefu):
                for conversation in unanswered(kefu):
                    await api.answer(conversation, "您好，已为您查询。")
                await asyncio.sleep(0.05)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await api.close()

    assert crowd.shoppers > 1
    assert crowd.messages >= written(kefu) - crowd.shoppers
    assert crowd.failed == 0


def unanswered(kefu: Serving) -> list[str]:
    query = "select id::text from conversations where unanswered_since is not null limit 3"
    return [row[0] for row in kefu.ask(query)]


def rated(kefu: Serving) -> int:
    return int(kefu.ask("select count(*) from conversations where rating_score > 0")[0][0])


def written(kefu: Serving) -> int:
    return int(kefu.ask("select count(*) from messages where sender_type = 'customer'")[0][0])


async def test_customers_whom_nobody_answers_press_and_leave(kefu: Serving) -> None:
    async with access_to(kefu.database().url, inbox=None) as access:
        api = PublicApi(kefu.url)
        crowd = Traffic(api, access.inbox, 6000, crowd=4, temper=HASTY)
        coming = asyncio.create_task(crowd.run(None))
        async with asyncio.timeout(SECONDS):
            while crowd.shoppers <= 5:  # noqa: ASYNC110 - a count has no event
                await asyncio.sleep(0.05)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await api.close()

    assert crowd.messages > crowd.shoppers


def test_the_command_ends_after_its_minutes(kefu: Serving) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kefu", "demo", "traffic", "--rate", "600", "--minutes", "0.1"],
        check=False,
        capture_output=True,
        text=True,
        env=kefu.environment,
        timeout=SECONDS,
    )

    assert done.returncode == 0, done.stderr
    assert "customers," in done.stdout.splitlines()[-1]


def test_every_talk_has_a_beginning_and_goes_on() -> None:
    assert all(talk.opening and talk.onward for talk in TALKS)
    assert all(talk.score is None or 1 <= talk.score <= 5 for talk in TALKS)
