"""The table of what exchanges cost more or less than the goods that came back."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import PaymentMethod, one_of
from kefu.commerce.model_orders import Payment, Refund
from kefu.commerce.model_returns import ReturnCase
from kefu.core.db import Base

PAID: Final = "paid"
REFUNDED: Final = "refunded"
WAIVED: Final = "waived"
WAYS = (PAID, REFUNDED, WAIVED)


class ExchangeDifference(Base):
    """What the customer of an exchange owes, or is owed below nothing, and how it was settled.

    `reason` says why it was waived; `payment_method_id` is the way of paying that was chosen when
    the exchange was asked for.
    """

    __tablename__ = "exchange_differences"
    __table_args__ = (
        one_of("way", WAYS),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("(way is null) = (settled_at is null)", name="settled"),
    )

    case_id: Mapped[UUID] = mapped_column(
        ForeignKey(ReturnCase.id, ondelete="CASCADE"), primary_key=True
    )
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text, default="CNY")
    payment_method_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentMethod.id))
    way: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Payment.id))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey(Refund.id))
    reason: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    settled_at: Mapped[datetime | None]

    def is_settled(self) -> bool:
        return self.way is not None

    def is_owed_to_customer(self) -> bool:
        return self.amount < 0
