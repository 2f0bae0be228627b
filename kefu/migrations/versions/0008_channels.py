"""Channels: visits, deliveries, the health of lines, webhooks; and the files of conversations.

Revision ID: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE visits (
  customer_id UUID NOT NULL,
  inbox_id UUID NOT NULL,
  context JSONB NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_visits PRIMARY KEY (customer_id, inbox_id),
  CONSTRAINT fk_visits_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT fk_visits_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id)
);
CREATE INDEX ix_visits_seen_at ON visits (seen_at);
CREATE TABLE channel_deliveries (
  message_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  inbox_id UUID NOT NULL,
  seq INTEGER NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  error TEXT,
  external_id TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_channel_deliveries PRIMARY KEY (message_id),
  CONSTRAINT fk_channel_deliveries_conversation_id_conversations FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
  CONSTRAINT fk_channel_deliveries_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id)
);
CREATE INDEX ix_channel_deliveries_due ON channel_deliveries (due_at) WHERE status = 'waiting';
CREATE INDEX ix_channel_deliveries_inbox ON channel_deliveries (inbox_id, created_at);
CREATE INDEX ix_channel_deliveries_waiting ON channel_deliveries (conversation_id, seq) WHERE status = 'waiting';
CREATE TABLE channel_health (
  inbox_id UUID NOT NULL,
  status TEXT NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  milliseconds INTEGER,
  failures INTEGER NOT NULL,
  error TEXT,
  CONSTRAINT pk_channel_health PRIMARY KEY (inbox_id),
  CONSTRAINT fk_channel_health_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id)
);
CREATE TABLE webhooks (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  kinds JSONB NOT NULL,
  enabled BOOLEAN NOT NULL,
  failures INTEGER NOT NULL,
  failing_since TIMESTAMP WITH TIME ZONE,
  disabled_reason TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  created_by UUID,
  CONSTRAINT pk_webhooks PRIMARY KEY (id),
  CONSTRAINT fk_webhooks_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE TABLE webhook_deliveries (
  id UUID NOT NULL,
  webhook_id UUID NOT NULL,
  fact_id BIGINT,
  replay_of UUID,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  response_status INTEGER,
  milliseconds INTEGER,
  response TEXT NOT NULL,
  error TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
  CONSTRAINT fk_webhook_deliveries_webhook_id_webhooks FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (due_at) WHERE status = 'waiting';
CREATE INDEX ix_webhook_deliveries_finished ON webhook_deliveries (finished_at);
CREATE INDEX ix_webhook_deliveries_log ON webhook_deliveries (webhook_id, id);
CREATE UNIQUE INDEX ix_webhook_deliveries_once ON webhook_deliveries (webhook_id, fact_id) WHERE replay_of is null;
CREATE TABLE files (
  id UUID NOT NULL,
  inbox_id UUID,
  conversation_id UUID,
  customer_id UUID,
  agent_id UUID,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  width INTEGER,
  height INTEGER,
  sha256 TEXT NOT NULL,
  key TEXT NOT NULL,
  thumbnail_key TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  erased_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_files PRIMARY KEY (id),
  CONSTRAINT fk_files_inbox_id_inboxes FOREIGN KEY(inbox_id) REFERENCES inboxes (id),
  CONSTRAINT fk_files_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_files_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_files_conversation_id ON files (conversation_id);
CREATE INDEX ix_files_customer_id ON files (customer_id);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table files, webhook_deliveries, webhooks, channel_health, channel_deliveries, visits"
    )
