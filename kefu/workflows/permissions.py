"""Workflows' rows of the permission table."""

from kefu.workflows import permissions_automation

GRANTS: dict[str, set[str]] = {**permissions_automation.GRANTS}

ROUTES: dict[str, str] = {**permissions_automation.ROUTES}
