"""Alembic's entry: migrations run on the connection that `kefu.core.migrating` opened."""

from alembic import context

from kefu.core.db import Base


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


run()
