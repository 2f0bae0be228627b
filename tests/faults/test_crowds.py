"""Many at once, with less of everything than there are of them."""

import asyncio
from pathlib import Path

from kefu.core.ids import uuid7
from tests.house import House, a_house


async def test_more_first_answers_at_once_than_connections_are_all_stored(
    database_url: str, tmp_path: Path
) -> None:
    async with a_house(database_url, tmp_path, db_pool=2) as house:
        inbox = await house.inbox()
        _, token = await house.agent()
        guests = [await house.guest(inbox) for _ in range(24)]

        answers = await asyncio.gather(
            *(answer(house, token, guest.conversation) for guest in guests)
        )

    assert answers == [201] * 24


async def answer(house: House, token: str, conversation: str) -> int:
    """The first answer moves the conversation on, so it needs a connection of the pool."""
    body = {"id": str(uuid7()), "text": "您好"}
    path = f"/conversations/{conversation}/messages"
    return (await house.ask(token, "POST", path, body)).status_code
