"""Rows of the permission table for segments, care, portraits, points and dedicated service."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "segment.read": SERVING | LOOKING_ON,
    "segment.edit": HEADS,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/segments": "segment.read",
    "GET /api/v1/segments/{dimension}/{value}/members": "segment.read",
    "POST /api/v1/segments/recomputation": "segment.edit",
    "GET /api/v1/segment-fields": "segment.read",
    "GET /api/v1/segment-rules": "segment.read",
    "POST /api/v1/segment-rules": "segment.edit",
    "POST /api/v1/segment-rules/preview": "segment.edit",
    "PATCH /api/v1/segment-rules/{rule_id}": "segment.edit",
    "DELETE /api/v1/segment-rules/{rule_id}": "segment.edit",
    "GET /api/v1/segment-rules/{rule_id}/versions": "segment.read",
    "GET /api/v1/customers/{customer_id}/segments": "customer.read",
}
