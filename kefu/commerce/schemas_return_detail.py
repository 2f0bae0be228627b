"""The shape of one case's page."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

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
    costs: list[CostRow]
    repair: list[RepairRow]
    cover: CoverRow | None
    allowed: list[str]
