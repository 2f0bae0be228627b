"""Jobs of automation: what goes out to group chats and by mail, and forgetting old lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.jobs import GiveUp, Payload, job
from kefu.core.settings import settings
from kefu.notifications import Mail, Mailer, RobotSpeaker, WebhookRobotSpeaker, mailer_for
from kefu.workflows.automation_actions import MAIL_JOB, ROBOT_JOB, robot_of
from kefu.workflows.automation_log import forget_before

KEPT = timedelta(days=30)


@job(ROBOT_JOB, attempts=5)
async def say_in_group(payload: Payload, _: Database) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        speaker = WebhookRobotSpeaker(client, settings().robot_base)
        await say(payload, speaker, base_url=settings().base_url)


@job(MAIL_JOB, attempts=5)
async def send_mail(payload: Payload, _: Database) -> None:
    mailer = mailer_for(settings())
    if mailer is None:
        raise GiveUp("No mail server is set up: KEFU_SMTP_URL.")
    await write(payload, mailer, base_url=settings().base_url)


@job("automation.forget", schedule="50 3 * * *")
async def forget(_: Payload, database: Database) -> None:
    await forget_before(database, now() - KEPT)


async def say(payload: Payload, speaker: RobotSpeaker, *, base_url: str) -> None:
    await speaker.say(robot_of(payload["params"]), words_of(payload, base_url))


async def write(payload: Payload, mailer: Mailer, *, base_url: str) -> None:
    params = payload["params"]
    text = words_of(payload, base_url)
    await mailer.send(Mail(params["to"], params["subject"], text, key=payload["key"]))


def words_of(payload: dict[str, Any], base_url: str) -> str:
    """What the rule says, how many it is about, and where to look; it names no customer."""
    lines = [payload["params"]["words"], "", f"{payload['name']} × {payload['count']}"]
    lines += [f"{base_url}/console/conversations/{one}" for one in payload["conversations"]]
    return "\n".join(lines)
