"""Approvals and their policies; automation rules with their versions, log and counts.

Revision ID: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE approval_policies (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  active BOOLEAN NOT NULL,
  kinds JSONB NOT NULL,
  from_amount BIGINT,
  below_amount BIGINT,
  currency TEXT NOT NULL,
  approver_id UUID,
  approver_role TEXT,
  approver_department_id UUID,
  deadline_seconds INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_approval_policies PRIMARY KEY (id),
  CONSTRAINT ck_approval_policies_approver CHECK (approver_id is not null or approver_role is not null or approver_department_id is not null),
  CONSTRAINT uq_approval_policies_name UNIQUE (name),
  CONSTRAINT fk_approval_policies_approver_id_agents FOREIGN KEY(approver_id) REFERENCES agents (id),
  CONSTRAINT fk_approval_policies_approver_department_id_departments FOREIGN KEY(approver_department_id) REFERENCES departments (id)
);
CREATE INDEX ix_approval_policies_position ON approval_policies (position, id);
CREATE TABLE approvals (
  id UUID NOT NULL,
  what TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject UUID NOT NULL,
  conversation UUID,
  customer UUID,
  amount BIGINT,
  currency TEXT,
  limit_amount BIGINT,
  reason TEXT NOT NULL,
  payload JSONB NOT NULL,
  key TEXT,
  requested_by UUID,
  policy_id UUID,
  approver_id UUID,
  approver_role TEXT,
  approver_department_id UUID,
  delegated_to UUID,
  escalated_to UUID,
  escalated_at TIMESTAMP WITH TIME ZONE,
  state TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  decided_by UUID,
  decided_at TIMESTAMP WITH TIME ZONE,
  comment TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_approvals PRIMARY KEY (id),
  CONSTRAINT fk_approvals_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id),
  CONSTRAINT fk_approvals_approver_id_agents FOREIGN KEY(approver_id) REFERENCES agents (id),
  CONSTRAINT fk_approvals_approver_department_id_departments FOREIGN KEY(approver_department_id) REFERENCES departments (id),
  CONSTRAINT fk_approvals_delegated_to_agents FOREIGN KEY(delegated_to) REFERENCES agents (id),
  CONSTRAINT fk_approvals_escalated_to_agents FOREIGN KEY(escalated_to) REFERENCES agents (id),
  CONSTRAINT fk_approvals_decided_by_agents FOREIGN KEY(decided_by) REFERENCES agents (id)
);
CREATE INDEX ix_approvals_customer ON approvals (customer) WHERE customer is not null;
CREATE INDEX ix_approvals_decided_by ON approvals (decided_by, id);
CREATE INDEX ix_approvals_requested_by ON approvals (requested_by, id);
CREATE INDEX ix_approvals_state_id ON approvals (state, id);
CREATE INDEX ix_approvals_subject ON approvals (subject, id);
CREATE UNIQUE INDEX uq_approvals_key ON approvals (key) WHERE key is not null;
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop table approvals, approval_policies")
