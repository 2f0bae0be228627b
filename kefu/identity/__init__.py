"""Identity: who works here, in which teams, with which rights, and how they prove it."""

from kefu.identity.access import AgentName, TeamName, agent_for, agents_named, team_for, teams_named
from kefu.identity.actor import (
    CSRF_COOKIE,
    CSRF_HEADER,
    SESSION_COOKIE,
    Actor,
    BriefActor,
    CurrentActor,
    actor_for_agent,
    actor_for_cookie,
    actor_for_token,
)
from kefu.identity.attendance import attending
from kefu.identity.colleagues import (
    agents_at,
    department_heads,
    department_of,
    departments_called,
    departments_named,
    departments_of,
    members_of,
    members_of_teams,
    role_exists,
    team_heads,
    teams_called,
)
from kefu.identity.holders import agents_who_may
from kefu.identity.rights import PermissionsTable, permissions_table
from kefu.identity.sessions import addresses_of_sessions
from kefu.identity.setting_up import (
    create_administrator,
    first_administrator_link,
    has_administrator,
    invite_administrator,
)
from kefu.identity.signing_in import addresses_of_failures

__all__ = [
    "CSRF_COOKIE",
    "CSRF_HEADER",
    "SESSION_COOKIE",
    "Actor",
    "AgentName",
    "BriefActor",
    "CurrentActor",
    "PermissionsTable",
    "TeamName",
    "actor_for_agent",
    "actor_for_cookie",
    "actor_for_token",
    "addresses_of_failures",
    "addresses_of_sessions",
    "agent_for",
    "agents_at",
    "agents_named",
    "agents_who_may",
    "attending",
    "create_administrator",
    "department_heads",
    "department_of",
    "departments_called",
    "departments_named",
    "departments_of",
    "first_administrator_link",
    "has_administrator",
    "invite_administrator",
    "members_of",
    "members_of_teams",
    "permissions_table",
    "role_exists",
    "team_for",
    "team_heads",
    "teams_called",
    "teams_named",
]
