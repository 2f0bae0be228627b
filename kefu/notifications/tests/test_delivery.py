from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy import select

from kefu.core.clock import frozen, now
from kefu.core.db import Database
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.identity.tests.factories import an_agent
from kefu.notifications import (
    Mail,
    MemoryMailer,
    Robot,
    WebhookRobotSpeaker,
    mailer_for,
    mark_read,
)
from kefu.notifications.delivery import deliver_by_mail, forget_old
from kefu.notifications.mail import SmtpMailer
from kefu.notifications.model import Notification
from kefu.notifications.robots import RobotRefused
from kefu.notifications.tests.factories import a_kind, a_notification

BASE = "https://kefu.example.com"


@pytest.fixture(autouse=True)
def kind() -> Iterator[str]:
    with a_kind() as kind:
        yield kind


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def told(database: Database, locale: str = "zh-CN") -> tuple[UUID, UUID]:
    """An agent and their notification."""
    async with database.transaction() as db:
        agent = await an_agent(db, email="lin@example.com", locale=locale)
        await a_notification(db, agent.id, conversation=uuid7())
        return agent.id, (await db.scalars(select(Notification.id))).one()


@pytest.mark.parametrize(
    ("locale", "title", "greeting"),
    [("zh-CN", "发生了一件事", "林晓，您好"), ("en", "Something happened", "Hello 林晓")],
)
async def test_a_mail_is_sent_once_in_the_agents_language(
    database: Database, locale: str, title: str, greeting: str
) -> None:
    _, notification = await told(database, locale)
    mailer = MemoryMailer()

    await deliver_by_mail(database, notification, mailer, base_url=BASE)
    await deliver_by_mail(database, notification, mailer, base_url=BASE)

    [mail] = mailer.sent
    assert mail.to == "lin@example.com"
    assert mail.subject == f"[Kefu] {title}"
    assert greeting in mail.text
    assert f"{BASE}/console/conversations/" in mail.text


async def test_what_was_read_in_time_is_not_mailed(database: Database) -> None:
    agent, notification = await told(database)
    async with database.transaction() as db:
        await mark_read(db, agent)
    mailer = MemoryMailer()

    await deliver_by_mail(database, notification, mailer, base_url=BASE)

    assert mailer.sent == []


async def test_notifications_are_forgotten_after_three_months(database: Database) -> None:
    agent, _ = await told(database)
    with frozen(now() + timedelta(days=91)):
        async with database.transaction() as db:
            young = await a_notification(db, agent)

        await forget_old(database)

    async with database.transaction() as db:
        assert (await db.scalars(select(Notification.subject))).all() == [young]


# ----------------------------------------------------------------------------------- SMTP


@asynccontextmanager
async def a_mail_server() -> AsyncIterator[tuple[int, list[bytes]]]:
    """The few words of SMTP that a sender needs; keeps what it was told."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            heard.append(line)
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                heard.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


async def test_smtp_carries_a_chinese_letter() -> None:
    async with a_mail_server() as (port, heard):
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}?from=desk@example.com")
        await mailer.send(Mail("lin@example.com", "承诺已超时", "请查看", key="k1"))

    spoken = b"".join(heard)
    assert b"mail FROM:<desk@example.com>" in spoken
    assert b"rcpt TO:<lin@example.com>" in spoken
    assert b"Message-ID: <k1@example.com>" in spoken
    assert b"=?utf-8?" in spoken


@pytest.mark.parametrize("login", ["user:secret@", ""])
async def test_a_server_without_encryption_gets_no_password(login: str) -> None:
    option = "" if login else "?tls=required"
    async with a_mail_server() as (port, heard):
        mailer = SmtpMailer(f"smtp://{login}127.0.0.1:{port}{option}")
        with pytest.raises(OSError, match="encryption"):
            await mailer.send(Mail("lin@example.com", "x", "y", key="k1"))

    assert b"AUTH" not in b"".join(heard)


@pytest.mark.parametrize("url", ["http://mail.example.com", "smtp://", "mail.example.com"])
def test_an_odd_mail_address_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="KEFU_SMTP_URL"):
        mailer_for(Settings(smtp_url=url))


def test_without_a_mail_server_there_is_no_mailer() -> None:
    assert mailer_for(Settings(smtp_url=None, demo=False)) is None


async def test_a_demo_without_a_mail_server_keeps_its_letters_in_a_file(tmp_path: Path) -> None:
    mailer = mailer_for(Settings(smtp_url=None, demo=True, var=tmp_path))
    assert mailer is not None

    await mailer.send(Mail("lin@example.com", "您的电子发票", "您好", key="k1"))

    (line,) = (tmp_path / "mails.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["to"], json.loads(line)["subject"]) == (
        "lin@example.com",
        "您的电子发票",
    )
    assert (tmp_path / "mails.jsonl").stat().st_mode & 0o077 == 0


# --------------------------------------------------------------------------------- robots


ROBOTS = [
    Robot("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", secret="s"),
    Robot("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"),
    Robot("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/h", secret="s"),
]


@pytest.mark.parametrize("robot", ROBOTS, ids=lambda robot: robot.maker)
async def test_each_makers_robot_gets_the_shape_it_reads(robot: Robot) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"errcode": 0})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with frozen(datetime(2026, 3, 2, tzinfo=UTC)):
            await WebhookRobotSpeaker(client).say(robot, "排队超过 20 人")

    body = orjson.loads(asked[0].content)
    assert "排队超过 20 人" in orjson.dumps(body).decode()
    assert body.get("msgtype", body.get("msg_type")) == "text"
    assert ("sign" in asked[0].url.params) == (robot.maker == "dingtalk")
    assert ("sign" in body) == (robot.maker == "feishu")
    assert set(robot_params(robot)) <= set(asked[0].url.params)


def robot_params(robot: Robot) -> list[str]:
    return list(httpx.URL(robot.url).params)


async def test_a_robot_that_refuses_is_an_error() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"errcode": 310000, "errmsg": "sign not match"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(RobotRefused, match="310000"):
            await WebhookRobotSpeaker(client).say(ROBOTS[1], "hello")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/robot/send", "http://oapi.dingtalk.com/", "https://x@evil.test/"]
)
def test_only_the_makers_own_hosts_are_called(url: str) -> None:
    with pytest.raises(Invalid):
        Robot("dingtalk", url).check()
