"""The simulated SMS gateway and group robots, asked by what really sends."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.jobs import JOBS
from kefu.core.settings import settings
from kefu.entry.cli import main
from kefu.entry.simulators.faults import Moods
from kefu.entry.simulators.gateways import TextGateway, gateway_app
from kefu.entry.simulators.groups import Groups, groups_app
from kefu.entry.tests.simulating import on_loopback
from kefu.notifications import GatewayTextSender, Robot, TextMessage, WebhookRobotSpeaker
from kefu.notifications.robots import RobotRefused, body_of
from kefu.notifications.text_messages import TextRefused
from kefu.workflows import jobs_automation  # noqa: F401 - it says what the job does
from kefu.workflows.automation_actions import ROBOT_JOB

TOKEN, SECRET = "gateway-token", "SEC-of-robots"
CODE = TextMessage("+8613800000011", "您的订单查询验证码是 650383", key="k-1")
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=ding-1234"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=wecom-5678"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/hook-9012"
ROBOTS = [
    Robot("dingtalk", DINGTALK, SECRET),
    Robot("wecom", WECOM),
    Robot("feishu", FEISHU, SECRET),
]


def calm() -> Moods:
    return Moods(share=0, seed=1)


def at_first(mood: str) -> Moods:
    """Of this mood at the first request, by a seed that begins with it."""
    return next(
        Moods(share=1, seed=seed) for seed in range(50) if Moods(share=1, seed=seed).next() == mood
    )


async def page_of(url: str, **asked: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(url, params=asked)).text


# ------------------------------------------------------------------------------------ SMS


async def test_a_text_message_is_sent_once_and_shown_with_its_number_masked() -> None:
    gateway = TextGateway(TOKEN, calm())
    async with on_loopback(gateway_app(gateway)) as url:
        sender = GatewayTextSender(f"{url}/sms", TOKEN)
        await sender.send(CODE)
        await sender.send(CODE)
        chinese, english = await page_of(url), await page_of(url, lang="en")

    (sent,) = gateway.sent.values()
    assert (sent.to, sent.text, sent.copies) == (CODE.to, CODE.text, 2)
    assert "+86138****0011" in chinese
    assert CODE.to not in chinese
    assert "短信网关模拟器" in chinese
    assert "Repeats known: 1" in english


@pytest.mark.parametrize("token", ["wrong", None])
async def test_a_gateway_takes_nothing_without_its_token(token: str | None) -> None:
    gateway = TextGateway(TOKEN, calm())
    async with on_loopback(gateway_app(gateway)) as url:
        with pytest.raises(TextRefused, match="401"):
            await GatewayTextSender(f"{url}/sms", token).send(CODE)

    assert not gateway.sent


@pytest.mark.parametrize(("mood", "sent"), [("busy", 0), ("silent", 1)])
async def test_a_refused_message_is_tried_again_and_goes_once(mood: str, sent: int) -> None:
    gateway = TextGateway(TOKEN, at_first(mood))
    async with on_loopback(gateway_app(gateway)) as url:
        sender = GatewayTextSender(f"{url}/sms", TOKEN)
        with pytest.raises(TextRefused, match="503"):
            await sender.send(CODE)
        before = len(gateway.sent)
        gateway.moods = calm()
        await sender.send(CODE)

    assert before == sent
    assert [one.copies for one in gateway.sent.values()] == [1 + sent]


async def test_one_key_with_two_messages_is_a_conflict() -> None:
    gateway = TextGateway(TOKEN, calm())
    async with on_loopback(gateway_app(gateway)) as url:
        sender = GatewayTextSender(f"{url}/sms", TOKEN)
        await sender.send(CODE)
        with pytest.raises(TextRefused, match="409"):
            await sender.send(TextMessage(CODE.to, "别的内容", key=CODE.key))

    assert [one.text for one in gateway.sent.values()] == [CODE.text]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "k"),
        (b"[]", "k"),
        (b'{"to": "1", "text": "x"}', "k"),
        (b'{"to": "1", "text": 7, "key": "k"}', "k"),
        (b'{"to": "1", "text": "x", "key": "k"}', "another"),
    ],
)
async def test_a_gateway_refuses_what_is_not_a_message(content: bytes, key: str) -> None:
    gateway = TextGateway(TOKEN, calm())
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}
    async with on_loopback(gateway_app(gateway)) as url, httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/sms", content=content, headers=headers)

    assert answer.status_code == 422
    assert not gateway.sent


def test_one_seed_has_the_same_moods_twice_and_about_its_share_of_bad_ones() -> None:
    both = (Moods(share=0.02, seed=4), Moods(share=0.02, seed=4))

    plays = [[moods.next() for _ in range(2000)] for moods in both]

    assert plays[0] == plays[1]
    assert set(plays[0]) == {"well", "busy", "silent"}
    assert 20 <= sum(mood != "well" for mood in plays[0]) <= 60


# --------------------------------------------------------------------------------- robots


@pytest.fixture
async def groups() -> AsyncIterator[tuple[Groups, str]]:
    made = Groups(SECRET, calm())
    async with on_loopback(groups_app(made)) as url:
        yield made, url


@pytest.mark.parametrize("robot", ROBOTS, ids=lambda robot: robot.maker)
async def test_each_makers_robot_says_it_in_its_group(
    groups: tuple[Groups, str], robot: Robot
) -> None:
    made, url = groups
    async with httpx.AsyncClient() as client:
        await WebhookRobotSpeaker(client, url).say(robot, "排队超过 20 人")
    shown = await page_of(url, lang="en")

    (said,) = made.said
    assert (said.maker, said.text) == (robot.maker, "排队超过 20 人")
    assert said.group == f"…{robot.url[-4:]}"
    assert "排队超过 20 人" in shown
    assert robot.url.rpartition("=")[2] not in shown


@pytest.mark.parametrize(
    ("robot", "code"),
    [
        (Robot("dingtalk", DINGTALK, "another"), 310000),
        (Robot("dingtalk", DINGTALK), 310000),
        (Robot("feishu", FEISHU, "another"), 19021),
        (Robot("feishu", FEISHU), 19021),
        (Robot("wecom", WECOM.partition("?")[0]), 93000),
    ],
)
async def test_a_robot_refuses_with_its_makers_code(
    groups: tuple[Groups, str], robot: Robot, code: int
) -> None:
    made, url = groups
    async with httpx.AsyncClient() as client:
        with pytest.raises(RobotRefused, match=str(code)):
            await WebhookRobotSpeaker(client, url).say(robot, "你好")

    assert not made.said


async def test_a_signature_of_two_hours_ago_does_not_hold(groups: tuple[Groups, str]) -> None:
    made, url = groups
    robot, path = ROBOTS[2], httpx.URL(FEISHU).path
    old, fresh = (int((now() - timedelta(hours=hours)).timestamp()) for hours in (2, 0))
    async with httpx.AsyncClient() as client:
        refused = await client.post(f"{url}{path}", json=body_of(robot, "你好", old))
        taken = await client.post(f"{url}{path}", json=body_of(robot, "你好", fresh))

    assert (refused.json()["code"], taken.json()["code"]) == (19021, 0)
    assert len(made.said) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"msgtype": "link"}', b'{"msgtype": "text"}'])
async def test_a_robot_says_nothing_it_cannot_read(groups: tuple[Groups, str], body: bytes) -> None:
    made, url = groups
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/cgi-bin/webhook/send?key=k", content=body)

    assert answer.json()["errcode"] == 40008
    assert not made.said


async def test_a_busy_robot_is_an_error_so_that_the_job_comes_again() -> None:
    made = Groups(SECRET, at_first("busy"))
    async with on_loopback(groups_app(made)) as url, httpx.AsyncClient() as client:
        with pytest.raises(httpx.HTTPStatusError, match="503"):
            await WebhookRobotSpeaker(client, url).say(ROBOTS[0], "你好")

    assert not made.said


@pytest.fixture
def robot_base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets what the operator says."""

    def set_to(url: str) -> None:
        monkeypatch.setenv("KEFU_ROBOT_BASE", url)
        settings.cache_clear()

    yield set_to
    settings.cache_clear()


async def test_the_job_of_a_rule_goes_where_the_operator_says(
    groups: tuple[Groups, str], robot_base: Any
) -> None:
    made, url = groups
    robot_base(url)
    params = {"maker": "dingtalk", "url": DINGTALK, "secret": SECRET, "words": "有逾期任务"}
    payload = {"name": "每日检查", "count": 2, "conversations": [], "params": params}

    await JOBS[ROBOT_JOB].run(payload, None)  # type: ignore[arg-type]

    assert [one.text for one in made.said] == ["有逾期任务\n\n每日检查 × 2"]


@pytest.mark.parametrize(
    "base",
    [
        "https://127.0.0.1:9105",
        "http://10.0.0.1:9105",
        "http://localhost:9105",
        "http://evil.example",
        "http://127.0.0.1@evil.example",
        "http://user@127.0.0.1:9105",
        "http://127.0.0.1:9105/path",
        "http://127.0.0.1:0",
        "",
    ],
)
async def test_calls_are_played_on_this_machine_only(base: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(ValueError, match="KEFU_ROBOT_BASE"):
            WebhookRobotSpeaker(client, base)


async def test_what_an_administrator_writes_down_is_guarded_all_the_same(
    groups: tuple[Groups, str],
) -> None:
    made, url = groups
    async with httpx.AsyncClient() as client:
        inside = Robot("dingtalk", f"{url}/robot/send?access_token=x", SECRET)
        with pytest.raises(Invalid):
            await WebhookRobotSpeaker(client, url).say(inside, "你好")

    assert not made.said


# ------------------------------------------------------------------------------- commands


def run(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main(list(arguments))
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.mark.parametrize(
    "command",
    [
        ["sms-simulator", "--token", "t"],
        ["robot-simulator"],
        ["shop-simulator", "--token", "t", "--secret", "s"],
        ["platform-simulator", "--inbox", "x", "--secret", "s"],
    ],
    ids=lambda command: command[0],
)
def test_a_port_that_is_taken_is_said_in_a_sentence(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run("demo", *command, "--port", str(port))

    assert code == 1
    assert f"Port {port} is taken" in said


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--kind", "app"], "kefu demo traffic"),
        (["--kind", "telephone"], "wechat_miniprogram"),
        (["--inbox", "x"], "--secret"),
        (["--secret", "x"], "--inbox"),
    ],
)
def test_a_platform_that_cannot_be_played_is_refused(options: list[str], reason: str) -> None:
    code, said = run("demo", "platform-simulator", *options)

    assert code == 1
    assert reason in said
