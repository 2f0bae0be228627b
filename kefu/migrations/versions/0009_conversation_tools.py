"""The tools around conversations: replies, views, words, drafts, schedules, search, retention.

Revision ID: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE canned_replies (
  id UUID NOT NULL,
  shortcut TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  agent_id UUID,
  team_id UUID,
  found_by TEXT NOT NULL,
  uses INTEGER NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  created_by UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_canned_replies PRIMARY KEY (id),
  CONSTRAINT uq_canned_replies_agent_id_team_id_shortcut
    UNIQUE NULLS NOT DISTINCT (agent_id, team_id, shortcut),
  CONSTRAINT ck_canned_replies_one_owner CHECK (agent_id is null or team_id is null),
  CONSTRAINT fk_canned_replies_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id),
  CONSTRAINT fk_canned_replies_team_id_teams
    FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE CASCADE,
  CONSTRAINT fk_canned_replies_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE INDEX ix_canned_replies_team_id ON canned_replies (team_id);
CREATE TABLE saved_views (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  conditions JSONB NOT NULL,
  agent_id UUID,
  team_id UUID,
  created_by UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_saved_views PRIMARY KEY (id),
  CONSTRAINT uq_saved_views_agent_id_team_id_name
    UNIQUE NULLS NOT DISTINCT (agent_id, team_id, name),
  CONSTRAINT ck_saved_views_one_owner CHECK (agent_id is null or team_id is null),
  CONSTRAINT fk_saved_views_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id),
  CONSTRAINT fk_saved_views_team_id_teams
    FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE CASCADE,
  CONSTRAINT fk_saved_views_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE INDEX ix_saved_views_team_id ON saved_views (team_id);
CREATE TABLE saved_view_pins (
  agent_id UUID NOT NULL,
  view_id UUID NOT NULL,
  position SMALLINT NOT NULL,
  CONSTRAINT pk_saved_view_pins PRIMARY KEY (agent_id, view_id),
  CONSTRAINT fk_saved_view_pins_agent_id_agents
    FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE,
  CONSTRAINT fk_saved_view_pins_view_id_saved_views
    FOREIGN KEY(view_id) REFERENCES saved_views (id) ON DELETE CASCADE
);
CREATE INDEX ix_saved_view_pins_view_id ON saved_view_pins (view_id);
CREATE TABLE sensitive_words (
  id UUID NOT NULL,
  word TEXT NOT NULL,
  folded TEXT NOT NULL,
  direction TEXT NOT NULL,
  action TEXT NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_sensitive_words PRIMARY KEY (id),
  CONSTRAINT uq_sensitive_words_folded_direction UNIQUE (folded, direction),
  CONSTRAINT ck_sensitive_words_direction CHECK (direction in ('in', 'out', 'both')),
  CONSTRAINT ck_sensitive_words_action CHECK (action in ('mask', 'refuse', 'flag')),
  CONSTRAINT fk_sensitive_words_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE TABLE scheduled_messages (
  id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  agent_id UUID NOT NULL,
  text TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  message_id UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  settled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_scheduled_messages PRIMARY KEY (id),
  CONSTRAINT ck_scheduled_messages_status
    CHECK (status in ('pending', 'sent', 'cancelled', 'failed')),
  CONSTRAINT fk_scheduled_messages_conversation_id_conversations
    FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
  CONSTRAINT fk_scheduled_messages_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_scheduled_messages_conversation_id ON scheduled_messages (conversation_id, due_at);
CREATE INDEX ix_scheduled_messages_due ON scheduled_messages (due_at) WHERE status = 'pending';
CREATE TABLE drafts (
  agent_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  text TEXT NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_drafts PRIMARY KEY (agent_id, conversation_id),
  CONSTRAINT fk_drafts_agent_id_agents
    FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE,
  CONSTRAINT fk_drafts_conversation_id_conversations
    FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);
CREATE INDEX ix_drafts_conversation_id ON drafts (conversation_id);
CREATE TABLE bulk_actions (
  id UUID NOT NULL,
  agent_id UUID NOT NULL,
  action TEXT NOT NULL,
  changes JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  undone_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_bulk_actions PRIMARY KEY (id),
  CONSTRAINT fk_bulk_actions_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_bulk_actions_agent_id ON bulk_actions (agent_id);
CREATE INDEX ix_bulk_actions_until ON bulk_actions (until);
CREATE TABLE retention_runs (
  id UUID NOT NULL,
  inbox_id UUID NOT NULL,
  retention_days INTEGER NOT NULL,
  before TIMESTAMP WITH TIME ZONE NOT NULL,
  conversations INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  files INTEGER NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_retention_runs PRIMARY KEY (id),
  CONSTRAINT fk_retention_runs_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id)
);
CREATE INDEX ix_retention_runs_inbox_id ON retention_runs (inbox_id);
CREATE TABLE erased_conversations (
  conversation_id UUID NOT NULL,
  erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_erased_conversations PRIMARY KEY (conversation_id),
  CONSTRAINT fk_erased_conversations_conversation_id_conversations
    FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);
CREATE TABLE message_search (
  message_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  bucket INTEGER NOT NULL,
  keys INTEGER[] NOT NULL
);
CREATE INDEX ix_message_search_conversation_id ON message_search (conversation_id);
CREATE INDEX ix_message_search_keys ON message_search USING gin (keys) WITH (fastupdate = off);
CREATE TABLE message_search_buckets (
  bucket INTEGER NOT NULL,
  first_id UUID NOT NULL,
  CONSTRAINT pk_message_search_buckets PRIMARY KEY (bucket)
);
CREATE SEQUENCE message_search_numbers CACHE 1;
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table message_search_buckets, message_search, erased_conversations, retention_runs, "
        "bulk_actions, drafts, scheduled_messages, sensitive_words, saved_view_pins, saved_views, "
        "canned_replies"
    )
    op.execute("drop sequence message_search_numbers")
