"""Workflows: what happens by rule: automation, and approvals by whoever may decide."""

from kefu.workflows.approvals import (
    ApprovalRequest,
    approvals_about,
    approvals_with,
    request_approval,
    withdraw_approval,
)
from kefu.workflows.model_approvals import Approval
from kefu.workflows.model_approvals import State as ApprovalState

__all__ = [
    "Approval",
    "ApprovalRequest",
    "ApprovalState",
    "approvals_about",
    "approvals_with",
    "request_approval",
    "withdraw_approval",
]
