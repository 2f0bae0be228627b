"""Ten thousand messages at once from one visitor: refused beyond the pace, and nothing lost."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.house import Guest, House, Line, a_house, a_text

AT_ONCE = 10_000
BURST, PER_MINUTE = 30, 120


async def test_a_flood_over_a_socket_is_refused_beyond_the_pace(
    database_url: str, tmp_path: Path
) -> None:
    pace = {"visitor_burst": BURST, "visitor_per_minute": PER_MINUTE}
    async with a_house(database_url, tmp_path, **pace) as house:
        guest, bystander = await house.guest(), await house.guest()
        async with house.line(bystander.token, bystander.conversation) as other:
            async with house.line(guest.token, guest.conversation) as line:
                heard = await flooded(line, guest)
            calm = a_text(bystander)
            await other.tell(calm)
            await other.hear("ack", id=calm["id"])
        stored = await kept(house, guest)

    acknowledged = {frame["id"] for frame in heard if frame["t"] == "ack"}
    refused = [frame["problem"] for frame in heard if frame["t"] == "error"]
    assert acknowledged == stored
    assert BURST <= len(stored) < BURST + PER_MINUTE
    assert {one["code"] for one in refused} == {"too_many"}
    assert all(0 < one["retry_after"] < 60 for one in refused)


async def flooded(line: Line, guest: Guest) -> list[dict[str, Any]]:
    """Send them all without waiting; returns what was heard until all were answered or cut off."""
    frames = [a_text(guest, f"{number}") for number in range(AT_ONCE)]

    async def send() -> None:
        for frame in frames:
            await line.tell(frame)

    sending = asyncio.create_task(send())
    with suppress(ConnectionClosed):  # a reader too slow for so many refusals is cut off
        while sum(frame["t"] in ("ack", "error") for frame in line.heard) < AT_ONCE:
            await line.hear_any()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    return line.heard


async def kept(house: House, guest: Guest) -> set[str]:
    """What is stored, all pages of it."""
    found: set[str] = set()
    after = 0
    while True:
        path = f"/widget/{guest.inbox}/messages?after={after}&limit=100"
        page = (await house.ask(guest.token, "GET", path)).json()
        found |= {message["id"] for message in page["items"]}
        if page["next_cursor"] is None:
            return found
        after = int(page["next_cursor"])


async def test_a_flood_by_http_is_told_when_to_come_back(database_url: str, tmp_path: Path) -> None:
    pace = {"visitor_burst": BURST, "visitor_per_minute": PER_MINUTE}
    async with a_house(database_url, tmp_path, **pace) as house:
        guest = await house.guest()
        path = f"/widget/{guest.inbox}/messages"
        answers = [
            await house.ask(guest.token, "POST", path, body_of(guest)) for _ in range(2 * BURST)
        ]
        stored = await kept(house, guest)

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.status_code for answer in answers} == {201, 429}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert len(stored) == sum(answer.status_code == 201 for answer in answers)


def body_of(guest: Guest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(a_text(guest)))
    del body["t"]
    return body
