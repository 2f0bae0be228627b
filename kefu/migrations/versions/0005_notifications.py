"""Notifications: what agents are told, and how each wants to be told.

Revision ID: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = """
create table notifications (
  id uuid constraint pk_notifications primary key,
  agent_id uuid not null constraint fk_notifications_agent_id_agents references agents (id),
  kind text not null,
  subject_kind text not null,
  subject uuid not null,
  conversation uuid,
  actor uuid,
  params jsonb not null,
  count integer not null,
  at timestamptz not null,
  read_at timestamptz,
  mailed_at timestamptz
);
create unique index uq_notifications_unread on notifications (agent_id, kind, subject)
  where read_at is null;
create index ix_notifications_agent_id_at_id on notifications (agent_id, at, id);
create table notification_preferences (
  agent_id uuid constraint pk_notification_preferences primary key
    constraint fk_notification_preferences_agent_id_agents references agents (id),
  ways jsonb not null,
  quiet jsonb,
  updated_at timestamptz not null
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop table notification_preferences, notifications")
