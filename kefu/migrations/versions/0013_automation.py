"""Approvals and their policies; automation rules with their versions, log and counts.

Revision ID: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What the transaction says of itself while a rule acts: no verb has to know of rules.
CAUSE = (
    "alter table facts add column cause jsonb "
    "default nullif(current_setting('kefu.cause', true), '')::jsonb"
)
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
CREATE TABLE automation_rules (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  position INTEGER NOT NULL,
  active BOOLEAN NOT NULL,
  subject_kind TEXT NOT NULL,
  trigger TEXT,
  timing JSONB,
  conditions JSONB NOT NULL,
  actions JSONB NOT NULL,
  again_after_seconds INTEGER NOT NULL,
  hourly_limit INTEGER NOT NULL,
  version INTEGER NOT NULL,
  paused_at TIMESTAMP WITH TIME ZONE,
  paused_reason TEXT,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  sweep_after UUID,
  created_by UUID,
  updated_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_automation_rules PRIMARY KEY (id),
  CONSTRAINT ck_automation_rules_one_trigger CHECK ((trigger is null) <> (timing is null)),
  CONSTRAINT uq_automation_rules_name UNIQUE (name),
  CONSTRAINT fk_automation_rules_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id),
  CONSTRAINT fk_automation_rules_updated_by_agents FOREIGN KEY(updated_by) REFERENCES agents (id)
);
CREATE INDEX ix_automation_rules_position ON automation_rules (position, id);
CREATE TABLE automation_rule_versions (
  rule_id UUID NOT NULL,
  version INTEGER NOT NULL,
  content JSONB NOT NULL,
  by UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_automation_rule_versions PRIMARY KEY (rule_id, version),
  CONSTRAINT fk_automation_rule_versions_rule_id_automation_rules FOREIGN KEY(rule_id) REFERENCES automation_rules (id) ON DELETE CASCADE,
  CONSTRAINT fk_automation_rule_versions_by_agents FOREIGN KEY(by) REFERENCES agents (id)
);
CREATE TABLE automation_runs (
  id UUID NOT NULL,
  rule_id UUID NOT NULL,
  version INTEGER NOT NULL,
  cause TEXT NOT NULL,
  fact BIGINT,
  fact_kind TEXT,
  subject_kind TEXT NOT NULL,
  subject UUID NOT NULL,
  conversation UUID,
  customer UUID,
  outcome TEXT NOT NULL,
  reason JSONB,
  actions JSONB NOT NULL,
  depth SMALLINT NOT NULL,
  duration_ms INTEGER NOT NULL,
  retry_of UUID,
  retried_at TIMESTAMP WITH TIME ZONE,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_automation_runs PRIMARY KEY (id),
  CONSTRAINT fk_automation_runs_rule_id_automation_rules FOREIGN KEY(rule_id) REFERENCES automation_rules (id) ON DELETE CASCADE
);
CREATE INDEX ix_automation_runs_outcome_id ON automation_runs (outcome, id);
CREATE INDEX ix_automation_runs_rule_id_id ON automation_runs (rule_id, id);
CREATE INDEX ix_automation_runs_subject_id ON automation_runs (subject, id);
CREATE TABLE automation_rule_hours (
  rule_id UUID NOT NULL,
  hour TIMESTAMP WITH TIME ZONE NOT NULL,
  looked BIGINT NOT NULL,
  matched BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  last_matched_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_automation_rule_hours PRIMARY KEY (rule_id, hour),
  CONSTRAINT fk_automation_rule_hours_rule_id_automation_rules FOREIGN KEY(rule_id) REFERENCES automation_rules (id) ON DELETE CASCADE
);
CREATE TABLE automation_marks (
  rule_id UUID NOT NULL,
  subject UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_automation_marks PRIMARY KEY (rule_id, subject),
  CONSTRAINT fk_automation_marks_rule_id_automation_rules FOREIGN KEY(rule_id) REFERENCES automation_rules (id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(CAUSE)


def downgrade() -> None:
    op.execute("alter table facts drop column cause")
    op.execute(
        "drop table automation_marks, automation_rule_hours, automation_runs, automation_rule_versions, automation_rules, approvals, approval_policies"
    )
