"""What was said twice after a transfer, and when Kefu was up.

Revision ID: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE conversations ADD COLUMN repeated_description BOOLEAN NOT NULL DEFAULT FALSE"
    )
    op.execute(
        "CREATE TABLE uptimes ("
        "id BIGINT GENERATED ALWAYS AS IDENTITY, "
        "process TEXT NOT NULL, "
        "since TIMESTAMP WITH TIME ZONE NOT NULL, "
        "until TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_uptimes PRIMARY KEY (id))"
    )
    op.execute("CREATE INDEX ix_uptimes_process_until ON uptimes (process, until)")


def downgrade() -> None:
    op.execute("DROP TABLE uptimes")
    op.execute("ALTER TABLE conversations DROP COLUMN repeated_description")
