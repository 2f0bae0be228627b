"""Who had a conversation that changed hands hears no more of it on the socket that is open."""

from __future__ import annotations

import pytest

from kefu.identity.model import Team
from kefu.identity.tests.factories import a_team
from tests.house import House, a_text

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUMMARY = {"summary": "客户要退帐篷", "reason": "expertise"}


async def test_who_handed_over_hears_no_more_and_is_told(house: House) -> None:
    _, office = await house.agent()
    former, had = await house.agent("agent")
    latter, has = await house.agent("agent")
    guest = await house.guest()
    async with house.line(guest.token, guest.conversation) as customer:
        await customer.tell(a_text(guest, "在吗?"))
        await customer.hear("ack")
        path = f"/conversations/{guest.conversation}"
        assert (await house.ask(had, "POST", f"{path}/claim", {})).status_code == 200
        async with house.line(had, guest.conversation) as line:
            goal = SUMMARY | {"assignee_id": str(latter.id)}
            moved = await house.ask(office, "PUT", f"{path}/assignment", goal)
            assert moved.status_code == 200, moved.text
            await line.hear("gone", conversation=guest.conversation)

            async with house.line(has, guest.conversation) as next_line:
                await customer.tell(a_text(guest, "我的身份证号是保密的"))
                await next_line.hear("event", kind="message.received")
                refused = {"t": "subscribe", "conversation": guest.conversation, "seq": 0}
                await line.tell(refused)
                assert (await line.hear("error"))["problem"]["code"] == "not_found"

            kinds = [frame.get("kind") for frame in line.heard]
            assert kinds.count("message.received") == 0
    assert former.id != latter.id


async def test_who_still_may_see_it_hears_on(house: House) -> None:
    team = await _team(house)
    _, office = await house.agent()
    latter, _ = await house.agent("agent", teams=(team,))
    _, leads = await house.agent("shift_leader", teams=(team,))
    guest = await house.guest()
    path = f"/conversations/{guest.conversation}/assignment"
    goal = SUMMARY | {"team_id": str(team.id)}
    assert (await house.ask(office, "PUT", path, goal)).status_code == 200
    async with (
        house.line(guest.token, guest.conversation) as customer,
        house.line(leads, guest.conversation) as leader,
        house.line(office, guest.conversation) as administrator,
    ):
        goal = SUMMARY | {"assignee_id": str(latter.id)}
        assert (await house.ask(office, "PUT", path, goal)).status_code == 200
        await leader.hear("event", kind="conversation.transferred")

        await customer.tell(a_text(guest, "还在吗?"))

        for line in (leader, administrator):
            await line.hear("event", kind="message.received")
            assert "gone" not in {frame["t"] for frame in line.heard}


async def _team(house: House) -> Team:
    async with house.database.transaction() as db:
        return await a_team(db)
