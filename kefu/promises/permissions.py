"""Promises' rows of the permission table."""

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
    "calendar.read": EVERYONE,
    "calendar.edit": HEADS,
    "policy.read": EVERYONE,
    "policy.edit": HEADS,
    "task.read": EVERYONE,
    "task.edit": WORKING,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/calendars": "calendar.read",
    "POST /api/v1/calendars": "calendar.edit",
    "POST /api/v1/calendars/openings": "calendar.read",
    "GET /api/v1/calendars/{calendar_id}": "calendar.read",
    "PATCH /api/v1/calendars/{calendar_id}": "calendar.edit",
    "DELETE /api/v1/calendars/{calendar_id}": "calendar.edit",
    "GET /api/v1/calendars/{calendar_id}/openings": "calendar.read",
    "GET /api/v1/policies": "policy.read",
    "POST /api/v1/policies": "policy.edit",
    "GET /api/v1/policies/promises": "policy.read",
    "GET /api/v1/policies/{policy_id}": "policy.read",
    "PATCH /api/v1/policies/{policy_id}": "policy.edit",
    "DELETE /api/v1/policies/{policy_id}": "policy.edit",
    "GET /api/v1/tasks": "task.read",
    "POST /api/v1/tasks": "task.edit",
    "GET /api/v1/tasks/counts": "task.read",
    "GET /api/v1/tasks/{task_id}": "task.read",
    "PATCH /api/v1/tasks/{task_id}": "task.edit",
    "PUT /api/v1/tasks/{task_id}/claim": "task.edit",
    "PUT /api/v1/tasks/{task_id}/completion": "task.edit",
    "DELETE /api/v1/tasks/{task_id}/completion": "task.edit",
}
