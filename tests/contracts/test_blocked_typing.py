"""What a blocked customer types, in whatever socket was open before, is seen by nobody."""

from __future__ import annotations

import pytest

from tests.house import House, a_text

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_blocked_customer_types_unseen_until_they_are_let_in(house: House) -> None:
    _, office = await house.agent()
    guest = await house.guest()
    block = f"/customers/{guest.customer}/block"
    words = {"t": "typing", "conversation": guest.conversation}
    async with house.line(office, guest.conversation) as desk:
        async with house.line(guest.token, guest.conversation) as before:
            assert (await house.ask(office, "PUT", block)).status_code == 200
            await before.ended()
        async with house.line(guest.token, guest.conversation) as meanwhile:
            await meanwhile.tell(words | {"text": "骂人的话"})
            await meanwhile.tell(a_text(guest))
            refused = await meanwhile.hear("error")
            assert (await house.ask(office, "DELETE", block)).status_code == 200
            await meanwhile.ended()
        async with house.line(guest.token, guest.conversation) as after:
            await after.tell(words | {"text": "对不起"})
            await desk.hear("typing", text="对不起")

    typed = [frame["text"] for frame in desk.heard if frame["t"] == "typing"]
    assert (refused["problem"]["code"], typed) == ("blocked", ["对不起"])
