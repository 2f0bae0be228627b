"""How far books were read, and their last word of every entry.

Revision ID: 0029
"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE book_readings (
  source_id UUID NOT NULL,
  read_until TIMESTAMP WITH TIME ZONE,
  sweep_started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sweep_cursor TEXT,
  sweep_pages INTEGER NOT NULL,
  sweep_whole INTEGER,
  CONSTRAINT pk_book_readings PRIMARY KEY (source_id),
  CONSTRAINT fk_book_readings_source_id_commerce_sources FOREIGN KEY(source_id)
    REFERENCES commerce_sources (id) ON DELETE CASCADE
);
CREATE TABLE book_entries (
  source_id UUID NOT NULL,
  number TEXT NOT NULL,
  status TEXT NOT NULL,
  compared_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_book_entries PRIMARY KEY (source_id, number),
  CONSTRAINT fk_book_entries_source_id_commerce_sources FOREIGN KEY(source_id)
    REFERENCES commerce_sources (id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE book_entries")
    op.execute("DROP TABLE book_readings")
