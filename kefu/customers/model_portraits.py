"""Tables of portraits: what is counted of how a customer talks, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.customers.moving import moves_with_customer

STYLE, EXPERTISE, PATIENCE = "style", "expertise", "patience"
CHANNEL, HOURS = "channel", "hours"
CHOICES: dict[str, tuple[str, ...]] = {
    STYLE: ("terse", "detailed", "warm"),
    EXPERTISE: ("plain", "technical"),
    PATIENCE: ("patient", "pressing"),
    CHANNEL: (),
    HOURS: ("morning", "afternoon", "evening", "night"),
}
"""What an attribute may say; channels are those of the installation."""


class Talk(Base):
    """Counts over what the customer wrote in one conversation; the words themselves are not here.

    A row per conversation, so that it follows the conversation when customers are merged.
    """

    __tablename__ = "customer_talk"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(Text)
    messages: Mapped[int] = mapped_column(default=0)
    characters: Mapped[int] = mapped_column(BigInteger, default=0)
    questions: Mapped[int] = mapped_column(default=0)
    technical: Mapped[int] = mapped_column(default=0)
    pressing: Mapped[int] = mapped_column(default=0)
    warm: Mapped[int] = mapped_column(default=0)
    morning: Mapped[int] = mapped_column(default=0)
    afternoon: Mapped[int] = mapped_column(default=0)
    evening: Mapped[int] = mapped_column(default=0)
    night: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]


class PortraitTrait(Base):
    """One attribute of a portrait: what was learned, and what an agent said instead."""

    __tablename__ = "portrait_traits"
    __table_args__ = (
        CheckConstraint("confidence between 0 and 100", name="confidence"),
        CheckConstraint("num_nonnulls(learned, given) > 0", name="said"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    attribute: Mapped[str] = mapped_column(Text, primary_key=True)
    learned: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    learned_at: Mapped[datetime | None]
    given: Mapped[str | None] = mapped_column(Text)
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    given_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)


moves_with_customer("talk", Talk)
