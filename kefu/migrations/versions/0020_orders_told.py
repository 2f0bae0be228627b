"""How right orders are once they are mended, signs of life of imports, customers told of requests.

Revision ID: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TOLD = (
    '["change_done", "change_approved", "change_denied", "change_refused", '
    '"appointment_near", "appointment_late"]'
)


def upgrade() -> None:
    op.execute("ALTER TABLE reconciliations ADD COLUMN alike_after INTEGER")
    op.execute("ALTER TABLE commerce_imports ADD COLUMN told_at TIMESTAMP WITH TIME ZONE")
    op.execute(
        "UPDATE logistics_settings SET notices = jsonb_set(notices, '{kinds}', "  # noqa: S608 - our own words
        f"(notices->'kinds') || '{TOLD}'::jsonb) WHERE notices ? 'kinds'"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE logistics_settings SET notices = jsonb_set(notices, '{kinds}', "  # noqa: S608 - our own words
        "(SELECT coalesce(jsonb_agg(kind), '[]'::jsonb) FROM jsonb_array_elements("
        f"notices->'kinds') kind WHERE NOT '{TOLD}'::jsonb @> kind)) WHERE notices ? 'kinds'"
    )
    op.execute("ALTER TABLE commerce_imports DROP COLUMN told_at")
    op.execute("ALTER TABLE reconciliations DROP COLUMN alike_after")
