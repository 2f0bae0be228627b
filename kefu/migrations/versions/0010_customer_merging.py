"""Merging customers: who is one person, how sure that is, and what moved.

Revision ID: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = """
alter table customers add column merged_into uuid;
alter table customers add column own jsonb not null default '{}';
alter table customers add constraint fk_customers_merged_into_customers
  foreign key(merged_into) references customers (id);
create index ix_customers_merged_into on customers (merged_into) where merged_into is not null;
alter table customer_labelled add column id uuid not null default gen_random_uuid();
alter table customer_labelled add constraint uq_customer_labelled_id unique (id);
alter table merge_candidates add column confidence double precision not null default 0;
alter table merge_candidates add column evidence jsonb not null default '[]';
alter table merge_candidates add column decision text;
alter table merge_candidates add column decided_by uuid;
alter table merge_candidates add column why text;
alter table merge_candidates add constraint ck_merge_candidates_decision
  check (decision in ('merged', 'rejected'));
alter table merge_candidates add constraint fk_merge_candidates_decided_by_agents
  foreign key(decided_by) references agents (id);
create index ix_merge_candidates_decided_by on merge_candidates (decided_by);
create index ix_merge_candidates_open on merge_candidates (confidence, id)
  where decided_at is null;
create table customer_merges (
  id uuid not null,
  kept_id uuid not null,
  gone_id uuid not null,
  automatic boolean not null,
  merged_by uuid,
  reason text not null,
  confidence double precision not null,
  evidence jsonb not null,
  moved jsonb not null,
  at timestamptz not null,
  undone_at timestamptz,
  undone_by uuid,
  undone_reason text,
  constraint pk_customer_merges primary key (id),
  constraint fk_customer_merges_kept_id_customers foreign key(kept_id) references customers (id),
  constraint fk_customer_merges_gone_id_customers foreign key(gone_id) references customers (id),
  constraint fk_customer_merges_merged_by_agents foreign key(merged_by) references agents (id),
  constraint fk_customer_merges_undone_by_agents foreign key(undone_by) references agents (id)
);
create unique index ix_customer_merges_in_force on customer_merges (gone_id)
  where undone_at is null;
create index ix_customer_merges_gone_id on customer_merges (gone_id, id);
create index ix_customer_merges_kept_id on customer_merges (kept_id, id);
create index ix_customer_merges_merged_by on customer_merges (merged_by);
create index ix_customer_merges_undone_by on customer_merges (undone_by);
create table moved_rows (
  part text not null,
  row_id uuid not null,
  home_id uuid not null,
  constraint pk_moved_rows primary key (part, row_id),
  constraint fk_moved_rows_home_id_customers foreign key(home_id) references customers (id)
);
create index ix_moved_rows_home_id_part on moved_rows (home_id, part);
create table customer_addresses (
  id uuid not null,
  customer_id uuid not null,
  recipient text not null,
  phone text,
  province text not null,
  city text not null,
  district text not null,
  street text not null,
  detail text not null,
  postcode text,
  default_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint pk_customer_addresses primary key (id),
  constraint fk_customer_addresses_customer_id_customers foreign key(customer_id)
    references customers (id)
);
create index ix_customer_addresses_customer_id_id on customer_addresses (customer_id, id);
create table customer_imports (
  id uuid not null,
  name text not null,
  size bigint not null,
  sha256 text not null,
  key text not null,
  form text not null,
  encoding text not null,
  columns jsonb not null,
  sample jsonb not null,
  mapping jsonb not null,
  scope uuid,
  proven boolean not null,
  status text not null,
  problem text,
  rows integer not null,
  done integer not null,
  counts jsonb not null,
  checked jsonb not null,
  report jsonb not null,
  created_by uuid,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  forgotten_at timestamptz,
  constraint pk_customer_imports primary key (id),
  constraint ck_customer_imports_status check (status in ('uploaded', 'checking', 'checked',
    'running', 'done', 'stopped', 'failed')),
  constraint fk_customer_imports_created_by_agents foreign key(created_by) references agents (id)
);
create index ix_customer_imports_created_by on customer_imports (created_by);
create table customer_import_refusals (
  import_id uuid not null,
  line integer not null,
  field text,
  problem text not null,
  row jsonb not null,
  constraint pk_customer_import_refusals primary key (import_id, line),
  constraint fk_customer_import_refusals_import_id_customer_imports foreign key(import_id)
    references customer_imports (id) on delete cascade
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table customer_import_refusals, customer_imports, customer_addresses, moved_rows, "
        "customer_merges"
    )
    op.execute(
        "alter table merge_candidates drop column why, drop column decided_by, "
        "drop column decision, drop column evidence, drop column confidence"
    )
    op.execute("alter table customer_labelled drop column id")
    op.execute("alter table customers drop column own, drop column merged_into")
