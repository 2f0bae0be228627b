"""Workflows' rows of the permission table."""

from kefu.workflows import permissions_automation, permissions_processes

GRANTS: dict[str, set[str]] = {**permissions_processes.GRANTS, **permissions_automation.GRANTS}

ROUTES: dict[str, str] = {**permissions_processes.ROUTES, **permissions_automation.ROUTES}
