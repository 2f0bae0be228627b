"""Things a test of approvals begins with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.workflows import Approval, ApprovalRequest, request_approval
from kefu.workflows.model_approvals import ApprovalPolicy


async def a_policy(db: Session, **given: Any) -> ApprovalPolicy:
    policy = ApprovalPolicy(**{"name": f"Policy {uuid7()}", "position": 1} | given)
    db.add(policy)
    await db.flush()
    return policy


async def an_approval(db: Session, *, by: UUID | None = None, **given: Any) -> Approval:
    request: dict[str, Any] = {
        "what": "refund",
        "subject_kind": "order",
        "subject": uuid7(),
        "reason": "客户收到破损商品，超出本人权限",
        "amount": 50_000,
        "currency": "CNY",
    }
    return await request_approval(db, ApprovalRequest(**request | given), by=by)
