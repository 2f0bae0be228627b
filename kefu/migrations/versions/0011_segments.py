"""Segments: figures, rules, memberships, care, portraits, points, dedicated service.

Revision ID: 0011
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE segment_rules (
  id UUID NOT NULL,
  dimension TEXT NOT NULL,
  value TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  conditions JSONB NOT NULL,
  enabled BOOLEAN NOT NULL,
  version INTEGER NOT NULL,
  points_percent INTEGER NOT NULL,
  priority_weight INTEGER NOT NULL,
  hint TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_segment_rules PRIMARY KEY (id),
  CONSTRAINT ck_segment_rules_dimension
    CHECK (dimension in ('lifecycle', 'value_tier', 'persona', 'scenario', 'size', 'stage')),
  CONSTRAINT uq_segment_rules_dimension_value UNIQUE (dimension, value),
  CONSTRAINT ck_segment_rules_points_percent CHECK (points_percent between 0 and 1000),
  CONSTRAINT ck_segment_rules_priority_weight CHECK (priority_weight between 0 and 100)
);
CREATE TABLE segment_rule_versions (
  rule_id UUID NOT NULL,
  version INTEGER NOT NULL,
  conditions JSONB NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_by UUID,
  CONSTRAINT pk_segment_rule_versions PRIMARY KEY (rule_id, version),
  CONSTRAINT fk_segment_rule_versions_changed_by_agents
    FOREIGN KEY(changed_by) REFERENCES agents (id)
);
CREATE INDEX ix_segment_rule_versions_changed_by ON segment_rule_versions (changed_by);
CREATE TABLE customer_figures (
  customer_id UUID NOT NULL,
  orders INTEGER NOT NULL,
  first_order_at TIMESTAMP WITH TIME ZONE,
  last_order_at TIMESTAMP WITH TIME ZONE,
  spent BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  returns INTEGER NOT NULL,
  last_return_at TIMESTAMP WITH TIME ZONE,
  refunded BIGINT NOT NULL,
  conversations INTEGER NOT NULL,
  last_conversation_at TIMESTAMP WITH TIME ZONE,
  complaints INTEGER NOT NULL,
  last_complaint_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_customer_figures PRIMARY KEY (customer_id)
);
CREATE TABLE customer_standings (
  customer_id UUID NOT NULL,
  lifecycle TEXT NOT NULL,
  value_tier TEXT NOT NULL,
  persona TEXT NOT NULL,
  scenario TEXT NOT NULL,
  size TEXT NOT NULL,
  stage TEXT NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_customer_standings PRIMARY KEY (customer_id)
);
CREATE TABLE segment_memberships (
  customer_id UUID NOT NULL,
  dimension TEXT NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  value TEXT NOT NULL,
  former TEXT,
  rule_id UUID,
  rule_version INTEGER,
  until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_segment_memberships PRIMARY KEY (customer_id, dimension, since)
);
CREATE INDEX ix_segment_memberships_since_brin ON segment_memberships USING brin (since);
CREATE TABLE segment_runs (
  id UUID NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  customers INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  CONSTRAINT pk_segment_runs PRIMARY KEY (id)
);
CREATE TABLE care_plans (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  occasion TEXT NOT NULL,
  dimension TEXT,
  value TEXT,
  conditions JSONB NOT NULL,
  steps JSONB NOT NULL,
  purpose TEXT NOT NULL,
  owner_id UUID,
  department_id UUID,
  period_days INTEGER NOT NULL,
  window_days INTEGER NOT NULL,
  control_percent INTEGER NOT NULL,
  enabled BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_care_plans PRIMARY KEY (id),
  CONSTRAINT ck_care_plans_occasion
    CHECK (occasion in ('entered_segment', 'birthday', 'after_purchase', 'after_complaint')),
  CONSTRAINT ck_care_plans_purpose
    CHECK (purpose in ('service', 'marketing', 'survey', 'profiling', 'recording', 'care')),
  CONSTRAINT ck_care_plans_responsible CHECK (owner_id is not null or department_id is not null),
  CONSTRAINT ck_care_plans_control_percent CHECK (control_percent between 0 and 50),
  CONSTRAINT ck_care_plans_period_days CHECK (period_days between 1 and 3660),
  CONSTRAINT ck_care_plans_window_days CHECK (window_days between 1 and 366),
  CONSTRAINT ck_care_plans_segment
    CHECK ((occasion = 'entered_segment') = (dimension is not null and value is not null)),
  CONSTRAINT uq_care_plans_name UNIQUE (name),
  CONSTRAINT fk_care_plans_owner_id_agents FOREIGN KEY(owner_id) REFERENCES agents (id),
  CONSTRAINT fk_care_plans_department_id_departments
    FOREIGN KEY(department_id) REFERENCES departments (id)
);
CREATE INDEX ix_care_plans_department_id ON care_plans (department_id);
CREATE INDEX ix_care_plans_owner_id ON care_plans (owner_id);
CREATE TABLE care_courses (
  id UUID NOT NULL,
  plan_id UUID NOT NULL,
  customer_id UUID NOT NULL,
  arm TEXT NOT NULL,
  channel TEXT,
  occasion_at TIMESTAMP WITH TIME ZONE NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  window_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  steps INTEGER NOT NULL,
  steps_done INTEGER NOT NULL,
  tasks_made_at TIMESTAMP WITH TIME ZONE,
  completed_at TIMESTAMP WITH TIME ZONE,
  repurchased_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_care_courses PRIMARY KEY (id),
  CONSTRAINT ck_care_courses_arm CHECK (arm in ('care', 'control')),
  CONSTRAINT uq_care_courses_plan_id_customer_id_started_at
    UNIQUE (plan_id, customer_id, started_at),
  CONSTRAINT fk_care_courses_plan_id_care_plans
    FOREIGN KEY(plan_id) REFERENCES care_plans (id) ON DELETE CASCADE,
  CONSTRAINT fk_care_courses_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE INDEX ix_care_courses_customer_id_id ON care_courses (customer_id, id);
CREATE INDEX ix_care_courses_plan_id_id ON care_courses (plan_id, id);
CREATE INDEX ix_care_courses_watched
    ON care_courses (customer_id, window_ends_at) WHERE repurchased_at is null;
CREATE INDEX ix_care_courses_without_tasks
    ON care_courses (id) WHERE tasks_made_at is null and arm = 'care';
CREATE TABLE customer_talk (
  id UUID NOT NULL,
  customer_id UUID NOT NULL,
  channel TEXT NOT NULL,
  messages INTEGER NOT NULL,
  characters BIGINT NOT NULL,
  questions INTEGER NOT NULL,
  technical INTEGER NOT NULL,
  pressing INTEGER NOT NULL,
  warm INTEGER NOT NULL,
  morning INTEGER NOT NULL,
  afternoon INTEGER NOT NULL,
  evening INTEGER NOT NULL,
  night INTEGER NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_customer_talk PRIMARY KEY (id),
  CONSTRAINT fk_customer_talk_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE INDEX ix_customer_talk_customer_id ON customer_talk (customer_id);
CREATE TABLE portrait_traits (
  customer_id UUID NOT NULL,
  attribute TEXT NOT NULL,
  learned TEXT,
  confidence INTEGER NOT NULL,
  evidence JSONB NOT NULL,
  learned_at TIMESTAMP WITH TIME ZONE,
  given TEXT,
  given_by UUID,
  given_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_portrait_traits PRIMARY KEY (customer_id, attribute),
  CONSTRAINT ck_portrait_traits_confidence CHECK (confidence between 0 and 100),
  CONSTRAINT ck_portrait_traits_said CHECK (num_nonnulls(learned, given) > 0),
  CONSTRAINT fk_portrait_traits_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_portrait_traits_given_by_agents FOREIGN KEY(given_by) REFERENCES agents (id)
);
CREATE INDEX ix_portrait_traits_given_by ON portrait_traits (given_by);
CREATE TABLE points_rules (
  id SMALLINT NOT NULL,
  points_per_yuan INTEGER NOT NULL,
  redemption_hours INTEGER NOT NULL,
  expire_months INTEGER NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_points_rules PRIMARY KEY (id),
  CONSTRAINT ck_points_rules_single CHECK (id = 1),
  CONSTRAINT ck_points_rules_points_per_yuan CHECK (points_per_yuan between 0 and 1000),
  CONSTRAINT ck_points_rules_redemption_hours CHECK (redemption_hours between 1 and 8784),
  CONSTRAINT ck_points_rules_expire_months CHECK (expire_months between 0 and 120)
);
CREATE TABLE points_accounts (
  customer_id UUID NOT NULL,
  balance BIGINT NOT NULL,
  last_entry_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_points_accounts PRIMARY KEY (customer_id),
  CONSTRAINT ck_points_accounts_balance CHECK (balance >= 0),
  CONSTRAINT fk_points_accounts_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE INDEX ix_points_accounts_last_entry_at
    ON points_accounts (last_entry_at) WHERE balance > 0;
CREATE TABLE points_entries (
  id UUID NOT NULL,
  customer_id UUID NOT NULL,
  kind TEXT NOT NULL,
  points BIGINT NOT NULL,
  reason TEXT NOT NULL,
  key TEXT,
  reverses UUID,
  by UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_points_entries PRIMARY KEY (id),
  CONSTRAINT ck_points_entries_kind CHECK (kind in ('earn', 'redeem', 'reverse', 'expire')),
  CONSTRAINT ck_points_entries_points CHECK (points <> 0),
  CONSTRAINT fk_points_entries_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_points_entries_reverses_points_entries
    FOREIGN KEY(reverses) REFERENCES points_entries (id),
  CONSTRAINT fk_points_entries_by_agents FOREIGN KEY(by) REFERENCES agents (id)
);
CREATE INDEX ix_points_entries_by ON points_entries (by);
CREATE INDEX ix_points_entries_customer_id_id ON points_entries (customer_id, id);
CREATE UNIQUE INDEX uq_points_entries_key ON points_entries (key) WHERE key is not null;
CREATE UNIQUE INDEX uq_points_entries_reverses
    ON points_entries (reverses) WHERE reverses is not null;
CREATE TABLE redemptions (
  id UUID NOT NULL,
  customer_id UUID NOT NULL,
  benefit TEXT NOT NULL,
  points BIGINT NOT NULL,
  status TEXT NOT NULL,
  entry_id UUID NOT NULL,
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  delayed_at TIMESTAMP WITH TIME ZONE,
  settled_at TIMESTAMP WITH TIME ZONE,
  settled_by UUID,
  CONSTRAINT pk_redemptions PRIMARY KEY (id),
  CONSTRAINT ck_redemptions_status CHECK (status in ('pending', 'fulfilled', 'cancelled')),
  CONSTRAINT ck_redemptions_points CHECK (points > 0),
  CONSTRAINT fk_redemptions_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_redemptions_entry_id_points_entries
    FOREIGN KEY(entry_id) REFERENCES points_entries (id),
  CONSTRAINT fk_redemptions_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id),
  CONSTRAINT fk_redemptions_settled_by_agents FOREIGN KEY(settled_by) REFERENCES agents (id)
);
CREATE INDEX ix_redemptions_customer_id_id ON redemptions (customer_id, id);
CREATE INDEX ix_redemptions_requested_at ON redemptions (requested_at);
CREATE INDEX ix_redemptions_requested_by ON redemptions (requested_by);
CREATE INDEX ix_redemptions_settled_by ON redemptions (settled_by);
CREATE INDEX ix_redemptions_status_id ON redemptions (status, id);
CREATE TABLE dedicated_services (
  id UUID NOT NULL,
  dimension TEXT NOT NULL,
  value TEXT NOT NULL,
  mode TEXT NOT NULL,
  team_id UUID NOT NULL,
  pool_team_id UUID NOT NULL,
  ceiling INTEGER NOT NULL,
  customers INTEGER NOT NULL,
  agents INTEGER NOT NULL,
  fallen_back BOOLEAN NOT NULL,
  balanced_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_dedicated_services PRIMARY KEY (id),
  CONSTRAINT ck_dedicated_services_mode CHECK (mode in ('one_to_one', 'pool')),
  CONSTRAINT uq_dedicated_services_dimension_value UNIQUE (dimension, value),
  CONSTRAINT ck_dedicated_services_ceiling CHECK (ceiling between 1 and 100000),
  CONSTRAINT fk_dedicated_services_team_id_teams FOREIGN KEY(team_id) REFERENCES teams (id),
  CONSTRAINT fk_dedicated_services_pool_team_id_teams
    FOREIGN KEY(pool_team_id) REFERENCES teams (id)
);
CREATE INDEX ix_dedicated_services_pool_team_id ON dedicated_services (pool_team_id);
CREATE INDEX ix_dedicated_services_team_id ON dedicated_services (team_id);
CREATE TABLE dedicated_owners (
  customer_id UUID NOT NULL,
  service_id UUID NOT NULL,
  owner_id UUID NOT NULL,
  backup_id UUID,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_dedicated_owners PRIMARY KEY (customer_id),
  CONSTRAINT ck_dedicated_owners_two CHECK (owner_id <> backup_id),
  CONSTRAINT fk_dedicated_owners_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_dedicated_owners_service_id_dedicated_services
    FOREIGN KEY(service_id) REFERENCES dedicated_services (id),
  CONSTRAINT fk_dedicated_owners_owner_id_agents FOREIGN KEY(owner_id) REFERENCES agents (id),
  CONSTRAINT fk_dedicated_owners_backup_id_agents FOREIGN KEY(backup_id) REFERENCES agents (id)
);
CREATE INDEX ix_dedicated_owners_backup_id ON dedicated_owners (backup_id);
CREATE INDEX ix_dedicated_owners_owner_id ON dedicated_owners (owner_id);
CREATE INDEX ix_dedicated_owners_service_id_owner_id ON dedicated_owners (service_id, owner_id);
CREATE TABLE recommendations (
  id UUID NOT NULL,
  customer_id UUID NOT NULL,
  product_id UUID NOT NULL,
  conversation_id UUID,
  agent_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  window_days INTEGER NOT NULL,
  order_id UUID,
  bought_at TIMESTAMP WITH TIME ZONE,
  amount BIGINT,
  currency CHAR(3),
  taken_back_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_recommendations PRIMARY KEY (id),
  CONSTRAINT ck_recommendations_window_days CHECK (window_days between 1 and 366),
  CONSTRAINT fk_recommendations_customer_id_customers
    FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_recommendations_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_recommendations_agent_id ON recommendations (agent_id);
CREATE INDEX ix_recommendations_at ON recommendations (at);
CREATE INDEX ix_recommendations_customer_id_id ON recommendations (customer_id, id);
CREATE INDEX ix_recommendations_product_id_customer_id
    ON recommendations (product_id, customer_id);
CREATE UNIQUE INDEX uq_recommendations_order_id_product_id
    ON recommendations (order_id, product_id) WHERE order_id is not null;
INSERT INTO points_rules (id, points_per_yuan, redemption_hours, expire_months, updated_at)
  VALUES (1, 1, 48, 0, now());
"""

RULE = (
    "insert into segment_rules (id, dimension, value, name, position, conditions, enabled, "
    "version, points_percent, priority_weight, hint, created_at, updated_at) values "
    "(cast(:id as uuid), :dimension, :value, :name, :position, cast(:conditions as jsonb), true, 1, :points, "
    ":weight, :hint, now(), now())"
)
VERSION = (
    "insert into segment_rule_versions (rule_id, version, conditions, at) "
    "select id, version, conditions, created_at from segment_rules"
)


def test(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def rule(given: str, conditions: dict[str, Any], points: int = 100, weight: int = 0) -> Any:
    dimension, value, position, name, hint = (given + "|").split("|")[:5]
    return {
        "dimension": dimension,
        "value": value,
        "position": int(position),
        "name": name,
        "hint": hint,
        "conditions": json.dumps(conditions),
        "points": points,
        "weight": weight,
    }


RULES = (
    rule(
        "lifecycle|churn_risk|10|潜在流失客户|可能流失：先了解最近一次不满意的原因，再介绍专属优惠。",
        {"all": [test("orders", "at_least", 1), test("last_order", "longer_than_days", 180)]},
        100,
        5,
    ),
    rule(
        "lifecycle|core|20|核心会员|核心会员：享 1.5 倍积分与优先服务，称呼会员等级。",
        {"any": [test("orders", "at_least", 3), test("spent", "at_least", 500000)]},
        150,
        20,
    ),
    rule(
        "lifecycle|new|30|新会员|新会员：主动说明退换货政策（七天无理由、质量问题十五天换新），并引导完成首次使用。",
        test("registered", "within_days", 90),
        100,
        0,
    ),
    rule("value_tier|high|10|高价值|", test("spent", "at_least", 1000000), 100, 10),
    rule("value_tier|middle|20|中价值|", test("spent", "at_least", 100000), 100, 5),
    rule("value_tier|low|30|低价值|", test("spent", "at_least", 1), 100, 0),
    rule(
        "persona|careful|10|谨慎挑剔型|退换较多：下单前先确认规格与期望。",
        test("returns", "at_least", 2),
        100,
        0,
    ),
    rule("persona|asking|20|爱咨询型|", test("conversations", "at_least", 5), 100, 0),
    rule("persona|loyal|30|忠实回购型|", test("orders", "at_least", 5), 100, 0),
    rule("scenario|education|10|教育|", test("email", "contains", ".edu"), 100, 0),
    rule("scenario|business|20|商用|", test("average_order", "at_least", 500000), 100, 0),
    rule("scenario|home|30|家用|", test("orders", "at_least", 1), 100, 0),
    rule("size|large|10|大客户|", test("orders", "at_least", 20), 100, 0),
    rule("size|medium|20|中等规模|", test("orders", "at_least", 5), 100, 0),
    rule("size|small|30|小规模|", test("orders", "at_least", 1), 100, 0),
    rule(
        "stage|after_sales|10|售后中|售后中：先查退换货进度再答复。",
        {
            "any": [
                test("last_return", "within_days", 30),
                test("last_complaint", "within_days", 30),
            ]
        },
        100,
        0,
    ),
    rule("stage|in_use|20|使用中|", test("orders", "at_least", 1), 100, 0),
    rule(
        "stage|pre_purchase|30|购买前|购买前：问清用途与预算再推荐。",
        test("orders", "at_most", 0),
        100,
        0,
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for number, row in enumerate(RULES, start=1):
        identifier = f"01900000-0000-7000-8011-{number:012}"
        op.execute(sa.text(RULE).bindparams(id=identifier, **row))
    op.execute(VERSION)


def downgrade() -> None:
    op.execute(
        "drop table recommendations, dedicated_owners, dedicated_services, redemptions, points_entries, points_accounts, points_rules, portrait_traits, customer_talk, care_courses, care_plans, segment_runs, segment_memberships, customer_standings, customer_figures, segment_rule_versions, segment_rules"
    )
