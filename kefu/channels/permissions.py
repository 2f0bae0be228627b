"""Channels' rows of the permission table."""

GRANTS: dict[str, set[str]] = {}

ROUTES: dict[str, str] = {
    "OPTIONS /api/v1/widget/{inbox}/{path:path}": "public",
    "GET /api/v1/widget/{inbox}/config": "public",
    "POST /api/v1/widget/{inbox}/session": "public",
    "POST /api/v1/widget/{inbox}/conversations": "visitor",
    "POST /api/v1/widget/{inbox}/context": "visitor",
    "GET /api/v1/widget/{inbox}/messages": "visitor",
    "POST /api/v1/widget/{inbox}/messages": "visitor",
    "POST /api/v1/widget/{inbox}/rating": "visitor",
    "POST /api/v1/widget/{inbox}/offline-form": "visitor",
    "POST /api/v1/widget/{inbox}/human": "visitor",
}
