"""Tables of approvals: what waits for somebody's yes, and the policies that say whose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

DAY = 24 * 3600


class State(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class ApprovalPolicy(Base):
    """Who decides about what, by kind and amount: the first active one that fits is taken.

    A person, or everybody of a role, of a department, or of a role in a department.
    """

    __tablename__ = "approval_policies"
    __table_args__ = (
        CheckConstraint(
            "approver_id is not null or approver_role is not null "
            "or approver_department_id is not null",
            name="approver",
        ),
        Index("ix_approval_policies_position", "position", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    position: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    from_amount: Mapped[int | None] = mapped_column(BigInteger)
    below_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text, default="CNY")
    approver_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    approver_role: Mapped[str | None] = mapped_column(Text)
    approver_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    deadline_seconds: Mapped[int] = mapped_column(default=DAY)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def fits(self, what: str, amount: int | None, currency: str | None) -> bool:
        """Whether it speaks of this; a threshold holds for amounts in its own currency."""
        if self.kinds and what not in self.kinds:
            return False
        if self.from_amount is None and self.below_amount is None:
            return True
        if amount is None or currency != self.currency:
            return False
        is_enough = self.from_amount is None or amount >= self.from_amount
        return is_enough and (self.below_amount is None or amount < self.below_amount)


class Approval(Base):
    """One question to whoever may decide; the approvers are copied from the policy of that day.

    `key` is the asker's own: asking twice with one key asks once.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        Index("uq_approvals_key", "key", unique=True, postgresql_where="key is not null"),
        Index("ix_approvals_state_id", "state", "id"),
        Index("ix_approvals_subject", "subject", "id"),
        Index("ix_approvals_requested_by", "requested_by", "id"),
        Index("ix_approvals_decided_by", "decided_by", "id"),
        Index("ix_approvals_customer", "customer", postgresql_where="customer is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    what: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    conversation: Mapped[UUID | None]
    customer: Mapped[UUID | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(Text)
    limit_amount: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    policy_id: Mapped[UUID | None]
    approver_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    approver_role: Mapped[str | None] = mapped_column(Text)
    approver_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    delegated_to: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    escalated_to: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    escalated_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(Text, default=State.PENDING)
    due_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def is_pending(self) -> bool:
        return self.state == State.PENDING

    def names_nobody(self) -> bool:
        """No policy fitted: whoever may decide about anything decides."""
        return not (self.approver_id or self.approver_role or self.approver_department_id)
