"""Shops take changes of their orders; notices go by text message as well."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("customer_notices", "notice_wishes")


def upgrade() -> None:
    op.execute("ALTER TABLE commerce_sources ADD COLUMN takes_changes BOOLEAN NOT NULL DEFAULT false")
    ways("'conversation', 'mail', 'text'")


def downgrade() -> None:
    op.execute("UPDATE customer_notices SET way = null WHERE way = 'text'")
    op.execute("UPDATE notice_wishes SET way = null WHERE way = 'text'")
    ways("'conversation', 'mail'")
    op.execute("ALTER TABLE commerce_sources DROP COLUMN takes_changes")


def ways(allowed: str) -> None:
    """The ways by which a notice may go."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_way")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_way CHECK (way in ({allowed}))"
        )
