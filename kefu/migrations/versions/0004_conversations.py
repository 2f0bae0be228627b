"""Inboxes, conversations and messages; messages are partitioned by ranges of their ids.

Revision ID: 0004
"""

from __future__ import annotations

from alembic import op

from kefu.conversations.partitions import partition_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE inboxes (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  channel TEXT NOT NULL,
  team_id UUID,
  calendar_id UUID,
  locale TEXT NOT NULL,
  greeting TEXT NOT NULL,
  away_greeting TEXT NOT NULL,
  colour TEXT NOT NULL,
  allowed_origins JSONB NOT NULL,
  secret TEXT NOT NULL,
  require_identity BOOLEAN NOT NULL,
  retention_days INTEGER,
  settings JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  archived_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_inboxes PRIMARY KEY (id),
  CONSTRAINT fk_inboxes_team_id_teams FOREIGN KEY(team_id) REFERENCES teams (id)
);
CREATE INDEX ix_inboxes_team_id ON inboxes (team_id);
CREATE TABLE conversations (
  id UUID NOT NULL,
  inbox_id UUID NOT NULL,
  customer_id UUID NOT NULL,
  assignee_id UUID,
  team_id UUID,
  status TEXT NOT NULL,
  priority SMALLINT NOT NULL,
  language TEXT,
  last_seq INTEGER NOT NULL,
  last_message_at TIMESTAMP WITH TIME ZONE,
  last_preview TEXT NOT NULL,
  last_sender TEXT,
  last_kind TEXT,
  unread INTEGER NOT NULL,
  customer_seen_seq INTEGER NOT NULL,
  agent_seen_seq INTEGER NOT NULL,
  delivered_seq INTEGER NOT NULL,
  activity_at TIMESTAMP WITH TIME ZONE NOT NULL,
  waiting_since TIMESTAMP WITH TIME ZONE,
  unanswered_since TIMESTAMP WITH TIME ZONE,
  first_replied_at TIMESTAMP WITH TIME ZONE,
  snoozed_until TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  close_reason TEXT,
  blocked BOOLEAN NOT NULL,
  reopened INTEGER NOT NULL,
  transfers INTEGER NOT NULL,
  summary TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_tier TEXT,
  next_due_at TIMESTAMP WITH TIME ZONE,
  next_due_kind TEXT,
  rating_score SMALLINT,
  rating_comment TEXT,
  context JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_conversations PRIMARY KEY (id),
  CONSTRAINT fk_conversations_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id),
  CONSTRAINT fk_conversations_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_conversations_assignee_id_agents FOREIGN KEY(assignee_id) REFERENCES agents (id),
  CONSTRAINT fk_conversations_team_id_teams FOREIGN KEY(team_id) REFERENCES teams (id)
)
 WITH (fillfactor = 60);
CREATE INDEX ix_conversations_activity ON conversations (activity_at, id);
CREATE INDEX ix_conversations_assignee_closed ON conversations (assignee_id, activity_at, id) WHERE status = 'closed';
CREATE INDEX ix_conversations_customer ON conversations (customer_id, id);
CREATE INDEX ix_conversations_mine ON conversations (assignee_id, activity_at, id) WHERE status <> 'closed';
CREATE INDEX ix_conversations_open ON conversations (activity_at, id) WHERE status <> 'closed';
CREATE INDEX ix_conversations_snoozed ON conversations (snoozed_until) WHERE status = 'snoozed';
CREATE INDEX ix_conversations_team ON conversations (team_id, activity_at, id) WHERE status <> 'closed';
CREATE INDEX ix_conversations_team_closed ON conversations (team_id, activity_at, id) WHERE status = 'closed';
CREATE INDEX ix_conversations_waiting ON conversations (waiting_since, id) WHERE status = 'waiting';
CREATE TABLE messages (
  id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  seq INTEGER NOT NULL,
  sender_type TEXT NOT NULL,
  sender_id UUID,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  content JSONB,
  reply_to UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_seq INTEGER,
  recalled_at TIMESTAMP WITH TIME ZONE,
  failed TEXT,
  external_id TEXT,
  CONSTRAINT pk_messages PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);
CREATE INDEX ix_messages_changed ON messages (conversation_id, changed_seq) WHERE changed_seq is not null;
CREATE INDEX ix_messages_conversation_seq ON messages (conversation_id, seq);
CREATE TABLE external_messages (
  id UUID NOT NULL,
  inbox_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  message_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  CONSTRAINT pk_external_messages PRIMARY KEY (id),
  CONSTRAINT uq_external_messages_inbox_id_external_id UNIQUE (inbox_id, external_id),
  CONSTRAINT fk_external_messages_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id)
);
CREATE INDEX ix_external_messages_conversation_id ON external_messages (conversation_id);
CREATE TABLE labels (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  colour TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_labels PRIMARY KEY (id),
  CONSTRAINT uq_labels_name UNIQUE (name)
);
CREATE TABLE conversation_labels (
  conversation_id UUID NOT NULL,
  label_id UUID NOT NULL,
  activity_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_conversation_labels PRIMARY KEY (conversation_id, label_id),
  CONSTRAINT fk_conversation_labels_conversation_id_conversations FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
  CONSTRAINT fk_conversation_labels_label_id_labels FOREIGN KEY(label_id) REFERENCES labels (id) ON DELETE CASCADE
);
CREATE INDEX ix_conversation_labels_list ON conversation_labels (label_id, activity_at, conversation_id);
CREATE TABLE conversation_viewers (
  conversation_id UUID NOT NULL,
  agent_id UUID NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_conversation_viewers PRIMARY KEY (conversation_id, agent_id),
  CONSTRAINT fk_conversation_viewers_conversation_id_conversations FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
  CONSTRAINT fk_conversation_viewers_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in partition_statements():
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table conversation_viewers, conversation_labels, labels, external_messages, messages, conversations, inboxes"
    )
