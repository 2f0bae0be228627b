"""One-to-one service, feedback on the desk, stages of products, and rows that move in a merge.

Revision ID: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ALONE = ("delivery_addresses", "notice_wishes")


def upgrade() -> None:
    op.execute(
        "CREATE TABLE dedicated_service ("
        "id SMALLINT NOT NULL, "
        "enabled BOOLEAN NOT NULL, "
        "mode TEXT NOT NULL, "
        "team_id UUID, "
        "pool_id UUID, "
        "ceiling INTEGER NOT NULL, "
        "served JSONB NOT NULL, "
        "over_capacity BOOLEAN NOT NULL, "
        "promised INTEGER NOT NULL, "
        "balanced_at TIMESTAMP WITH TIME ZONE, "
        "updated_at TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_dedicated_service PRIMARY KEY (id), "
        "CONSTRAINT ck_dedicated_service_single CHECK (id = 1), "
        "CONSTRAINT ck_dedicated_service_mode CHECK (mode in ('one_to_one', 'pool')), "
        "CONSTRAINT ck_dedicated_service_ceiling CHECK (ceiling between 1 and 2000), "
        "CONSTRAINT fk_dedicated_service_team_id_teams FOREIGN KEY(team_id) "
        "REFERENCES teams (id) ON DELETE SET NULL, "
        "CONSTRAINT fk_dedicated_service_pool_id_teams FOREIGN KEY(pool_id) "
        "REFERENCES teams (id) ON DELETE SET NULL)"
    )
    op.execute("CREATE INDEX ix_dedicated_service_team_id ON dedicated_service (team_id)")
    op.execute("CREATE INDEX ix_dedicated_service_pool_id ON dedicated_service (pool_id)")
    op.execute(
        "INSERT INTO dedicated_service (id, enabled, mode, ceiling, served, over_capacity, "
        "promised, updated_at) VALUES (1, FALSE, 'one_to_one', 400, "
        '\'["tier.vip", "lifecycle.core"]\', FALSE, 0, now())'
    )
    op.execute(
        "CREATE TABLE dedicated_customers ("
        "id UUID NOT NULL, "
        "team_id UUID NOT NULL, "
        "customer_id UUID NOT NULL, "
        "owner_id UUID NOT NULL, "
        "backup_id UUID, "
        "pinned BOOLEAN NOT NULL, "
        "reason TEXT NOT NULL, "
        "note TEXT NOT NULL, "
        "assigned_at TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_dedicated_customers PRIMARY KEY (id), "
        "CONSTRAINT uq_dedicated_customers_customer_id_team_id UNIQUE (customer_id, team_id), "
        "CONSTRAINT ck_dedicated_customers_two CHECK (backup_id is distinct from owner_id), "
        "CONSTRAINT fk_dedicated_customers_team_id_teams FOREIGN KEY(team_id) "
        "REFERENCES teams (id) ON DELETE CASCADE, "
        "CONSTRAINT fk_dedicated_customers_customer_id_customers FOREIGN KEY(customer_id) "
        "REFERENCES customers (id), "
        "CONSTRAINT fk_dedicated_customers_owner_id_agents FOREIGN KEY(owner_id) "
        "REFERENCES agents (id), "
        "CONSTRAINT fk_dedicated_customers_backup_id_agents FOREIGN KEY(backup_id) "
        "REFERENCES agents (id))"
    )
    op.execute(
        "CREATE INDEX ix_dedicated_customers_owner_id_id ON dedicated_customers (owner_id, id)"
    )
    op.execute("CREATE INDEX ix_dedicated_customers_backup_id ON dedicated_customers (backup_id)")
    op.execute("CREATE INDEX ix_dedicated_customers_team_id ON dedicated_customers (team_id)")
    op.execute("ALTER TABLE customer_imports ADD COLUMN progressed_at TIMESTAMP WITH TIME ZONE")
    op.execute(
        "CREATE TABLE desk_feedback ("
        "id UUID NOT NULL, "
        "agent_id UUID NOT NULL, "
        "area TEXT NOT NULL, "
        "ease SMALLINT NOT NULL, "
        "error_free BOOLEAN NOT NULL, "
        "text TEXT NOT NULL, "
        "import_id UUID, "
        "at TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_desk_feedback PRIMARY KEY (id), "
        "CONSTRAINT ck_desk_feedback_area CHECK (area in "
        "('import', 'customers', 'workspace', 'orders', 'returns', 'settings')), "
        "CONSTRAINT ck_desk_feedback_ease CHECK (ease between 1 and 5), "
        "CONSTRAINT fk_desk_feedback_agent_id_agents FOREIGN KEY(agent_id) "
        "REFERENCES agents (id), "
        "CONSTRAINT fk_desk_feedback_import_id_customer_imports FOREIGN KEY(import_id) "
        "REFERENCES customer_imports (id) ON DELETE SET NULL)"
    )
    op.execute("CREATE INDEX ix_desk_feedback_agent_id ON desk_feedback (agent_id)")
    op.execute("CREATE INDEX ix_desk_feedback_import_id ON desk_feedback (import_id)")
    op.execute("CREATE INDEX ix_desk_feedback_at ON desk_feedback (at)")
    op.execute(
        "CREATE TABLE product_stages ("
        "customer_id UUID NOT NULL, "
        "product_id UUID NOT NULL, "
        "stage TEXT NOT NULL, "
        "since TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_product_stages PRIMARY KEY (customer_id, product_id), "
        "CONSTRAINT ck_product_stages_stage "
        "CHECK (stage in ('pre_purchase', 'in_use', 'after_sales')), "
        "CONSTRAINT fk_product_stages_customer_id_customers FOREIGN KEY(customer_id) "
        "REFERENCES customers (id), "
        "CONSTRAINT fk_product_stages_product_id_products FOREIGN KEY(product_id) "
        "REFERENCES products (id) ON DELETE CASCADE)"
    )
    op.execute(
        "CREATE INDEX ix_product_stages_product_id_stage ON product_stages (product_id, stage)"
    )
    op.execute(
        "CREATE INDEX ix_order_lines_returned ON order_lines (order_id) WHERE returned_quantity > 0"
    )
    for table in ALONE:
        op.execute(f"ALTER TABLE {table} ADD COLUMN id UUID NOT NULL DEFAULT gen_random_uuid()")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_id UNIQUE (id)")


def downgrade() -> None:
    for table in ALONE:
        op.execute(f"ALTER TABLE {table} DROP COLUMN id")
    op.execute("DROP INDEX ix_order_lines_returned")
    op.execute("DROP TABLE product_stages")
    op.execute("DROP TABLE desk_feedback")
    op.execute("ALTER TABLE customer_imports DROP COLUMN progressed_at")
    op.execute("DROP TABLE dedicated_customers")
    op.execute("DROP TABLE dedicated_service")
