"""Channels: visits, health, webhooks and their deliveries, outgoing deliveries, files.

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
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop table visits")
