"""Rows of the permission table for segments, care, portraits, points and dedicated service."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "segment.read": SERVING | LOOKING_ON,
    "segment.edit": HEADS,
    "care.read": SERVING | LOOKING_ON,
    "care.edit": HEADS,
    "points.redeem": SERVING,
    "points.settle": LEADING,
    "points.adjust": LEADING,
    "points.edit": HEADS,
    "product.recommend": SERVING,
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
    "GET /api/v1/customers/{customer_id}/standing": "customer.read",
    "GET /api/v1/customers/{customer_id}/overview": "customer.read",
    "PUT /api/v1/customers/{customer_id}/portrait/{attribute}": "customer.edit",
    "POST /api/v1/customers/{customer_id}/portrait/use": "customer.edit",
    "GET /api/v1/care-plans": "care.read",
    "POST /api/v1/care-plans": "care.edit",
    "PATCH /api/v1/care-plans/{plan_id}": "care.edit",
    "DELETE /api/v1/care-plans/{plan_id}": "care.edit",
    "GET /api/v1/care-courses": "care.read",
    "GET /api/v1/customers/{customer_id}/points": "customer.read",
    "POST /api/v1/customers/{customer_id}/points": "points.adjust",
    "POST /api/v1/customers/{customer_id}/redemptions": "points.redeem",
    "GET /api/v1/redemptions": "customer.read",
    "PUT /api/v1/redemptions/{redemption_id}/fulfilment": "points.settle",
    "PUT /api/v1/redemptions/{redemption_id}/cancellation": "points.settle",
    "GET /api/v1/points-rules": "customer.read",
    "PATCH /api/v1/points-rules": "points.edit",
    "GET /api/v1/customers/{customer_id}/recommendations": "customer.read",
    "POST /api/v1/customers/{customer_id}/recommendations": "product.recommend",
}
