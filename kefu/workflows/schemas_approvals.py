"""Shapes of requests and answers of approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of, text_of
from kefu.workflows.approvals import COMMENT_LIMIT, MOST
from kefu.workflows.model_approvals import DAY

Amount = Annotated[int, Field(ge=0, le=MOST)]
What = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Person(BaseModel):
    id: UUID
    name: str


class ApprovalRow(BaseModel):
    id: UUID
    what: str
    subject_kind: str
    subject: UUID
    conversation: UUID | None
    customer: UUID | None
    amount: int | None
    currency: str | None
    limit: int | None
    reason: str
    state: str
    comment: str
    due_at: datetime | None
    overdue: bool
    escalated_at: datetime | None
    decided_at: datetime | None
    created_at: datetime
    approver_role: str | None
    approver_department: str | None
    may_decide: bool
    may_withdraw: bool
    requested_by: Person | None
    approver: Person | None
    delegated_to: Person | None
    escalated_to: Person | None
    decided_by: Person | None


class HistoryLine(BaseModel):
    kind: str
    at: datetime
    actor: str | None
    approver: str | None


class ApprovalDetail(ApprovalRow):
    payload: dict[str, object]
    history: list[HistoryLine]


class Waiting(BaseModel):
    waiting: int


class Decision(Shape):
    granted: bool
    comment: text_of(COMMENT_LIMIT) = ""  # type: ignore[valid-type]


class Delegation(Shape):
    agent_id: UUID


class NewApprovalPolicy(Shape):
    name: line_of(80)  # type: ignore[valid-type]
    position: Annotated[int, Field(ge=0, le=10_000)] = 100
    active: bool = True
    kinds: Annotated[list[What], Field(max_length=30)] = Field(default_factory=list)
    from_amount: Amount | None = None
    below_amount: Amount | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    approver_id: UUID | None = None
    approver_role: line_of(60) | None = None  # type: ignore[valid-type]
    approver_department_id: UUID | None = None
    deadline_seconds: Annotated[int, Field(ge=60, le=90 * DAY)] = DAY


class ApprovalPolicyChange(Shape):
    name: line_of(80) = "-"  # type: ignore[valid-type]
    position: Annotated[int, Field(ge=0, le=10_000)] = 100
    active: bool = True
    kinds: Annotated[list[What], Field(max_length=30)] = Field(default_factory=list)
    from_amount: Amount | None = None
    below_amount: Amount | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    approver_id: UUID | None = None
    approver_role: line_of(60) | None = None  # type: ignore[valid-type]
    approver_department_id: UUID | None = None
    deadline_seconds: Annotated[int, Field(ge=60, le=90 * DAY)] = DAY


class ApprovalPolicyRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    position: int
    active: bool
    kinds: list[str]
    from_amount: int | None
    below_amount: int | None
    currency: str
    approver_id: UUID | None
    approver_role: str | None
    approver_department_id: UUID | None
    deadline_seconds: int
    created_at: datetime
    updated_at: datetime
