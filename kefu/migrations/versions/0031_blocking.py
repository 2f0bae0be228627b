"""A conversation that was blocked itself is told from one that only its customer's block shuts."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE conversations ADD COLUMN blocked_here BOOLEAN NOT NULL DEFAULT false")
    op.execute("UPDATE conversations SET blocked_here = true WHERE blocked")
    op.execute(
        "UPDATE conversations c SET blocked = true FROM customers p "
        "WHERE p.id = c.customer_id AND p.blocked_at IS NOT NULL AND c.status <> 'closed'"
    )


def downgrade() -> None:
    op.execute("UPDATE conversations SET blocked = blocked_here WHERE blocked <> blocked_here")
    op.execute("ALTER TABLE conversations DROP COLUMN blocked_here")
