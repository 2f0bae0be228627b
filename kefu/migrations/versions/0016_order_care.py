"""Order care: windows, changes, codes, invoices, coupons, price protection, appointments.

Revision ID: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE appointment_slots (
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  weekday SMALLINT NOT NULL,
  starts TEXT NOT NULL,
  ends TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  CONSTRAINT pk_appointment_slots PRIMARY KEY (id),
  CONSTRAINT ck_appointment_slots_kind CHECK (kind in ('installation', 'repair', 'usage')),
  CONSTRAINT ck_appointment_slots_mode CHECK (mode in ('on_site', 'remote')),
  CONSTRAINT ck_appointment_slots_bounds CHECK (weekday between 0 and 6 and capacity > 0),
  CONSTRAINT uq_appointment_slots_kind_mode_weekday_starts UNIQUE (kind, mode, weekday, starts)
);
CREATE TABLE compensation_limits (
  role TEXT NOT NULL,
  per_coupon BIGINT NOT NULL,
  per_customer BIGINT NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_compensation_limits PRIMARY KEY (role),
  CONSTRAINT ck_compensation_limits_amounts CHECK (per_coupon >= 0 and per_customer >= 0)
);
CREATE TABLE care_profiles (
  id UUID NOT NULL,
  shop_id UUID,
  rules JSONB NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_care_profiles PRIMARY KEY (id),
  CONSTRAINT uq_care_profiles_shop_id UNIQUE NULLS NOT DISTINCT (shop_id),
  CONSTRAINT fk_care_profiles_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id) ON DELETE CASCADE
);
CREATE TABLE delivery_addresses (
  customer_id UUID NOT NULL,
  address JSONB NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_delivery_addresses PRIMARY KEY (customer_id),
  CONSTRAINT fk_delivery_addresses_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE TABLE freight_rules (
  id UUID NOT NULL,
  shop_id UUID,
  same_province BIGINT NOT NULL,
  other_province BIGINT NOT NULL,
  warehouse_province TEXT NOT NULL,
  days INTEGER NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_freight_rules PRIMARY KEY (id),
  CONSTRAINT ck_freight_rules_amounts CHECK (same_province >= 0 and other_province >= 0 and days >= 0),
  CONSTRAINT uq_freight_rules_shop_id UNIQUE NULLS NOT DISTINCT (shop_id),
  CONSTRAINT fk_freight_rules_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id) ON DELETE CASCADE
);
CREATE TABLE order_windows (
  id UUID NOT NULL,
  shop_id UUID,
  kind TEXT NOT NULL,
  statuses JSONB NOT NULL,
  minutes INTEGER,
  special BOOLEAN NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_order_windows PRIMARY KEY (id),
  CONSTRAINT ck_order_windows_kind CHECK (kind in ('content', 'address', 'payment', 'cancel')),
  CONSTRAINT ck_order_windows_minutes CHECK (minutes is null or minutes >= 0),
  CONSTRAINT uq_order_windows_shop_id_kind UNIQUE NULLS NOT DISTINCT (shop_id, kind),
  CONSTRAINT fk_order_windows_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id) ON DELETE CASCADE
);
CREATE TABLE price_protection_rules (
  id UUID NOT NULL,
  shop_id UUID,
  days INTEGER NOT NULL,
  counts_from TEXT NOT NULL,
  most_per_line BIGINT,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_price_protection_rules PRIMARY KEY (id),
  CONSTRAINT ck_price_protection_rules_counts_from CHECK (counts_from in ('placed', 'delivered')),
  CONSTRAINT ck_price_protection_rules_days CHECK (days >= 0),
  CONSTRAINT uq_price_protection_rules_shop_id UNIQUE NULLS NOT DISTINCT (shop_id),
  CONSTRAINT fk_price_protection_rules_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id) ON DELETE CASCADE
);
CREATE TABLE after_sale_requests (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  customer_id UUID,
  kind TEXT NOT NULL,
  lines JSONB NOT NULL,
  reason TEXT,
  payment_method_id UUID,
  difference BIGINT NOT NULL,
  currency TEXT NOT NULL,
  source TEXT NOT NULL,
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_after_sale_requests PRIMARY KEY (id),
  CONSTRAINT ck_after_sale_requests_kind CHECK (kind in ('return', 'exchange')),
  CONSTRAINT ck_after_sale_requests_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT fk_after_sale_requests_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_after_sale_requests_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_after_sale_requests_payment_method_id_payment_methods FOREIGN KEY(payment_method_id) REFERENCES payment_methods (id),
  CONSTRAINT fk_after_sale_requests_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id)
);
CREATE INDEX ix_after_sale_requests_customer_id ON after_sale_requests (customer_id);
CREATE INDEX ix_after_sale_requests_order_id ON after_sale_requests (order_id);
CREATE INDEX ix_after_sale_requests_requested_by ON after_sale_requests (requested_by);
CREATE TABLE appointments (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  customer_id UUID,
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT NOT NULL,
  technician_id UUID,
  note TEXT NOT NULL,
  moves INTEGER NOT NULL,
  reminded_at TIMESTAMP WITH TIME ZONE,
  late_at TIMESTAMP WITH TIME ZONE,
  begun_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  source TEXT NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_appointments PRIMARY KEY (id),
  CONSTRAINT ck_appointments_kind CHECK (kind in ('installation', 'repair', 'usage')),
  CONSTRAINT ck_appointments_mode CHECK (mode in ('on_site', 'remote')),
  CONSTRAINT ck_appointments_state CHECK (state in ('booked', 'late', 'under_way', 'done', 'cancelled', 'no_show')),
  CONSTRAINT ck_appointments_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT ck_appointments_times CHECK (starts_at < ends_at),
  CONSTRAINT fk_appointments_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_appointments_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_appointments_technician_id_agents FOREIGN KEY(technician_id) REFERENCES agents (id),
  CONSTRAINT fk_appointments_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE INDEX ix_appointments_created_by ON appointments (created_by);
CREATE INDEX ix_appointments_customer_id ON appointments (customer_id);
CREATE INDEX ix_appointments_order_id ON appointments (order_id);
CREATE INDEX ix_appointments_starts_at_id ON appointments (starts_at, id);
CREATE INDEX ix_appointments_technician_id ON appointments (technician_id);
CREATE TABLE coupons (
  id UUID NOT NULL,
  code TEXT NOT NULL,
  customer_id UUID NOT NULL,
  shop_id UUID,
  kind TEXT NOT NULL,
  value BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  least_amount BIGINT NOT NULL,
  origin TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
  valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
  order_id UUID,
  discount BIGINT,
  used_at TIMESTAMP WITH TIME ZONE,
  returns INTEGER NOT NULL,
  issued_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_coupons PRIMARY KEY (id),
  CONSTRAINT ck_coupons_kind CHECK (kind in ('amount', 'percent')),
  CONSTRAINT ck_coupons_origin CHECK (origin in ('campaign', 'compensation', 'care')),
  CONSTRAINT ck_coupons_state CHECK (state in ('issued', 'used', 'revoked')),
  CONSTRAINT ck_coupons_reason CHECK (reason in ('late_delivery', 'quality', 'price', 'service', 'birthday', 'welcome', 'other')),
  CONSTRAINT ck_coupons_amounts CHECK (value > 0 and least_amount >= 0),
  CONSTRAINT uq_coupons_code UNIQUE (code),
  CONSTRAINT fk_coupons_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_coupons_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id),
  CONSTRAINT fk_coupons_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE SET NULL,
  CONSTRAINT fk_coupons_issued_by_agents FOREIGN KEY(issued_by) REFERENCES agents (id)
);
CREATE INDEX ix_coupons_customer_id_id ON coupons (customer_id, id);
CREATE INDEX ix_coupons_issued_by ON coupons (issued_by);
CREATE INDEX ix_coupons_order_id ON coupons (order_id) WHERE order_id is not null;
CREATE TABLE invoices (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  customer_id UUID,
  kind TEXT NOT NULL,
  medium TEXT NOT NULL,
  title TEXT NOT NULL,
  tax_number TEXT,
  email TEXT,
  address TEXT,
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  state TEXT NOT NULL,
  number TEXT,
  red_number TEXT,
  void_reason TEXT,
  replaces_id UUID,
  source TEXT NOT NULL,
  requested_by UUID,
  issued_by UUID,
  applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
  issued_at TIMESTAMP WITH TIME ZONE,
  sent_at TIMESTAMP WITH TIME ZONE,
  sends INTEGER NOT NULL,
  voided_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_invoices PRIMARY KEY (id),
  CONSTRAINT ck_invoices_kind CHECK (kind in ('personal', 'company')),
  CONSTRAINT ck_invoices_medium CHECK (medium in ('electronic', 'paper')),
  CONSTRAINT ck_invoices_state CHECK (state in ('applied', 'issued', 'void')),
  CONSTRAINT ck_invoices_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT ck_invoices_amount CHECK (amount > 0),
  CONSTRAINT fk_invoices_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_invoices_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_invoices_replaces_id_invoices FOREIGN KEY(replaces_id) REFERENCES invoices (id),
  CONSTRAINT fk_invoices_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id),
  CONSTRAINT fk_invoices_issued_by_agents FOREIGN KEY(issued_by) REFERENCES agents (id)
);
CREATE INDEX ix_invoices_customer_id ON invoices (customer_id);
CREATE INDEX ix_invoices_issued_by ON invoices (issued_by);
CREATE INDEX ix_invoices_order_id_id ON invoices (order_id, id);
CREATE INDEX ix_invoices_requested_by ON invoices (requested_by);
CREATE INDEX ix_invoices_state_id ON invoices (state, id);
CREATE UNIQUE INDEX uq_invoices_order_id_in_force ON invoices (order_id) WHERE state <> 'void';
CREATE TABLE order_changes (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  shop_id UUID NOT NULL,
  customer_id UUID,
  conversation_id UUID,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  special BOOLEAN NOT NULL,
  why_special TEXT,
  source TEXT NOT NULL,
  reason TEXT,
  note TEXT NOT NULL,
  wanted JSONB NOT NULL,
  before JSONB,
  after JSONB,
  difference BIGINT,
  shop_state TEXT NOT NULL,
  refusal TEXT,
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_by UUID,
  decided_at TIMESTAMP WITH TIME ZONE,
  decision_note TEXT NOT NULL,
  executed_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_order_changes PRIMARY KEY (id),
  CONSTRAINT ck_order_changes_kind CHECK (kind in ('content', 'address', 'payment', 'cancel')),
  CONSTRAINT ck_order_changes_state CHECK (state in ('executed', 'pending_approval', 'approved', 'denied', 'withdrawn', 'refused_by_shop')),
  CONSTRAINT ck_order_changes_shop_state CHECK (shop_state in ('not_needed', 'waiting', 'confirmed', 'refused')),
  CONSTRAINT ck_order_changes_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT fk_order_changes_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_order_changes_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id),
  CONSTRAINT fk_order_changes_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_order_changes_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id),
  CONSTRAINT fk_order_changes_decided_by_agents FOREIGN KEY(decided_by) REFERENCES agents (id)
);
CREATE INDEX ix_order_changes_customer_id ON order_changes (customer_id);
CREATE INDEX ix_order_changes_decided_by ON order_changes (decided_by);
CREATE INDEX ix_order_changes_order_id_id ON order_changes (order_id, id);
CREATE INDEX ix_order_changes_requested_at ON order_changes (requested_at);
CREATE INDEX ix_order_changes_requested_by ON order_changes (requested_by);
CREATE INDEX ix_order_changes_state_id ON order_changes (state, id);
CREATE TABLE service_codes (
  id UUID NOT NULL,
  order_id UUID,
  asked TEXT NOT NULL,
  address TEXT NOT NULL,
  failures INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_service_codes PRIMARY KEY (id),
  CONSTRAINT fk_service_codes_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE
);
CREATE INDEX ix_service_codes_address ON service_codes (address, created_at);
CREATE INDEX ix_service_codes_asked ON service_codes (asked, created_at);
CREATE INDEX ix_service_codes_created_at ON service_codes (created_at);
CREATE TABLE freight_claims (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  shipment_id UUID NOT NULL,
  return_shipment_id UUID NOT NULL,
  distance TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  refund_id UUID NOT NULL,
  source TEXT NOT NULL,
  requested_by UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_freight_claims PRIMARY KEY (id),
  CONSTRAINT ck_freight_claims_distance CHECK (distance in ('same_province', 'other_province')),
  CONSTRAINT ck_freight_claims_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT ck_freight_claims_amount CHECK (amount > 0),
  CONSTRAINT fk_freight_claims_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT uq_freight_claims_shipment_id UNIQUE (shipment_id),
  CONSTRAINT fk_freight_claims_shipment_id_shipments FOREIGN KEY(shipment_id) REFERENCES shipments (id) ON DELETE CASCADE,
  CONSTRAINT uq_freight_claims_return_shipment_id UNIQUE (return_shipment_id),
  CONSTRAINT fk_freight_claims_return_shipment_id_shipments FOREIGN KEY(return_shipment_id) REFERENCES shipments (id) ON DELETE CASCADE,
  CONSTRAINT fk_freight_claims_refund_id_refunds FOREIGN KEY(refund_id) REFERENCES refunds (id) ON DELETE CASCADE,
  CONSTRAINT fk_freight_claims_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id)
);
CREATE INDEX ix_freight_claims_order_id ON freight_claims (order_id);
CREATE INDEX ix_freight_claims_requested_by ON freight_claims (requested_by);
CREATE TABLE price_protections (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  line_id UUID NOT NULL,
  paid_price BIGINT NOT NULL,
  current_price BIGINT NOT NULL,
  quantity INTEGER NOT NULL,
  difference BIGINT NOT NULL,
  refund_id UUID NOT NULL,
  source TEXT NOT NULL,
  requested_by UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_price_protections PRIMARY KEY (id),
  CONSTRAINT ck_price_protections_source CHECK (source in ('customer', 'service', 'bot')),
  CONSTRAINT ck_price_protections_difference CHECK (difference > 0),
  CONSTRAINT fk_price_protections_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT uq_price_protections_line_id UNIQUE (line_id),
  CONSTRAINT fk_price_protections_line_id_order_lines FOREIGN KEY(line_id) REFERENCES order_lines (id) ON DELETE CASCADE,
  CONSTRAINT fk_price_protections_refund_id_refunds FOREIGN KEY(refund_id) REFERENCES refunds (id) ON DELETE CASCADE,
  CONSTRAINT fk_price_protections_requested_by_agents FOREIGN KEY(requested_by) REFERENCES agents (id)
);
CREATE INDEX ix_price_protections_order_id ON price_protections (order_id);
CREATE INDEX ix_price_protections_requested_by ON price_protections (requested_by);
"""

BEGINNINGS = """
INSERT INTO order_windows (id, shop_id, kind, statuses, minutes, special, updated_at) VALUES
  (gen_random_uuid(), NULL, 'content', '["created", "paid"]', 30, true, now()),
  (gen_random_uuid(), NULL, 'address', '["created", "paid"]', 60, true, now()),
  (gen_random_uuid(), NULL, 'payment', '["created", "paid"]', 30, true, now()),
  (gen_random_uuid(), NULL, 'cancel', '["created", "paid"]', 60, true, now());
INSERT INTO price_protection_rules (id, shop_id, days, counts_from, most_per_line, updated_at)
  VALUES (gen_random_uuid(), NULL, 7, 'placed', NULL, now());
INSERT INTO freight_rules
  (id, shop_id, same_province, other_province, warehouse_province, days, updated_at)
  VALUES (gen_random_uuid(), NULL, 800, 1200, '', 15, now());
INSERT INTO compensation_limits (role, per_coupon, per_customer, updated_at) VALUES
  ('agent', 2000, 4000, now()),
  ('senior_agent', 5000, 8000, now()),
  ('expert', 5000, 8000, now()),
  ('shift_leader', 20000, 30000, now()),
  ('department_head', 100000, 150000, now()),
  ('administrator', 100000, 150000, now());
"""


def upgrade() -> None:
    for statement in (STATEMENTS + BEGINNINGS).split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table price_protections, freight_claims, service_codes, order_changes, invoices, "
        "coupons, appointments, after_sale_requests, price_protection_rules, order_windows, "
        "freight_rules, delivery_addresses, care_profiles, compensation_limits, appointment_slots"
    )
