"""Workflows' rows of the permission table."""

from kefu.workflows import permissions_processes

GRANTS: dict[str, set[str]] = {**permissions_processes.GRANTS}

ROUTES: dict[str, str] = {**permissions_processes.ROUTES}
