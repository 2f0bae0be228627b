"""Analytics' rows of the permission table."""

READING = {
    "shift_leader",
    "quality_inspector",
    "department_head",
    "administrator",
    "auditor",
}

GRANTS: dict[str, set[str]] = {"metric.read": READING}

ROUTES: dict[str, str] = {
    "GET /api/v1/metrics": "metric.read",
    "GET /api/v1/metrics/{name}": "metric.read",
    "GET /api/v1/uptime": "metric.read",
    "GET /api/v1/bottlenecks": "metric.read",
}
