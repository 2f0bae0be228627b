from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from kefu.channels.tests.conftest import Desk, Guest, House
from kefu.channels.visitors import identity_hash
from kefu.conversations import Inbox
from kefu.core.ids import uuid7

SHOP = {"name": "商城", "channel": "web_chat"}


async def made(desk: Desk, **more: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", "/inboxes", SHOP | more)
    assert answer.status_code == 201, answer.text
    inbox: dict[str, Any] = answer.json()
    return inbox


async def test_an_inbox_is_made_and_its_secret_shown_once(desk: Desk) -> None:
    inbox = await made(desk, greeting="您好", allowed_origins=["https://Shop.example/", "*.b.cn"])

    shown = (await desk.ask("GET", f"/inboxes/{inbox['id']}")).json()

    assert len(inbox["secret"]) >= 32
    assert "secret" not in shown
    assert shown["allowed_origins"] == ["https://shop.example", "*.b.cn"]
    assert desk.house.pushed("inbox.changed")[-1]["details"]["change"] == "created"


async def test_an_inbox_is_changed_where_it_is_named(desk: Desk) -> None:
    inbox = await made(desk, greeting="您好", settings={"hours": "9–21"})

    changes = {"colour": "#aa0000", "settings": {"suggestions": ["退货"]}}
    shown = (await desk.ask("PATCH", f"/inboxes/{inbox['id']}", changes)).json()

    assert (shown["greeting"], shown["colour"]) == ("您好", "#aa0000")
    assert shown["settings"] == {"suggestions": ["退货"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"colour": "red"}, "colour"),
        ({"channel": "telepathy"}, "channel"),
        ({"allowed_origins": ["javascript:alert(1)"]}, "allowed_origins"),
        ({"allowed_origins": ["https://a.example; script-src *"]}, "allowed_origins"),
        ({"allowed_origins": ["*"]}, "allowed_origins"),
        ({"settings": {"hours": 9}}, "settings.hours"),
        ({"settings": {"magic": 1}}, "settings.magic"),
        ({"retention_days": 0}, "retention_days"),
        ({"team_id": str(uuid4())}, "team_id"),
        ({"locale": "zh CN"}, "locale"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    answer = await desk.ask("POST", "/inboxes", SHOP | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_channel_of_an_inbox_stays(desk: Desk) -> None:
    inbox = await made(desk)

    answer = await desk.ask("PATCH", f"/inboxes/{inbox['id']}", {"channel": "api"})

    assert (answer.status_code, answer.json()["field"]) == (422, "channel")


async def test_a_new_secret_ends_the_old_signatures(house: House, desk: Desk) -> None:
    inbox = await made(desk)
    guest = Guest(house, Inbox(id=inbox["id"]))
    signed = {"external_id": "u-7", "hash": identity_hash(inbox["secret"], "u-7")}
    await guest.come_in(identity=signed)

    renewed = (await desk.ask("PUT", f"/inboxes/{inbox['id']}/secret")).json()["secret"]

    answer = await Guest(house, guest.inbox).post("/session", {"identity": signed})
    assert renewed != inbox["secret"]
    assert answer.status_code == 403


async def test_an_inbox_put_away_takes_nobody_and_is_listed_when_asked_for(
    house: House, desk: Desk
) -> None:
    inbox = await made(desk)

    away = await desk.ask("DELETE", f"/inboxes/{inbox['id']}")
    again = await desk.ask("DELETE", f"/inboxes/{inbox['id']}")

    listed = {one["id"] for one in (await desk.ask("GET", "/inboxes")).json()}
    all_ = {one["id"] for one in (await desk.ask("GET", "/inboxes?archived=true")).json()}
    guest = Guest(house, Inbox(id=inbox["id"]))
    assert (away.status_code, again.status_code) == (204, 409)
    assert inbox["id"] not in listed
    assert inbox["id"] in all_
    assert (await guest.get("/config")).status_code == 404


async def test_the_snippet_is_one_line(desk: Desk) -> None:
    inbox = await made(desk)

    told = (await desk.ask("GET", f"/inboxes/{inbox['id']}/snippet")).json()

    base = desk.house.chosen.base_url
    assert told["html"] == (
        f'<script async src="{base}/widget.js" data-inbox="{inbox["id"]}"></script>'
    )


async def test_agents_see_what_inboxes_are_called_and_heads_how_they_are_set(
    house: House, desk: Desk
) -> None:
    await made(desk, greeting="您好")
    agent = Desk(house)
    await agent.sign_in("agent")

    theirs = (await agent.ask("GET", "/inboxes")).json()
    ours = (await desk.ask("GET", "/inboxes")).json()

    assert "greeting" not in theirs[0]
    assert "greeting" in ours[0]
    assert (await agent.ask("POST", "/inboxes", SHOP)).status_code == 403
    assert (await agent.ask("GET", f"/inboxes/{ours[0]['id']}")).status_code == 403


async def test_an_inbox_that_is_not_there(desk: Desk) -> None:
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/snippet")]:
        answer = await desk.ask(method, f"/inboxes/{uuid7()}{path}", {} if path == "" else None)
        assert answer.status_code == 404
