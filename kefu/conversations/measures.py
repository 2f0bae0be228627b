"""Figures of conversations: transfers, repeated descriptions, experience over all channels."""

from __future__ import annotations

from sqlalchemy import func, select

from kefu.conversations.experience import by_channel, told_in
from kefu.conversations.model import Conversation
from kefu.core.db import Session
from kefu.core.measures import Measured, Period, mean, measure, share


@measure("transfers_per_conversation", unit="ratio", better="down", source="R022")
async def transfers_per_conversation(db: Session, period: Period) -> Measured:
    """Changes of hands over the conversations that began in the period."""
    total, count = (
        await db.execute(
            select(func.coalesce(func.sum(Conversation.transfers), 0), func.count()).where(
                Conversation.created_at >= period.since, Conversation.created_at < period.until
            )
        )
    ).one()
    return mean(total, count)


@measure("repeated_descriptions", unit="percent", better="down", target=0, source="R022")
async def repeated_descriptions(db: Session, period: Period) -> Measured:
    """Handed-over conversations in which the customer had to explain again."""
    repeated, count = (
        await db.execute(
            select(func.count().filter(Conversation.repeated_description), func.count()).where(
                Conversation.created_at >= period.since,
                Conversation.created_at < period.until,
                Conversation.transfers > 0,
            )
        )
    ).one()
    return share(repeated, count)


@measure("omnichannel_experience", unit="score", better="up", source="R031")
async def omnichannel_experience(db: Session, period: Period) -> Measured:
    """The index over everybody's conversations that began in the period, and of each channel."""
    return by_channel(await told_in(db, since=period.since, until=period.until))
