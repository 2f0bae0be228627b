"""Room for clocks that start again in place, and search entries that are sorted in together.

Revision ID: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE clocks SET (fillfactor = 60)")
    op.execute(
        "ALTER INDEX ix_message_search_keys SET (fastupdate = on, gin_pending_list_limit = 1024)"
    )


def downgrade() -> None:
    op.execute("ALTER INDEX ix_message_search_keys RESET (gin_pending_list_limit)")
    op.execute("ALTER INDEX ix_message_search_keys SET (fastupdate = off)")
    op.execute("ALTER TABLE clocks SET (fillfactor = 80)")
