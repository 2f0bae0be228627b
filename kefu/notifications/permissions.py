"""Notifications' rows of the permission table: everybody has their own, nobody another's."""

GRANTS: dict[str, set[str]] = {}

ROUTES: dict[str, str] = {
    "GET /api/v1/notifications": "signed-in",
    "GET /api/v1/notifications/count": "signed-in",
    "GET /api/v1/notifications/{notification_id}/reason": "signed-in",
    "PUT /api/v1/notifications/read": "signed-in",
    "GET /api/v1/notifications/preferences": "signed-in",
    "PUT /api/v1/notifications/preferences": "signed-in",
}
