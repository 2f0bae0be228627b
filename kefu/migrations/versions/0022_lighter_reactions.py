"""Room for clocks that start again in place, search entries that are sorted in together, and a
transaction id before the first fact.

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
    op.execute(
        "CREATE FUNCTION take_transaction_id() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_current_xact_id(); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER facts_take_transaction_id BEFORE INSERT ON facts "
        "FOR EACH STATEMENT EXECUTE FUNCTION take_transaction_id()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER facts_take_transaction_id ON facts")
    op.execute("DROP FUNCTION take_transaction_id()")
    op.execute("ALTER INDEX ix_message_search_keys RESET (gin_pending_list_limit)")
    op.execute("ALTER INDEX ix_message_search_keys SET (fastupdate = off)")
    op.execute("ALTER TABLE clocks SET (fillfactor = 80)")
