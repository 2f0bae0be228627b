"""Processes drawn in BPMN: versions, running cases, tasks, visits and waits.

Revision ID: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE processes (
  id UUID NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  current_id UUID,
  draft TEXT,
  drafted_by UUID,
  drafted_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_processes PRIMARY KEY (id),
  CONSTRAINT uq_processes_key UNIQUE (key),
  CONSTRAINT fk_processes_drafted_by_agents FOREIGN KEY(drafted_by) REFERENCES agents (id)
);
CREATE TABLE process_versions (
  id UUID NOT NULL,
  process_id UUID NOT NULL,
  number INTEGER NOT NULL,
  xml TEXT NOT NULL,
  spec JSONB NOT NULL,
  plan JSONB NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_process_versions PRIMARY KEY (id),
  CONSTRAINT uq_process_versions_process_id_number UNIQUE (process_id, number),
  CONSTRAINT fk_process_versions_process_id_processes FOREIGN KEY(process_id) REFERENCES processes (id),
  CONSTRAINT fk_process_versions_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE TABLE process_releases (
  id UUID NOT NULL,
  process_id UUID NOT NULL,
  version_id UUID NOT NULL,
  why TEXT NOT NULL,
  by UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_process_releases PRIMARY KEY (id),
  CONSTRAINT fk_process_releases_process_id_processes FOREIGN KEY(process_id) REFERENCES processes (id),
  CONSTRAINT fk_process_releases_version_id_process_versions FOREIGN KEY(version_id) REFERENCES process_versions (id),
  CONSTRAINT fk_process_releases_by_agents FOREIGN KEY(by) REFERENCES agents (id)
);
CREATE INDEX ix_process_releases_process_id_id ON process_releases (process_id, id);
CREATE TABLE process_cases (
  id UUID NOT NULL,
  process_key TEXT NOT NULL,
  version_id UUID NOT NULL,
  subject_kind TEXT NOT NULL,
  subject UUID NOT NULL,
  customer UUID,
  state TEXT NOT NULL,
  outcome TEXT,
  data JSONB NOT NULL,
  engine JSONB NOT NULL,
  error TEXT,
  historic BOOLEAN NOT NULL,
  started_by UUID,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_process_cases PRIMARY KEY (id),
  CONSTRAINT ck_process_cases_state CHECK (state in ('running', 'ended', 'cancelled', 'stuck')),
  CONSTRAINT fk_process_cases_version_id_process_versions FOREIGN KEY(version_id) REFERENCES process_versions (id),
  CONSTRAINT fk_process_cases_started_by_agents FOREIGN KEY(started_by) REFERENCES agents (id)
);
CREATE INDEX ix_process_cases_customer_id ON process_cases (customer, id);
CREATE INDEX ix_process_cases_process_key_id ON process_cases (process_key, id);
CREATE INDEX ix_process_cases_state_id ON process_cases (state, id);
CREATE INDEX ix_process_cases_subject ON process_cases (subject);
CREATE TABLE case_tasks (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  token UUID NOT NULL,
  process_key TEXT NOT NULL,
  version_id UUID NOT NULL,
  node TEXT NOT NULL,
  name TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject UUID NOT NULL,
  customer UUID,
  department_id UUID,
  role TEXT,
  owner_id UUID,
  fields JSONB NOT NULL,
  screen TEXT,
  form JSONB NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  claimed_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  overdue_at TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  closed TEXT,
  closed_by UUID,
  CONSTRAINT pk_case_tasks PRIMARY KEY (id),
  CONSTRAINT ck_case_tasks_closed CHECK (closed in ('done', 'interrupted', 'withdrawn')),
  CONSTRAINT fk_case_tasks_case_id_process_cases FOREIGN KEY(case_id) REFERENCES process_cases (id),
  CONSTRAINT fk_case_tasks_department_id_departments FOREIGN KEY(department_id) REFERENCES departments (id),
  CONSTRAINT fk_case_tasks_owner_id_agents FOREIGN KEY(owner_id) REFERENCES agents (id),
  CONSTRAINT fk_case_tasks_closed_by_agents FOREIGN KEY(closed_by) REFERENCES agents (id)
);
CREATE INDEX ix_case_tasks_case_id ON case_tasks (case_id, id);
CREATE INDEX ix_case_tasks_department ON case_tasks (department_id, id) WHERE closed_at is null;
CREATE INDEX ix_case_tasks_owner ON case_tasks (owner_id, id) WHERE closed_at is null;
CREATE INDEX ix_case_tasks_process_key_opened_at ON case_tasks (process_key, opened_at);
CREATE INDEX ix_case_tasks_role ON case_tasks (role, id) WHERE closed_at is null;
CREATE INDEX ix_case_tasks_subject ON case_tasks (subject);
CREATE TABLE case_visits (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  token UUID NOT NULL,
  process_key TEXT NOT NULL,
  node TEXT NOT NULL,
  entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  left_at TIMESTAMP WITH TIME ZONE,
  how TEXT,
  by UUID,
  CONSTRAINT pk_case_visits PRIMARY KEY (id),
  CONSTRAINT fk_case_visits_case_id_process_cases FOREIGN KEY(case_id) REFERENCES process_cases (id)
);
CREATE INDEX ix_case_visits_case_id ON case_visits (case_id, id);
CREATE INDEX ix_case_visits_process_key_entered_at ON case_visits (process_key, entered_at);
CREATE TABLE case_waits (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  token UUID NOT NULL,
  node TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  attempts INTEGER NOT NULL,
  error TEXT,
  CONSTRAINT pk_case_waits PRIMARY KEY (id),
  CONSTRAINT ck_case_waits_kind CHECK (kind in ('timer', 'message', 'signal', 'step')),
  CONSTRAINT uq_case_waits_case_id_token UNIQUE (case_id, token),
  CONSTRAINT fk_case_waits_case_id_process_cases FOREIGN KEY(case_id) REFERENCES process_cases (id)
);
CREATE INDEX ix_case_waits_due_at ON case_waits (due_at) WHERE due_at is not null;
CREATE INDEX ix_case_waits_kind_name ON case_waits (kind, name);
ALTER TABLE processes ADD CONSTRAINT fk_processes_current_id
  FOREIGN KEY(current_id) REFERENCES process_versions (id);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("alter table processes drop constraint fk_processes_current_id")
    op.execute(
        "drop table case_waits, case_visits, case_tasks, process_cases, process_releases, "
        "process_versions, processes"
    )
