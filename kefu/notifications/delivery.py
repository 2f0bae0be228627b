"""Delivery: a notification leaves the house as a mail in the agent's language, once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.ids import uuid7_at_least
from kefu.identity import AgentName, actor_for_agent, agents_named
from kefu.notifications.kinds import KINDS
from kefu.notifications.mail import Mail, Mailer
from kefu.notifications.model import Notification

KEPT = timedelta(days=90)
BATCH = 2000


async def deliver_by_mail(
    database: Database, notification_id: UUID, mailer: Mailer, *, base_url: str
) -> None:
    """Send the mail of a notification, unless it was sent or read before.

    No transaction is open while the other side answers; a repeat after a crash carries the same
    Message-ID.
    """
    async with database.transaction() as db:
        notification = await db.get(Notification, notification_id)
        if notification is None or notification.mailed_at or has_been_seen(notification):
            return
        agent = (await agents_named(db, [notification.agent_id])).get(notification.agent_id)
        actor = await actor_for_agent(db, notification.agent_id)
    if agent is None or actor is None:  # they have left
        return
    await mailer.send(composed(notification, agent, actor.locale, base_url))
    async with database.transaction() as db:
        sent = update(Notification).where(Notification.id == notification_id)
        await db.execute(sent.values(mailed_at=now()))


def has_been_seen(notification: Notification) -> bool:
    """Read in the centre; one kept out of the centre was stored as read at once."""
    return notification.read_at is not None and notification.read_at > notification.at


def composed(notification: Notification, agent: AgentName, locale: str, base_url: str) -> Mail:
    """A short letter that says what happened and where to look; it quotes nobody."""
    kind = KINDS.get(notification.kind)
    title = kind.title(locale) if kind else notification.kind
    place = f"{base_url}/console/"
    if notification.conversation:
        place += f"conversations/{notification.conversation}"
    chinese = locale.startswith("zh")
    greeting = f"{agent.name}，您好：" if chinese else f"Hello {agent.name},"
    look = "请在客服工作台查看：" if chinese else "Please have a look in the workspace:"
    text = f"{greeting}\n\n{title}\n\n{look}\n{place}\n"
    return Mail(agent.email, f"[Kefu] {title}", text, key=str(notification.id))


async def forget_old(database: Database) -> None:
    """Delete notifications after three months, some at a time."""
    oldest = uuid7_at_least(now() - KEPT)
    deleted = BATCH
    while deleted == BATCH:
        async with database.transaction() as db:
            old = (
                Notification.__table__.select()
                .with_only_columns(Notification.id)
                .where(Notification.id < oldest)
                .limit(BATCH)
            )
            query = delete(Notification).where(Notification.id.in_(old)).returning(Notification.id)
            deleted = len((await db.scalars(query)).all())
