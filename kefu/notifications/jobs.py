"""Jobs of notifications: mails, and forgetting what is old."""

from __future__ import annotations

from uuid import UUID

from kefu.core.db import Database
from kefu.core.jobs import Payload, job
from kefu.core.settings import settings
from kefu.notifications.delivery import deliver_by_mail, forget_old
from kefu.notifications.inbox import MAIL_JOB
from kefu.notifications.mail import mailer_for


@job(MAIL_JOB)
async def send_mail(payload: Payload, database: Database) -> None:
    mailer = mailer_for(settings())
    if mailer is not None:
        notification = UUID(payload["notification"])
        await deliver_by_mail(database, notification, mailer, base_url=settings().base_url)


@job("notifications.forget", schedule="40 3 * * *")
async def forget(_: Payload, database: Database) -> None:
    await forget_old(database)
