"""Refused rows of imports keep what is wrong as a code with figures, for each reader's language.

Revision ID: 0028
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("commerce_import_errors", "customer_import_refusals")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN code TEXT")
        op.execute(f"ALTER TABLE {table} ADD COLUMN params JSONB NOT NULL DEFAULT '{{}}'")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN params")
        op.execute(f"ALTER TABLE {table} DROP COLUMN code")
