"""Customers: profiles, identities, attributes, notes, labels, consents, access, verifications.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = """
create table customers (
  id uuid not null,
  name text not null,
  name_given boolean not null,
  name_pinyin text not null,
  search_terms text[] not null,
  avatar text,
  email text,
  phone text,
  locale text,
  tier text not null,
  attributes jsonb not null,
  blocked_at timestamptz,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  erased_at timestamptz,
  constraint pk_customers primary key (id),
  constraint ck_customers_tier check (tier in ('standard', 'silver', 'gold', 'vip'))
);
create index ix_customers_email_prefix on customers (email text_pattern_ops);
create index ix_customers_last_seen_at_id on customers (last_seen_at desc, id desc);
create index ix_customers_name_pinyin_id on customers (name_pinyin, id);
create index ix_customers_phone_tail on customers (reverse(phone) text_pattern_ops);
create index ix_customers_pinyin_prefix
  on customers (replace(name_pinyin, ' ', '') text_pattern_ops);
create index ix_customers_search_terms on customers using gin (search_terms);
create table identities (
  id uuid not null,
  customer_id uuid not null,
  kind text not null,
  scope uuid,
  value text not null,
  verified_at timestamptz,
  created_at timestamptz not null,
  constraint pk_identities primary key (id),
  constraint ck_identities_kind
    check (kind in ('visitor', 'external_id', 'email', 'phone', 'openid', 'unionid', 'device',
      'api')),
  constraint uq_identities_kind_scope_value unique nulls not distinct (kind, scope, value),
  constraint fk_identities_customer_id_customers foreign key(customer_id)
    references customers (id)
);
create index ix_identities_customer_id on identities (customer_id);
create index ix_identities_value on identities (value);
create table merge_candidates (
  id uuid not null,
  one_id uuid not null,
  other_id uuid not null,
  kind text not null,
  verified boolean not null,
  created_at timestamptz not null,
  decided_at timestamptz,
  constraint pk_merge_candidates primary key (id),
  constraint uq_merge_candidates_one_id_other_id unique (one_id, other_id),
  constraint ck_merge_candidates_in_order check (one_id < other_id),
  constraint fk_merge_candidates_one_id_customers foreign key(one_id) references customers (id),
  constraint fk_merge_candidates_other_id_customers foreign key(other_id)
    references customers (id)
);
create index ix_merge_candidates_other_id on merge_candidates (other_id);
create table attributes (
  id uuid not null,
  key text not null,
  name text not null,
  kind text not null,
  choices jsonb not null,
  sensitive boolean not null,
  position integer not null,
  created_at timestamptz not null,
  constraint pk_attributes primary key (id),
  constraint ck_attributes_kind check (kind in ('text', 'number', 'date', 'choice', 'boolean')),
  constraint uq_attributes_key unique (key)
);
create table customer_notes (
  id uuid not null,
  customer_id uuid not null,
  author_id uuid,
  text text not null,
  created_at timestamptz not null,
  changed_at timestamptz,
  constraint pk_customer_notes primary key (id),
  constraint fk_customer_notes_customer_id_customers foreign key(customer_id)
    references customers (id),
  constraint fk_customer_notes_author_id_agents foreign key(author_id) references agents (id)
);
create index ix_customer_notes_author_id on customer_notes (author_id);
create index ix_customer_notes_customer_id_id on customer_notes (customer_id, id);
create table customer_labels (
  id uuid not null,
  name text not null,
  colour text not null,
  created_at timestamptz not null,
  constraint pk_customer_labels primary key (id),
  constraint uq_customer_labels_name unique (name)
);
create table customer_labelled (
  customer_id uuid not null,
  label_id uuid not null,
  at timestamptz not null,
  constraint pk_customer_labelled primary key (customer_id, label_id),
  constraint fk_customer_labelled_customer_id_customers foreign key(customer_id)
    references customers (id),
  constraint fk_customer_labelled_label_id_customer_labels foreign key(label_id)
    references customer_labels (id) on delete cascade
);
create index ix_customer_labelled_label_id on customer_labelled (label_id);
create table consents (
  id uuid not null,
  customer_id uuid not null,
  purpose text not null,
  channel text not null,
  evidence text not null,
  given_at timestamptz not null,
  withdrawn_at timestamptz,
  withdrawn_channel text,
  constraint pk_consents primary key (id),
  constraint fk_consents_customer_id_customers foreign key(customer_id) references customers (id)
);
create index ix_consents_customer_id_id on consents (customer_id, id);
create unique index ix_consents_in_force on consents (customer_id, purpose)
  where withdrawn_at is null;
create table customer_access (
  id uuid not null,
  customer_id uuid not null,
  agent_id uuid,
  team_id uuid,
  granted_at timestamptz not null,
  constraint pk_customer_access primary key (id),
  constraint uq_customer_access_customer_id_agent_id_team_id
    unique nulls not distinct (customer_id, agent_id, team_id),
  constraint ck_customer_access_agent_or_team check (num_nonnulls(agent_id, team_id) = 1),
  constraint fk_customer_access_customer_id_customers foreign key(customer_id)
    references customers (id),
  constraint fk_customer_access_agent_id_agents foreign key(agent_id) references agents (id),
  constraint fk_customer_access_team_id_teams foreign key(team_id)
    references teams (id) on delete cascade
);
create index ix_customer_access_agent_id_customer_id on customer_access (agent_id, customer_id);
create index ix_customer_access_team_id_customer_id on customer_access (team_id, customer_id);
create table verifications (
  id uuid not null,
  customer_id uuid not null,
  method text not null,
  verified_at timestamptz not null,
  valid_until timestamptz not null,
  verified_by uuid,
  revoked_at timestamptz,
  constraint pk_verifications primary key (id),
  constraint ck_verifications_method check (method in ('sms_code', 'order_phone')),
  constraint fk_verifications_customer_id_customers foreign key(customer_id)
    references customers (id),
  constraint fk_verifications_verified_by_agents foreign key(verified_by) references agents (id)
);
create index ix_verifications_customer_id_valid_until on verifications (customer_id, valid_until);
create index ix_verifications_verified_by on verifications (verified_by);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table verifications, customer_access, consents, customer_labelled, customer_labels, "
        "customer_notes, attributes, merge_candidates, identities, customers"
    )
