"""Table of where each customer stands with each product."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base

PRE_PURCHASE, IN_USE, AFTER_SALES = "pre_purchase", "in_use", "after_sales"
STAGES = (PRE_PURCHASE, IN_USE, AFTER_SALES)


class ProductStage(Base):
    """A customer looks at a product, has it, or has something done about it; since when."""

    __tablename__ = "product_stages"
    __table_args__ = (
        one_of("stage", STAGES),
        Index("ix_product_stages_product_id_stage", "product_id", "stage"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    stage: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(default=now)
