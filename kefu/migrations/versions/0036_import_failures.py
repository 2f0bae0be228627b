"""Why an import failed is kept as a code with figures, and said in the language of who looks.

Revision ID: 0036
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE commerce_imports ADD COLUMN failure_code TEXT, "
        "ADD COLUMN failure_params JSONB NOT NULL DEFAULT '{}'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE commerce_imports DROP COLUMN failure_code, DROP COLUMN failure_params")
