"""What an exchange for goods of another price costs more or less, until it is settled.

Revision ID: 0023
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE exchange_differences (
  case_id UUID NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  payment_method_id UUID,
  way TEXT,
  payment_id UUID,
  refund_id UUID,
  reason TEXT NOT NULL,
  settled_by UUID,
  settled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_exchange_differences PRIMARY KEY (case_id),
  CONSTRAINT ck_exchange_differences_amount CHECK (amount <> 0),
  CONSTRAINT ck_exchange_differences_way CHECK (way in ('paid', 'refunded', 'waived')),
  CONSTRAINT ck_exchange_differences_settled CHECK ((way is null) = (settled_at is null)),
  CONSTRAINT fk_exchange_differences_case_id_return_cases
    FOREIGN KEY (case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_exchange_differences_payment_method_id_payment_methods
    FOREIGN KEY (payment_method_id) REFERENCES payment_methods (id),
  CONSTRAINT fk_exchange_differences_payment_id_payments
    FOREIGN KEY (payment_id) REFERENCES payments (id),
  CONSTRAINT fk_exchange_differences_refund_id_refunds
    FOREIGN KEY (refund_id) REFERENCES refunds (id),
  CONSTRAINT fk_exchange_differences_settled_by_agents
    FOREIGN KEY (settled_by) REFERENCES agents (id)
)
"""
OPEN = """
INSERT INTO exchange_differences (case_id, amount, currency, payment_method_id, reason)
SELECT c.id, r.difference, r.currency, r.payment_method_id, ''
FROM return_cases c JOIN after_sale_requests r ON r.id = c.request_id
WHERE c.kind = 'exchange' AND c.status = 'open' AND r.difference <> 0
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(OPEN)


def downgrade() -> None:
    op.execute("DROP TABLE exchange_differences")
