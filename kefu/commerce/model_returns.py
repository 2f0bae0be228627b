"""Tables of returns: cases with their lines, steps, pictures, refunds in each system and costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import Sku, one_of
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_order_care import AfterSaleRequest
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.workflows import Approval

REASONS = (
    "no_reason",
    "quality",
    "transport",
    "wrong_item",
    "missing_part",
    "not_as_described",
    "late",
    "misuse",
    "other",
)
METHODS = ("original", "balance", "bank", "none")
DETERMINATIONS = ("product_fault", "misuse", "transport", "as_new")
COST_KINDS = (
    "logistics_compensation",
    "repeated_inspection",
    "return_shipping",
    "repair",
    "goodwill",
)
SYSTEMS = ("crm", "finance")
VISIT_MODES = ("remote", "on_site")
COUNTS = ("plain", "business")


class ReturnCase(Base):
    """One application for goods or money back, a repair or an installation, until its end.

    `node` is where the case stands, in its `turn`th stay; `node_due_at` is when it should have
    left, so that lists sort by it, and `node_counts` how its hours were counted. `explanation` is
    what the automatic decision was made of.
    """

    __tablename__ = "return_cases"
    __table_args__ = (
        one_of("kind", ("return", "exchange", "repair", "installation", "refund_only")),
        one_of("status", ("open", "done", "refused", "rejected", "withdrawn", "expired")),
        one_of("reason", REASONS),
        one_of("method", METHODS),
        one_of("visit_mode", VISIT_MODES),
        one_of("node_counts", COUNTS),
        Index("ix_return_cases_board", "status", "node_due_at", "id"),
        Index("ix_return_cases_order_id", "order_id"),
        Index("ix_return_cases_customer_id", "customer_id", "id"),
        Index("ix_return_cases_applied_at", "applied_at"),
        Index("ix_return_cases_ended_at", "ended_at", postgresql_where="ended_at is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="open")
    node: Mapped[str] = mapped_column(Text, default="apply")
    turn: Mapped[int] = mapped_column(default=1)
    node_due_at: Mapped[datetime | None]
    node_counts: Mapped[str] = mapped_column(Text, default="plain")
    due_at: Mapped[datetime | None]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(Text, default="desk")
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text, default="original")
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(Text, default="CNY")
    fast_track: Mapped[bool] = mapped_column(default=False)
    explanation: Mapped[list[Any]] = mapped_column(default=list)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    historic: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    process_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(AfterSaleRequest.id, ondelete="SET NULL"), unique=True
    )
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Appointment.id), index=True)
    carrier: Mapped[str | None] = mapped_column(Text)
    tracking_number: Mapped[str | None] = mapped_column(Text, index=True)
    shipment_id: Mapped[UUID | None]
    visit_at: Mapped[datetime | None]
    visit_mode: Mapped[str | None] = mapped_column(Text)
    replacement_order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    applied_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def is_open(self) -> bool:
        return self.status == "open"

    def is_overdue(self, at: datetime) -> bool:
        """Late in its node, or over the time that was planned for the whole."""
        return self.is_overdue_here(at) or self.is_overdue_as_a_whole(at)

    def is_overdue_here(self, at: datetime) -> bool:
        return self.is_open() and self.node_due_at is not None and self.node_due_at < at

    def is_overdue_as_a_whole(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at < (self.ended_at or at)

    def cycle(self) -> timedelta | None:
        """From application to the end."""
        return self.ended_at - self.applied_at if self.ended_at else None


class ReturnLine(Base):
    """So many units of one line of the order; `amount` is what was paid for them."""

    __tablename__ = "return_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_return_lines_case_id", "case_id"),
        Index("ix_return_lines_order_line_id", "order_line_id"),
        Index("ix_return_lines_model", "model", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    order_line_id: Mapped[UUID] = mapped_column(ForeignKey("order_lines.id"))
    product_id: Mapped[UUID | None]
    wanted_sku_id: Mapped[UUID | None] = mapped_column(ForeignKey(Sku.id))
    model: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text, default="")
    quantity: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ReturnStep(Base):
    """One stay in one node: it waits from `entered_at`, is worked on from `begun_at`, and ends.

    `turn` counts the stays of a case. `counts` says whether the hours until `due_at` were plain or
    business time. `cause` names whose time it was, once the stay was longer
    than planned.
    """

    __tablename__ = "return_steps"
    __table_args__ = (
        UniqueConstraint("case_id", "turn"),
        one_of("counts", COUNTS),
        Index("ix_return_steps_entered_at", "entered_at"),
        Index("uq_return_steps_open", "case_id", unique=True, postgresql_where="left_at is null"),
        Index("ix_return_steps_left_at", "left_at", postgresql_where="left_at is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    turn: Mapped[int]
    node: Mapped[str] = mapped_column(Text)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    entered_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    counts: Mapped[str] = mapped_column(Text, default="plain")
    cause: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))


class ReturnPhoto(Base):
    """A picture of the goods; the bytes lie in the file store, under `key`."""

    __tablename__ = "return_photos"
    __table_args__ = (
        one_of("purpose", ("application", "inspection", "dispute")),
        Index("ix_return_photos_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(Text, default="application")
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    erased_at: Mapped[datetime | None]


class ReturnCost(Base):
    """What a case cost beyond its refund, by reason."""

    __tablename__ = "return_costs"
    __table_args__ = (
        one_of("kind", COST_KINDS),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_return_costs_case_id", "case_id"),
        Index("ix_return_costs_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text, default="CNY")
    note: Mapped[str] = mapped_column(Text, default="")
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class RefundApproval(Base):
    """A refund above what one agent may give alone: who asked, and what a second person said."""

    __tablename__ = "refund_approvals"

    refund_id: Mapped[UUID] = mapped_column(
        ForeignKey("refunds.id", ondelete="CASCADE"), primary_key=True
    )
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    limit: Mapped[int] = mapped_column(BigInteger)
    agreed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey(Approval.id), unique=True)


class RefundPosting(Base):
    """What one of the two systems booked for a refund, by whom and when; nothing is overwritten."""

    __tablename__ = "refund_postings"
    __table_args__ = (
        one_of("system", SYSTEMS),
        Index("ix_refund_postings_refund_id", "refund_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id", ondelete="CASCADE"))
    system: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    operator: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class ReturnPolicy(Base):
    """The settings of returns, a new version each time they change; the highest holds."""

    __tablename__ = "return_policies"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
