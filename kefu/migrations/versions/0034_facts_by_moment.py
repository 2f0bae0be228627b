"""A fact is found by its moment at once, also the newest: their blocks are summed up as they fill.

Revision ID: 0034
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER INDEX ix_facts_at SET (autosummarize = on)")
    op.execute("SELECT brin_summarize_new_values('ix_facts_at')")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_facts_at RESET (autosummarize)")
