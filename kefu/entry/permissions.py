"""Rows of the permission table for what the composition itself serves."""

GRANTS: dict[str, set[str]] = {}

ROUTES: dict[str, str] = {
    "POST /api/v1/socket/poll": "visitor",  # the hello frame says who it is, as on a socket
}
