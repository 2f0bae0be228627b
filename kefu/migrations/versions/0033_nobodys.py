"""What waits in a team without anybody's name on it is found by an index of its own.

Revision ID: 0033
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_conversations_nobodys ON conversations (team_id, activity_at, id) "
        "WHERE assignee_id IS NULL AND status <> 'closed'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_conversations_nobodys")
