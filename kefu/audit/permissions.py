"""Audit's rows of the permission table."""

GRANTS: dict[str, set[str]] = {
    "audit.read": {"administrator", "auditor"},
    "facts.replay": {"administrator"},
}

ROUTES: dict[str, str] = {
    "GET /api/v1/audit": "audit.read",
    "GET /api/v1/audit/kinds": "audit.read",
    "GET /api/v1/audit/export": "audit.read",
    "GET /api/v1/facts/aside": "facts.replay",
    "POST /api/v1/facts/aside/replay": "facts.replay",
}
