"""Rows of the permission table for one-to-one service and feedback on the desk."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "auditor"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "dedicated.read": LEADING | LOOKING_ON,
    "dedicated.assign": LEADING,
    "dedicated.edit": HEADS,
    "desk.rate": SERVING | LOOKING_ON | {"trainer", "other_department"},
    "desk.ratings": HEADS | LOOKING_ON,
}

ROUTES: dict[str, str] = {
    "POST /api/v1/desk-feedback": "desk.rate",
    "GET /api/v1/desk-feedback": "desk.ratings",
    "GET /api/v1/desk-feedback/report": "desk.ratings",
    "GET /api/v1/dedicated-service": "dedicated.read",
    "PATCH /api/v1/dedicated-service": "dedicated.edit",
    "POST /api/v1/dedicated-service/balancing": "dedicated.edit",
    "GET /api/v1/dedicated-service/load": "dedicated.read",
    "GET /api/v1/dedicated-service/agents/{agent_id}/customers": "dedicated.read",
    "GET /api/v1/dedicated-service/mine": "customer.read",
    "GET /api/v1/customers/{customer_id}/dedicated-agent": "customer.read",
    "PUT /api/v1/customers/{customer_id}/dedicated-agent": "dedicated.assign",
}
