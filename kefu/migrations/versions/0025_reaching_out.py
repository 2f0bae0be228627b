"""Shops take changes of their orders, notices go by text message, names are found in any writing.

The terms of names that hold traditional characters are written as simplified ones, as those of new
names are; nothing is written back on the way down, since either is found by what it says.
"""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SEARCHED = ("customers", "orders", "products")
TABLES = ("customer_notices", "notice_wishes")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE commerce_sources ADD COLUMN takes_changes BOOLEAN NOT NULL DEFAULT false"
    )
    ways("'conversation', 'mail', 'text'")
    fold_terms()


def downgrade() -> None:
    op.execute("UPDATE customer_notices SET way = null WHERE way = 'text'")
    op.execute("UPDATE notice_wishes SET way = null WHERE way = 'text'")
    ways("'conversation', 'mail'")
    op.execute("ALTER TABLE commerce_sources DROP COLUMN takes_changes")


def ways(allowed: str) -> None:
    """The ways by which a notice may go."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_way")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_way CHECK (way in ({allowed}))")


def fold_terms() -> None:
    text = files("kefu.core").joinpath("traditional.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    middle = lines.index("---")
    traditional, simple = "".join(lines[:middle]), "".join(lines[middle + 1 :])
    for table in SEARCHED:
        op.execute(
            sa.text(
                f"UPDATE {table} SET search_terms = array(SELECT DISTINCT "  # noqa: S608 - our own names
                "translate(term, :traditional, :simple) FROM unnest(search_terms) term ORDER BY 1) "
                "WHERE search_terms && cast(:letters AS text[])"
            ).bindparams(traditional=traditional, simple=simple, letters=list(traditional))
        )
