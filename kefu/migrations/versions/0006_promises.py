"""Promises: calendars, policies, clocks and tasks, with the calendar and policy to begin with.

Revision ID: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = """
create table calendars (
  id uuid constraint pk_calendars primary key,
  name text not null constraint uq_calendars_name unique,
  timezone text not null,
  week jsonb not null,
  chinese_holidays boolean not null,
  holiday_hours jsonb not null,
  days jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create table policies (
  id uuid constraint pk_policies primary key,
  name text not null constraint uq_policies_name unique,
  position integer not null,
  active boolean not null,
  subject_kind text not null,
  inboxes jsonb not null,
  teams jsonb not null,
  priorities jsonb not null,
  calendar_id uuid constraint fk_policies_calendar_id_calendars references calendars (id),
  targets jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index ix_policies_position on policies (position, id);
create index ix_policies_calendar_id on policies (calendar_id);
create table clocks (
  id uuid constraint pk_clocks primary key,
  subject_kind text not null,
  subject uuid not null,
  kind text not null,
  conversation uuid,
  customer uuid,
  inbox uuid,
  team uuid,
  assignee uuid,
  priority integer,
  policy uuid,
  calendar uuid,
  started_at timestamptz not null,
  due_at timestamptz not null,
  warn_at timestamptz,
  warned_at timestamptz,
  broken_at timestamptz,
  paused_at timestamptz,
  stopped_at timestamptz,
  fires_at timestamptz,
  kept integer not null,
  broken integer not null
) with (fillfactor = 80);
create unique index uq_clocks_subject_kind on clocks (subject, kind);
create index ix_clocks_fires_at on clocks (fires_at) where fires_at is not null;
create table tasks (
  id uuid constraint pk_tasks primary key,
  title text not null,
  note text not null,
  owner_id uuid constraint fk_tasks_owner_id_agents references agents (id),
  department_id uuid constraint fk_tasks_department_id_departments references departments (id),
  created_by uuid constraint fk_tasks_created_by_agents references agents (id),
  subject_kind text,
  subject uuid,
  conversation uuid,
  customer uuid,
  due_at timestamptz,
  remind_at timestamptz,
  done_at timestamptz,
  done_by uuid constraint fk_tasks_done_by_agents references agents (id),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint ck_tasks_responsible check (owner_id is not null or department_id is not null)
);
create index ix_tasks_owner_id_id on tasks (owner_id, id);
create index ix_tasks_department_id_id on tasks (department_id, id);
create index ix_tasks_created_by_id on tasks (created_by, id);
create index ix_tasks_subject on tasks (subject) where subject is not null;
insert into calendars values (
  '01900000-0000-7000-8006-000000000001', '每天 9:00–21:00', 'Asia/Shanghai',
  '[[["09:00","21:00"]],[["09:00","21:00"]],[["09:00","21:00"]],[["09:00","21:00"]],
    [["09:00","21:00"]],[["09:00","21:00"]],[["09:00","21:00"]]]',
  false, '[]', '[]', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'
);
insert into policies values (
  '01900000-0000-7000-8006-000000000002', '基本承诺', 1000, true, 'conversation',
  '[]', '[]', '[]', '01900000-0000-7000-8006-000000000001',
  '{"first_reply": {"seconds": 60, "business_time": true, "warn_percent": 80},
    "next_reply": {"seconds": 180, "business_time": true, "warn_percent": 80},
    "idle": {"seconds": 600, "business_time": false, "warn_percent": null}}',
  '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop table tasks, clocks, policies, calendars")
