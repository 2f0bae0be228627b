"""Commerce: shops, products, orders with their money and parcels, imports.

Revision ID: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE shops (
  id UUID NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  settings JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_shops PRIMARY KEY (id),
  CONSTRAINT ck_shops_kind CHECK (kind in ('manual', 'api', 'woocommerce', 'qiyu')),
  CONSTRAINT uq_shops_key UNIQUE (key)
);
CREATE TABLE order_events (
  id UUID NOT NULL,
  shop_id UUID NOT NULL,
  number TEXT NOT NULL,
  external_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  payload JSONB NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  applied_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_order_events PRIMARY KEY (id),
  CONSTRAINT ck_order_events_kind CHECK (kind in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled')),
  CONSTRAINT uq_order_events_shop_id_external_id UNIQUE (shop_id, external_id),
  CONSTRAINT fk_order_events_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id)
);
CREATE INDEX ix_order_events_shop_id_number ON order_events (shop_id, number);
CREATE TABLE payment_methods (
  id UUID NOT NULL,
  shop_id UUID NOT NULL,
  customer_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  brand TEXT,
  last_four TEXT,
  balance BIGINT,
  currency CHAR(3) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_payment_methods PRIMARY KEY (id),
  CONSTRAINT ck_payment_methods_kind CHECK (kind in ('alipay', 'wechat_pay', 'union_pay', 'credit_card', 'debit_card', 'paypal', 'gift_card', 'voucher', 'bank_slip', 'bank_transfer', 'cash_on_delivery', 'other')),
  CONSTRAINT uq_payment_methods_shop_id_external_id UNIQUE (shop_id, external_id),
  CONSTRAINT fk_payment_methods_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id),
  CONSTRAINT fk_payment_methods_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE INDEX ix_payment_methods_customer_id ON payment_methods (customer_id);
CREATE TABLE products (
  id UUID NOT NULL,
  shop_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  search_terms TEXT[] NOT NULL,
  category TEXT,
  brand TEXT,
  model TEXT,
  specs JSONB NOT NULL,
  attributes JSONB NOT NULL,
  image TEXT,
  url TEXT,
  price_from BIGINT,
  currency CHAR(3) NOT NULL,
  status TEXT NOT NULL,
  warranty_months INTEGER,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_products PRIMARY KEY (id),
  CONSTRAINT ck_products_status CHECK (status in ('on_sale', 'off_sale', 'discontinued')),
  CONSTRAINT uq_products_shop_id_external_id UNIQUE (shop_id, external_id),
  CONSTRAINT fk_products_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id)
);
CREATE INDEX ix_products_category_title_key ON products (category, title_key);
CREATE INDEX ix_products_model ON products (model);
CREATE INDEX ix_products_search_terms ON products USING gin (search_terms);
CREATE INDEX ix_products_title_key_id ON products (title_key, id);
CREATE TABLE commerce_imports (
  id UUID NOT NULL,
  shop_id UUID NOT NULL,
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  historic BOOLEAN NOT NULL,
  file_name TEXT NOT NULL,
  file_key TEXT,
  status TEXT NOT NULL,
  size BIGINT NOT NULL,
  read_bytes BIGINT NOT NULL,
  rows INTEGER NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  failure TEXT,
  started_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_commerce_imports PRIMARY KEY (id),
  CONSTRAINT ck_commerce_imports_kind CHECK (kind in ('orders', 'products')),
  CONSTRAINT ck_commerce_imports_mode CHECK (mode in ('whole', 'rows')),
  CONSTRAINT ck_commerce_imports_status CHECK (status in ('waiting', 'running', 'done', 'refused', 'failed')),
  CONSTRAINT fk_commerce_imports_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id),
  CONSTRAINT fk_commerce_imports_started_by_agents FOREIGN KEY(started_by) REFERENCES agents (id)
);
CREATE TABLE orders (
  id UUID NOT NULL,
  shop_id UUID NOT NULL,
  number TEXT NOT NULL,
  external_id TEXT,
  customer_id UUID,
  status TEXT NOT NULL,
  placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  paid_at TIMESTAMP WITH TIME ZONE,
  shipped_at TIMESTAMP WITH TIME ZONE,
  delivered_at TIMESTAMP WITH TIME ZONE,
  completed_at TIMESTAMP WITH TIME ZONE,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  promised_ship_by TIMESTAMP WITH TIME ZONE,
  promised_by TIMESTAMP WITH TIME ZONE,
  currency CHAR(3) NOT NULL,
  goods_amount BIGINT NOT NULL,
  shipping_amount BIGINT NOT NULL,
  discount_amount BIGINT NOT NULL,
  total_amount BIGINT NOT NULL,
  paid_amount BIGINT NOT NULL,
  refunded_amount BIGINT NOT NULL,
  recipient TEXT,
  search_terms TEXT[] NOT NULL,
  phone TEXT,
  phone_tail TEXT,
  country TEXT,
  province TEXT,
  city TEXT,
  district TEXT,
  street TEXT,
  postcode TEXT,
  note TEXT,
  channel TEXT NOT NULL,
  source TEXT NOT NULL,
  assisted_by UUID,
  unfinished_step TEXT,
  historic BOOLEAN NOT NULL,
  version BIGINT,
  source_updated_at TIMESTAMP WITH TIME ZONE,
  source_hash TEXT,
  attributes JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_orders PRIMARY KEY (id),
  CONSTRAINT ck_orders_status CHECK (status in ('created', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled')),
  CONSTRAINT ck_orders_source CHECK (source in ('shop', 'service')),
  CONSTRAINT ck_orders_unfinished_step CHECK (unfinished_step in ('cart', 'address', 'payment', 'stock', 'confirmation')),
  CONSTRAINT ck_orders_amounts CHECK (goods_amount >= 0 and shipping_amount >= 0 and discount_amount >= 0 and total_amount >= 0 and paid_amount >= 0 and refunded_amount >= 0),
  CONSTRAINT uq_orders_shop_id_number UNIQUE (shop_id, number),
  CONSTRAINT fk_orders_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id),
  CONSTRAINT fk_orders_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_orders_assisted_by_agents FOREIGN KEY(assisted_by) REFERENCES agents (id)
);
CREATE INDEX ix_orders_customer_id_placed_at ON orders (customer_id, placed_at DESC, id DESC);
CREATE INDEX ix_orders_number ON orders (number text_pattern_ops);
CREATE INDEX ix_orders_phone_tail ON orders (phone_tail, placed_at DESC, id DESC);
CREATE INDEX ix_orders_placed_at_id ON orders (placed_at DESC, id DESC);
CREATE INDEX ix_orders_search_terms ON orders USING gin (search_terms) WITH (fastupdate = off);
CREATE INDEX ix_orders_status_placed_at_id ON orders (status, placed_at DESC, id DESC);
CREATE TABLE skus (
  id UUID NOT NULL,
  product_id UUID NOT NULL,
  shop_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  code TEXT,
  specs JSONB NOT NULL,
  price BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  stock INTEGER,
  available BOOLEAN NOT NULL,
  CONSTRAINT pk_skus PRIMARY KEY (id),
  CONSTRAINT uq_skus_shop_id_external_id UNIQUE (shop_id, external_id),
  CONSTRAINT ck_skus_price CHECK (price >= 0),
  CONSTRAINT fk_skus_product_id_products FOREIGN KEY(product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT fk_skus_shop_id_shops FOREIGN KEY(shop_id) REFERENCES shops (id)
);
CREATE INDEX ix_skus_product_id ON skus (product_id);
CREATE TABLE commerce_import_errors (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  import_id UUID NOT NULL,
  row INTEGER NOT NULL,
  field TEXT,
  problem TEXT NOT NULL,
  source JSONB NOT NULL,
  CONSTRAINT pk_commerce_import_errors PRIMARY KEY (id),
  CONSTRAINT fk_commerce_import_errors_import_id_commerce_imports FOREIGN KEY(import_id) REFERENCES commerce_imports (id) ON DELETE CASCADE
);
CREATE INDEX ix_commerce_import_errors_import_id_row ON commerce_import_errors (import_id, row);
CREATE TABLE order_errors (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  cause TEXT NOT NULL,
  note TEXT,
  found_by UUID,
  found_at TIMESTAMP WITH TIME ZONE NOT NULL,
  corrected_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_order_errors PRIMARY KEY (id),
  CONSTRAINT ck_order_errors_cause CHECK (cause in ('address', 'item', 'quantity', 'amount', 'duplicate', 'other')),
  CONSTRAINT uq_order_errors_order_id_cause UNIQUE (order_id, cause),
  CONSTRAINT fk_order_errors_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_order_errors_found_by_agents FOREIGN KEY(found_by) REFERENCES agents (id)
);
CREATE INDEX ix_order_errors_found_at ON order_errors (found_at);
CREATE TABLE order_lines (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  position INTEGER NOT NULL,
  external_id TEXT,
  product_id UUID,
  sku_id UUID,
  title TEXT NOT NULL,
  specs JSONB NOT NULL,
  quantity INTEGER NOT NULL,
  unit_price BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  cancelled_quantity INTEGER NOT NULL,
  returned_quantity INTEGER NOT NULL,
  CONSTRAINT pk_order_lines PRIMARY KEY (id),
  CONSTRAINT uq_order_lines_order_id_position UNIQUE (order_id, position),
  CONSTRAINT ck_order_lines_amounts CHECK (quantity > 0 and unit_price >= 0 and discount >= 0),
  CONSTRAINT ck_order_lines_quantities CHECK (cancelled_quantity >= 0 and returned_quantity >= 0 and cancelled_quantity + returned_quantity <= quantity),
  CONSTRAINT fk_order_lines_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_order_lines_product_id_products FOREIGN KEY(product_id) REFERENCES products (id),
  CONSTRAINT fk_order_lines_sku_id_skus FOREIGN KEY(sku_id) REFERENCES skus (id)
);
CREATE INDEX ix_order_lines_product_id ON order_lines (product_id);
CREATE TABLE payments (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  method TEXT NOT NULL,
  method_id UUID,
  amount BIGINT NOT NULL,
  status TEXT NOT NULL,
  paid_at TIMESTAMP WITH TIME ZONE,
  failure TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_payments PRIMARY KEY (id),
  CONSTRAINT ck_payments_status CHECK (status in ('pending', 'paid', 'failed', 'refunded')),
  CONSTRAINT ck_payments_amount CHECK (amount >= 0),
  CONSTRAINT uq_payments_order_id_external_id UNIQUE (order_id, external_id),
  CONSTRAINT fk_payments_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_payments_method_id_payment_methods FOREIGN KEY(method_id) REFERENCES payment_methods (id)
);
CREATE TABLE shipments (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  return_id UUID,
  direction TEXT NOT NULL,
  carrier TEXT,
  tracking_number TEXT,
  status TEXT NOT NULL,
  shipped_at TIMESTAMP WITH TIME ZONE,
  delivered_at TIMESTAMP WITH TIME ZONE,
  promised_by TIMESTAMP WITH TIME ZONE,
  freight_insured BOOLEAN NOT NULL,
  last_event_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_shipments PRIMARY KEY (id),
  CONSTRAINT ck_shipments_direction CHECK (direction in ('outbound', 'return')),
  CONSTRAINT ck_shipments_status CHECK (status in ('created', 'in_transit', 'out_for_delivery', 'delivered', 'exception', 'returned', 'lost')),
  CONSTRAINT uq_shipments_order_id_direction_tracking_number UNIQUE (order_id, direction, tracking_number),
  CONSTRAINT fk_shipments_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE
);
CREATE INDEX ix_shipments_return_id ON shipments (return_id);
CREATE INDEX ix_shipments_tracking_number ON shipments (tracking_number);
CREATE TABLE refunds (
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  line_id UUID,
  return_id UUID,
  external_id TEXT,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  crm_status TEXT,
  crm_operator UUID,
  crm_at TIMESTAMP WITH TIME ZONE,
  finance_status TEXT,
  finance_operator TEXT,
  finance_at TIMESTAMP WITH TIME ZONE,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  paid_at TIMESTAMP WITH TIME ZONE,
  failure TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_refunds PRIMARY KEY (id),
  CONSTRAINT ck_refunds_status CHECK (status in ('requested', 'approved', 'paid', 'failed', 'refused')),
  CONSTRAINT ck_refunds_crm_status CHECK (crm_status in ('requested', 'approved', 'paid', 'failed', 'refused')),
  CONSTRAINT ck_refunds_finance_status CHECK (finance_status in ('requested', 'approved', 'paid', 'failed', 'refused')),
  CONSTRAINT ck_refunds_amount CHECK (amount > 0),
  CONSTRAINT fk_refunds_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_refunds_line_id_order_lines FOREIGN KEY(line_id) REFERENCES order_lines (id),
  CONSTRAINT fk_refunds_crm_operator_agents FOREIGN KEY(crm_operator) REFERENCES agents (id)
);
CREATE INDEX ix_refunds_mismatched ON refunds (requested_at, id) WHERE crm_status is distinct from finance_status and (crm_status is not null or finance_status is not null);
CREATE INDEX ix_refunds_order_id ON refunds (order_id);
CREATE INDEX ix_refunds_return_id ON refunds (return_id);
CREATE UNIQUE INDEX uq_refunds_order_id_external_id ON refunds (order_id, external_id) WHERE external_id is not null;
CREATE TABLE tracking_events (
  id UUID NOT NULL,
  shipment_id UUID NOT NULL,
  external_id TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  code TEXT,
  status TEXT,
  place TEXT,
  text TEXT,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_tracking_events PRIMARY KEY (id),
  CONSTRAINT ck_tracking_events_status CHECK (status in ('created', 'in_transit', 'out_for_delivery', 'delivered', 'exception', 'returned', 'lost')),
  CONSTRAINT uq_tracking_events_shipment_id_external_id UNIQUE (shipment_id, external_id),
  CONSTRAINT fk_tracking_events_shipment_id_shipments FOREIGN KEY(shipment_id) REFERENCES shipments (id) ON DELETE CASCADE
);
CREATE INDEX ix_tracking_events_shipment_id_at ON tracking_events (shipment_id, at);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table commerce_import_errors, commerce_imports, tracking_events, shipments, "
        "order_errors, order_events, refunds, payments, order_lines, orders, payment_methods, "
        "skus, products, shops"
    )
