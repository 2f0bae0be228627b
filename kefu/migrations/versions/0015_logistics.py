"""Logistics: carriers, anomalies, notices to customers, sources and what differs from them.

Revision ID: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE tracking_events ADD COLUMN province TEXT, ADD COLUMN reason TEXT;
CREATE TABLE carriers (
  id UUID NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  agreement BOOLEAN NOT NULL,
  agreement_until DATE,
  priority INTEGER NOT NULL,
  active BOOLEAN NOT NULL,
  provinces TEXT[] NOT NULL,
  thresholds JSONB NOT NULL,
  silent_after_hours DOUBLE PRECISION NOT NULL,
  heard_at TIMESTAMP WITH TIME ZONE,
  silent_since TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_carriers PRIMARY KEY (id),
  CONSTRAINT ck_carriers_priority CHECK (priority >= 1),
  CONSTRAINT uq_carriers_code UNIQUE (code)
);
CREATE TABLE carrier_days (
  carrier TEXT NOT NULL,
  day DATE NOT NULL,
  delivered INTEGER NOT NULL,
  promised INTEGER NOT NULL,
  on_time INTEGER NOT NULL,
  hours DOUBLE PRECISION NOT NULL,
  problems INTEGER NOT NULL,
  CONSTRAINT pk_carrier_days PRIMARY KEY (carrier, day)
);
CREATE TABLE waiting_scans (
  id UUID NOT NULL,
  carrier TEXT,
  tracking_number TEXT NOT NULL,
  external_id TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  code TEXT NOT NULL,
  place TEXT,
  province TEXT,
  reason TEXT,
  text TEXT,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_waiting_scans PRIMARY KEY (id),
  CONSTRAINT uq_waiting_scans_tracking_number_external_id UNIQUE (tracking_number, external_id)
);
CREATE INDEX ix_waiting_scans_received_at ON waiting_scans (received_at);
CREATE TABLE delivery_watches (
  subject UUID NOT NULL,
  subject_kind TEXT NOT NULL,
  order_id UUID NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_delivery_watches PRIMARY KEY (subject),
  CONSTRAINT fk_delivery_watches_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE
);
CREATE INDEX ix_delivery_watches_due_at ON delivery_watches (due_at) WHERE due_at is not null;
CREATE INDEX ix_delivery_watches_order_id ON delivery_watches (order_id);
CREATE TABLE delivery_anomalies (
  id UUID NOT NULL,
  subject UUID NOT NULL,
  subject_kind TEXT NOT NULL,
  order_id UUID NOT NULL,
  shipment_id UUID,
  customer_id UUID,
  order_number TEXT NOT NULL,
  tracking_number TEXT,
  carrier TEXT,
  kind TEXT NOT NULL,
  urgency INTEGER NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  evidence JSONB NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  overdue_at TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  closing TEXT,
  closed_by UUID,
  remedy TEXT,
  task_id UUID,
  CONSTRAINT pk_delivery_anomalies PRIMARY KEY (id),
  CONSTRAINT ck_delivery_anomalies_kind CHECK (kind in ('stuck', 'loop', 'wrong_region', 'exception', 'return_to_sender', 'lost', 'delayed_scan', 'promise_at_risk', 'promise_broken')),
  CONSTRAINT ck_delivery_anomalies_closing CHECK (closing in ('went_on', 'ended', 'handled')),
  CONSTRAINT ck_delivery_anomalies_urgency CHECK (urgency between 0 and 3),
  CONSTRAINT fk_delivery_anomalies_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_delivery_anomalies_shipment_id_shipments FOREIGN KEY(shipment_id) REFERENCES shipments (id) ON DELETE CASCADE,
  CONSTRAINT fk_delivery_anomalies_closed_by_agents FOREIGN KEY(closed_by) REFERENCES agents (id)
);
CREATE INDEX ix_delivery_anomalies_opened_at_id ON delivery_anomalies (opened_at DESC, id DESC);
CREATE INDEX ix_delivery_anomalies_order_id ON delivery_anomalies (order_id);
CREATE INDEX ix_delivery_anomalies_shipment_id ON delivery_anomalies (shipment_id);
CREATE INDEX ix_delivery_anomalies_urgent ON delivery_anomalies (urgency DESC, opened_at DESC, id DESC) WHERE closed_at is null;
CREATE UNIQUE INDEX uq_delivery_anomalies_open ON delivery_anomalies (subject, kind) WHERE closed_at is null;
CREATE TABLE logistics_settings (
  id INTEGER NOT NULL,
  thresholds JSONB NOT NULL,
  solve_hours DOUBLE PRECISION NOT NULL,
  department_id UUID,
  notices JSONB NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_logistics_settings PRIMARY KEY (id),
  CONSTRAINT fk_logistics_settings_department_id_departments FOREIGN KEY(department_id) REFERENCES departments (id)
);
CREATE TABLE customer_notices (
  id UUID NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  order_id UUID NOT NULL,
  shipment_id UUID,
  anomaly_id UUID,
  customer_id UUID,
  text TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  way TEXT,
  not_before TIMESTAMP WITH TIME ZONE,
  handed_at TIMESTAMP WITH TIME ZONE,
  settled_at TIMESTAMP WITH TIME ZONE,
  settled_by UUID,
  conversation_id UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_customer_notices PRIMARY KEY (id),
  CONSTRAINT ck_customer_notices_status CHECK (status in ('draft', 'waiting', 'sent', 'undelivered', 'discarded', 'suppressed')),
  CONSTRAINT ck_customer_notices_way CHECK (way in ('conversation', 'mail')),
  CONSTRAINT uq_customer_notices_key UNIQUE (key),
  CONSTRAINT fk_customer_notices_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_customer_notices_anomaly_id_delivery_anomalies FOREIGN KEY(anomaly_id) REFERENCES delivery_anomalies (id) ON DELETE SET NULL,
  CONSTRAINT fk_customer_notices_settled_by_agents FOREIGN KEY(settled_by) REFERENCES agents (id)
);
CREATE INDEX ix_customer_notices_anomaly_id ON customer_notices (anomaly_id);
CREATE INDEX ix_customer_notices_customer_id ON customer_notices (customer_id);
CREATE INDEX ix_customer_notices_not_before ON customer_notices (not_before) WHERE status = 'waiting';
CREATE INDEX ix_customer_notices_order_id_id ON customer_notices (order_id, id);
CREATE INDEX ix_customer_notices_status_id ON customer_notices (status, id DESC);
CREATE TABLE notice_wishes (
  customer_id UUID NOT NULL,
  wanted BOOLEAN NOT NULL,
  way TEXT,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_notice_wishes PRIMARY KEY (customer_id),
  CONSTRAINT ck_notice_wishes_way CHECK (way in ('conversation', 'mail')),
  CONSTRAINT fk_notice_wishes_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE TABLE commerce_sources (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  book TEXT,
  shop_id UUID,
  url TEXT NOT NULL,
  account TEXT NOT NULL,
  secret TEXT NOT NULL,
  webhook_secret TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE,
  answered_at TIMESTAMP WITH TIME ZONE,
  failure TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_commerce_sources PRIMARY KEY (id),
  CONSTRAINT ck_commerce_sources_kind CHECK (kind in ('book', 'woocommerce', 'qiyu')),
  CONSTRAINT ck_commerce_sources_book CHECK (book in ('orders', 'tracking')),
  CONSTRAINT uq_commerce_sources_name UNIQUE (name),
  CONSTRAINT fk_commerce_sources_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id)
);
CREATE INDEX ix_commerce_sources_shop_id ON commerce_sources (shop_id);
CREATE TABLE reconciliations (
  id UUID NOT NULL,
  source_id UUID NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  compared INTEGER NOT NULL,
  alike INTEGER NOT NULL,
  differences INTEGER NOT NULL,
  mended INTEGER NOT NULL,
  failure TEXT,
  CONSTRAINT pk_reconciliations PRIMARY KEY (id),
  CONSTRAINT fk_reconciliations_source_id_commerce_sources FOREIGN KEY(source_id) REFERENCES commerce_sources (id) ON DELETE CASCADE
);
CREATE INDEX ix_reconciliations_source_id ON reconciliations (source_id);
CREATE INDEX ix_reconciliations_started_at ON reconciliations (started_at DESC);
CREATE TABLE reconciliation_differences (
  id UUID NOT NULL,
  reconciliation_id UUID NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  external_id TEXT,
  ours TEXT,
  theirs TEXT,
  mended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_reconciliation_differences PRIMARY KEY (id),
  CONSTRAINT ck_reconciliation_differences_kind CHECK (kind in ('missing_order', 'wrong_status', 'missing_scan', 'unknown_scan', 'wrong_parcel_status')),
  CONSTRAINT fk_reconciliation_differences_reconciliation_id_reconciliations FOREIGN KEY(reconciliation_id) REFERENCES reconciliations (id) ON DELETE CASCADE
);
CREATE INDEX ix_reconciliation_differences_reconciliation_id_id ON reconciliation_differences (reconciliation_id, id);
insert into logistics_settings (id, thresholds, solve_hours, notices, changed_at)
  values (1, '{}', 2, '{}', now());
insert into carriers (id, code, name, name_en, agreement, priority, active, provinces, thresholds,
  silent_after_hours, created_at, updated_at) values
  ('00000000-0000-7000-8000-00000000ca01', 'sf', '顺丰速运', 'SF Express', true, 1, true, '{}', '{}', 6, now(), now()),
  ('00000000-0000-7000-8000-00000000ca02', 'jd', '京东物流', 'JD Logistics', true, 2, true, '{}', '{}', 6, now(), now());
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table reconciliation_differences, reconciliations, commerce_sources, notice_wishes, "
        "customer_notices, logistics_settings, delivery_anomalies, delivery_watches, "
        "waiting_scans, carrier_days, carriers"
    )
    op.execute("alter table tracking_events drop column province, drop column reason")
