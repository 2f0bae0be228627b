"""Comparisons name what was cancelled here and not in its shop apart from what is wrong.

Revision ID: 0032
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BEFORE = "'missing_order', 'wrong_status', 'missing_scan', 'unknown_scan', 'wrong_parcel_status'"


def upgrade() -> None:
    allow(f"{BEFORE}, 'held_here'")


def downgrade() -> None:
    op.execute("DELETE FROM reconciliation_differences WHERE kind = 'held_here'")
    allow(BEFORE)


def allow(kinds: str) -> None:
    table, name = "reconciliation_differences", "ck_reconciliation_differences_kind"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (kind in ({kinds}))")
