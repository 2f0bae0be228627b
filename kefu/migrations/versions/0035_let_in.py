"""Who is let in after a merge is let in as who they are then; its undoing gives back each one's block.

Revision ID: 0035
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE customer_merges ADD COLUMN let_in_at TIMESTAMPTZ")


def downgrade() -> None:
    op.execute("ALTER TABLE customer_merges DROP COLUMN let_in_at")
