"""Jobs of notices: those that go by mail or by text message."""

from __future__ import annotations

from uuid import UUID

from kefu.channels.notices import MAIL_JOB, TEXT_JOB, mail_notice, text_notice
from kefu.core.db import Database
from kefu.core.jobs import Payload, job
from kefu.core.settings import settings
from kefu.notifications import mailer_for, text_sender_for


@job(MAIL_JOB)
async def send_notice(payload: Payload, database: Database) -> None:
    await mail_notice(database, UUID(payload["notice"]), mailer_for(settings()))


@job(TEXT_JOB)
async def text_one(payload: Payload, database: Database) -> None:
    await text_notice(database, UUID(payload["notice"]), text_sender_for(settings()))
