"""Identity: who works here, in which teams, with which rights, and how they prove it."""

from kefu.identity.access import AgentName, TeamName, agent_for, agents_named, team_for, teams_named
from kefu.identity.actor import (
    CSRF_COOKIE,
    CSRF_HEADER,
    SESSION_COOKIE,
    Actor,
    CurrentActor,
    actor_for_agent,
    actor_for_cookie,
    actor_for_token,
)
from kefu.identity.rights import PermissionsTable, permissions_table

__all__ = [
    "CSRF_COOKIE",
    "CSRF_HEADER",
    "SESSION_COOKIE",
    "Actor",
    "AgentName",
    "CurrentActor",
    "PermissionsTable",
    "TeamName",
    "actor_for_agent",
    "actor_for_cookie",
    "actor_for_token",
    "agent_for",
    "agents_named",
    "permissions_table",
    "team_for",
    "teams_named",
]
