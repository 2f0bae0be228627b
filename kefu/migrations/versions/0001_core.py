"""The tables of the core: facts, their readers' cursors, what was set aside, bottlenecks.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = """
create table facts (
  id bigint generated always as identity (cache 1) constraint pk_facts primary key,
  kind text not null,
  subject uuid not null,
  conversation uuid,
  customer uuid,
  actor uuid,
  details jsonb not null,
  at timestamptz not null
);
create index ix_facts_customer_id on facts (customer, id)
  where customer is not null and kind not in ('message.received','message.sent');
create index ix_facts_conversation_id on facts (conversation, id)
  where conversation is not null and kind not in ('message.received','message.sent');
create index ix_facts_kind_id on facts (kind, id)
  where kind not in ('message.received','message.sent');
create index ix_facts_actor_id on facts (actor, id)
  where actor is not null and kind not in ('message.received','message.sent');
create index ix_facts_subject_id on facts (subject, id)
  where kind not in ('message.received','message.sent');
create index ix_facts_at on facts using brin (at);
create table fact_cursors (
  group_name text not null,
  shard smallint not null,
  position bigint not null,
  constraint pk_fact_cursors primary key (group_name, shard)
) with (fillfactor = 50);
create table facts_aside (
  id bigint generated always as identity constraint pk_facts_aside primary key,
  group_name text not null,
  fact bigint not null,
  kind text not null,
  subject uuid not null,
  error text not null,
  at timestamptz not null,
  resolved_at timestamptz
);
create index ix_facts_aside_open on facts_aside (group_name, subject) where resolved_at is null;
create table bottlenecks (
  id bigint generated always as identity constraint pk_bottlenecks primary key,
  module text not null,
  p95_ms integer not null,
  limit_ms integer not null,
  requests integer not null,
  advice text not null,
  figures jsonb not null,
  at timestamptz not null
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop table bottlenecks, facts_aside, fact_cursors, facts")
