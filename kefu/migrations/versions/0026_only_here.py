"""What the shop says later to a change of an order that it was not written.

Revision ID: 0026
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE = "'not_needed', 'waiting', 'confirmed', 'refused'"


def upgrade() -> None:
    allow(f"{BEFORE}, 'only_here', 'overruled'")


def downgrade() -> None:
    op.execute(
        "UPDATE order_changes SET shop_state = 'not_needed' "
        "WHERE shop_state in ('only_here', 'overruled')"
    )
    allow(BEFORE)


def allow(states: str) -> None:
    op.execute("ALTER TABLE order_changes DROP CONSTRAINT ck_order_changes_shop_state")
    op.execute(
        "ALTER TABLE order_changes ADD CONSTRAINT ck_order_changes_shop_state "
        f"CHECK (shop_state in ({states}))"
    )
