"""Returns that open by themselves, with approvals and appointments; files of process tasks.

Revision ID: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE after_sale_requests DROP CONSTRAINT ck_after_sale_requests_kind;
ALTER TABLE after_sale_requests ADD CONSTRAINT ck_after_sale_requests_kind
  CHECK (kind in ('return', 'exchange', 'repair', 'installation', 'refund_only'));
ALTER TABLE after_sale_requests ADD COLUMN conversation_id UUID;
ALTER TABLE after_sale_requests ADD COLUMN refusal TEXT;
ALTER TABLE return_cases ADD COLUMN request_id UUID;
ALTER TABLE return_cases ADD COLUMN appointment_id UUID;
ALTER TABLE return_cases ADD CONSTRAINT uq_return_cases_request_id UNIQUE (request_id);
ALTER TABLE return_cases ADD CONSTRAINT fk_return_cases_request_id_after_sale_requests
  FOREIGN KEY (request_id) REFERENCES after_sale_requests (id) ON DELETE SET NULL;
ALTER TABLE return_cases ADD CONSTRAINT fk_return_cases_appointment_id_appointments
  FOREIGN KEY (appointment_id) REFERENCES appointments (id);
CREATE INDEX ix_return_cases_appointment_id ON return_cases (appointment_id);
ALTER TABLE return_lines ADD COLUMN wanted_sku_id UUID;
ALTER TABLE return_lines ADD CONSTRAINT fk_return_lines_wanted_sku_id_skus
  FOREIGN KEY (wanted_sku_id) REFERENCES skus (id);
ALTER TABLE refund_approvals ADD COLUMN approval_id UUID;
ALTER TABLE refund_approvals ADD CONSTRAINT uq_refund_approvals_approval_id UNIQUE (approval_id);
ALTER TABLE refund_approvals ADD CONSTRAINT fk_refund_approvals_approval_id_approvals
  FOREIGN KEY (approval_id) REFERENCES approvals (id);
CREATE TABLE case_files (
  id UUID NOT NULL,
  task_id UUID NOT NULL,
  agent_id UUID,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  key TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  erased_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_case_files PRIMARY KEY (id),
  CONSTRAINT fk_case_files_task_id_case_tasks FOREIGN KEY (task_id) REFERENCES case_tasks (id),
  CONSTRAINT fk_case_files_agent_id_agents FOREIGN KEY (agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_case_files_task_id ON case_files (task_id);
"""
DOWN = """
DROP TABLE case_files;
ALTER TABLE refund_approvals DROP COLUMN approval_id;
ALTER TABLE return_lines DROP COLUMN wanted_sku_id;
ALTER TABLE return_cases DROP COLUMN appointment_id;
ALTER TABLE return_cases DROP COLUMN request_id;
ALTER TABLE after_sale_requests DROP COLUMN refusal;
ALTER TABLE after_sale_requests DROP COLUMN conversation_id;
DELETE FROM after_sale_requests WHERE kind not in ('return', 'exchange');
ALTER TABLE after_sale_requests DROP CONSTRAINT ck_after_sale_requests_kind;
ALTER TABLE after_sale_requests ADD CONSTRAINT ck_after_sale_requests_kind
  CHECK (kind in ('return', 'exchange'));
"""

TOLD = (
    '["return_approved", "return_refused", "return_accepted", "return_rejected", "return_reminder"]'
)


def upgrade() -> None:
    op.execute(
        "UPDATE logistics_settings SET notices = jsonb_set(notices, '{kinds}', "  # noqa: S608 - our own words
        f"(notices->'kinds') || '{TOLD}'::jsonb) WHERE notices ? 'kinds'"
    )
    for statement in UP.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "UPDATE logistics_settings SET notices = jsonb_set(notices, '{kinds}', "  # noqa: S608 - our own words
        "(SELECT coalesce(jsonb_agg(kind), '[]'::jsonb) FROM jsonb_array_elements("
        f"notices->'kinds') kind WHERE NOT '{TOLD}'::jsonb @> kind)) WHERE notices ? 'kinds'"
    )
    for statement in DOWN.strip().split(";\n"):
        op.execute(statement)
