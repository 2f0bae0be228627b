"""Tasks that the product gives are a code with figures, said in each reader's language.

Revision ID: 0027
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE tasks ADD COLUMN code TEXT")
    op.execute("ALTER TABLE tasks ADD COLUMN params JSONB NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE tasks DROP COLUMN params")
    op.execute("ALTER TABLE tasks DROP COLUMN code")
