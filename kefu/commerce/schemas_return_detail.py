"""The shape of one case's page."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from kefu.commerce.schemas_inspections import DisputeRow, InspectionRow
from kefu.commerce.schemas_returns import (
    ConditionRow,
    CostRow,
    CoverRow,
    NodeShown,
    PhotoRow,
    RefundRow,
    RepairRow,
    ReturnRow,
    StepRow,
)
from kefu.core.shapes import Shape, line_of, text_of

PaidBy = Literal[
    "alipay", "wechat_pay", "union_pay", "credit_card", "debit_card", "bank_transfer", "other"
]


class DifferencePaid(Shape):
    """Charged from a way of paying that is known, or received elsewhere under a reference."""

    payment_method: UUID | None = None
    kind: PaidBy | None = None
    reference: line_of(64, least=0) = ""  # type: ignore[valid-type]


class DifferenceRefund(Shape):
    note: text_of(500) = ""  # type: ignore[valid-type]


class DifferenceWaiver(Shape):
    reason: text_of(500)  # type: ignore[valid-type]


class DifferenceRow(BaseModel):
    """What an exchange costs more, or less below nothing; `allowed` says what its reader may do."""

    amount: int
    currency: str
    state: Literal["open", "waits", "settled"]
    way: Literal["paid", "refunded", "waived"] | None
    reason: str
    payment_method_id: UUID | None
    settled_by: str | None
    settled_at: datetime | None
    allowed: list[Literal["pay", "refund", "waive"]]


class ReturnDetail(ReturnRow):
    """A case with everything about it; `allowed` names what this reader may do now."""

    conversation_id: UUID | None
    channel: str
    note: str
    decision_note: str
    method: str
    explanation: list[ConditionRow]
    carrier: str | None
    suggested_carrier: str | None
    tracking_number: str | None
    visit_at: datetime | None
    visit_mode: Literal["remote", "on_site"] | None
    replacement_order_id: UUID | None
    process_id: UUID | None
    process: list[NodeShown]
    steps: list[StepRow]
    photos: list[PhotoRow]
    inspections: list[InspectionRow]
    disputes: list[DisputeRow]
    refunds: list[RefundRow]
    difference: DifferenceRow | None
    costs: list[CostRow]
    repair: list[RepairRow]
    cover: CoverRow | None
    allowed: list[str]
