"""Whether a message carries an uploaded file, so that those of none can go.

Revision ID: 0030
"""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE files ADD COLUMN used_at TIMESTAMP WITH TIME ZONE")
    op.execute(
        "CREATE INDEX ix_files_unused ON files (id) WHERE used_at IS NULL AND erased_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_files_unused")
    op.execute("ALTER TABLE files DROP COLUMN used_at")
