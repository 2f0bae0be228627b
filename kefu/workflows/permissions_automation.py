"""Rows of the permission table for automation and approvals."""

WORKING = {
    "agent",
    "senior_agent",
    "expert",
    "shift_leader",
    "quality_inspector",
    "trainer",
    "department_head",
    "other_department",
    "administrator",
}
EVERYONE = WORKING | {"auditor"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "approval.read": EVERYONE,
    "approval.decide": WORKING,
    "approval.decide_any": HEADS,
    "approval_policy.read": HEADS | {"auditor"},
    "approval_policy.edit": HEADS,
    "automation.read": HEADS | {"shift_leader", "auditor"},
    "automation.edit": HEADS,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/approvals": "approval.read",
    "GET /api/v1/approvals/waiting": "approval.read",
    "GET /api/v1/approvals/{approval_id}": "approval.read",
    "PUT /api/v1/approvals/{approval_id}/decision": "approval.decide",
    "PUT /api/v1/approvals/{approval_id}/delegation": "approval.decide",
    "PUT /api/v1/approvals/{approval_id}/withdrawal": "approval.read",
    "GET /api/v1/approval-policies": "approval_policy.read",
    "POST /api/v1/approval-policies": "approval_policy.edit",
    "PATCH /api/v1/approval-policies/{policy_id}": "approval_policy.edit",
    "DELETE /api/v1/approval-policies/{policy_id}": "approval_policy.edit",
    "GET /api/v1/automation/offers": "automation.read",
    "GET /api/v1/automation/rules": "automation.read",
    "POST /api/v1/automation/rules": "automation.edit",
    "GET /api/v1/automation/rules/{rule_id}": "automation.read",
    "PATCH /api/v1/automation/rules/{rule_id}": "automation.edit",
    "DELETE /api/v1/automation/rules/{rule_id}": "automation.edit",
    "GET /api/v1/automation/rules/{rule_id}/versions": "automation.read",
    "POST /api/v1/automation/previews": "automation.read",
    "POST /api/v1/automation/explanations": "automation.read",
    "GET /api/v1/automation/runs": "automation.read",
    "POST /api/v1/automation/runs/{run_id}/retry": "automation.edit",
}
