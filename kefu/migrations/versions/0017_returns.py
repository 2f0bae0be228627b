"""Returns: cases, steps, pictures, inspections, the transit warehouse, refunds in two systems.

Revision ID: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE SEQUENCE return_numbers;
CREATE TABLE warehouse_locations (
  id UUID NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_warehouse_locations PRIMARY KEY (id),
  CONSTRAINT ck_warehouse_locations_kind CHECK (kind in ('intake', 'shelf', 'inspection', 'outgoing')),
  CONSTRAINT uq_warehouse_locations_code UNIQUE (code)
);
CREATE TABLE inspection_checklists (
  id UUID NOT NULL,
  category TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  items JSONB NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_inspection_checklists PRIMARY KEY (id),
  CONSTRAINT uq_inspection_checklists_category_version UNIQUE (category, version),
  CONSTRAINT fk_inspection_checklists_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE TABLE return_investigations (
  id UUID NOT NULL,
  model TEXT NOT NULL,
  title TEXT NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  returned INTEGER NOT NULL,
  sold INTEGER NOT NULL,
  returned_before INTEGER NOT NULL,
  sold_before INTEGER NOT NULL,
  rise_percent DOUBLE PRECISION NOT NULL,
  threshold_percent DOUBLE PRECISION NOT NULL,
  finding TEXT,
  note TEXT NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  closed_by UUID,
  CONSTRAINT pk_return_investigations PRIMARY KEY (id),
  CONSTRAINT ck_return_investigations_finding CHECK (finding in ('product', 'transport', 'description', 'season', 'nothing')),
  CONSTRAINT fk_return_investigations_closed_by_agents FOREIGN KEY(closed_by) REFERENCES agents (id)
);
CREATE UNIQUE INDEX uq_return_investigations_open ON return_investigations (model) WHERE closed_at is null;
CREATE TABLE return_policies (
  version INTEGER NOT NULL,
  values JSONB NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_return_policies PRIMARY KEY (version),
  CONSTRAINT fk_return_policies_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE TABLE return_cases (
  id UUID NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  node TEXT NOT NULL,
  turn INTEGER NOT NULL,
  node_due_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  order_id UUID NOT NULL,
  customer_id UUID,
  conversation_id UUID,
  channel TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  fast_track BOOLEAN NOT NULL,
  explanation JSONB NOT NULL,
  decision_note TEXT NOT NULL,
  historic BOOLEAN NOT NULL,
  assignee_id UUID,
  process_id UUID,
  carrier TEXT,
  tracking_number TEXT,
  shipment_id UUID,
  visit_at TIMESTAMP WITH TIME ZONE,
  visit_mode TEXT,
  replacement_order_id UUID,
  created_by UUID,
  applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_return_cases PRIMARY KEY (id),
  CONSTRAINT ck_return_cases_kind CHECK (kind in ('return', 'exchange', 'repair', 'installation', 'refund_only')),
  CONSTRAINT ck_return_cases_status CHECK (status in ('open', 'done', 'refused', 'rejected', 'withdrawn', 'expired')),
  CONSTRAINT ck_return_cases_reason CHECK (reason in ('no_reason', 'quality', 'transport', 'wrong_item', 'missing_part', 'not_as_described', 'late', 'misuse', 'other')),
  CONSTRAINT ck_return_cases_method CHECK (method in ('original', 'balance', 'bank', 'none')),
  CONSTRAINT ck_return_cases_visit_mode CHECK (visit_mode in ('remote', 'on_site')),
  CONSTRAINT uq_return_cases_number UNIQUE (number),
  CONSTRAINT fk_return_cases_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id),
  CONSTRAINT fk_return_cases_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id),
  CONSTRAINT fk_return_cases_assignee_id_agents FOREIGN KEY(assignee_id) REFERENCES agents (id),
  CONSTRAINT fk_return_cases_replacement_order_id_orders FOREIGN KEY(replacement_order_id) REFERENCES orders (id),
  CONSTRAINT fk_return_cases_created_by_agents FOREIGN KEY(created_by) REFERENCES agents (id)
);
CREATE INDEX ix_return_cases_applied_at ON return_cases (applied_at);
CREATE INDEX ix_return_cases_assignee_id ON return_cases (assignee_id);
CREATE INDEX ix_return_cases_board ON return_cases (status, node_due_at, id);
CREATE INDEX ix_return_cases_customer_id ON return_cases (customer_id, id);
CREATE INDEX ix_return_cases_ended_at ON return_cases (ended_at) WHERE ended_at is not null;
CREATE INDEX ix_return_cases_order_id ON return_cases (order_id);
CREATE INDEX ix_return_cases_tracking_number ON return_cases (tracking_number);
CREATE TABLE inspections (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  checklist_id UUID NOT NULL,
  answers JSONB NOT NULL,
  photos JSONB NOT NULL,
  determination TEXT NOT NULL,
  accepted BOOLEAN NOT NULL,
  note TEXT NOT NULL,
  reason TEXT,
  of_record BOOLEAN NOT NULL,
  inspector_id UUID NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_inspections PRIMARY KEY (id),
  CONSTRAINT ck_inspections_determination CHECK (determination in ('product_fault', 'misuse', 'transport', 'as_new')),
  CONSTRAINT fk_inspections_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_inspections_checklist_id_inspection_checklists FOREIGN KEY(checklist_id) REFERENCES inspection_checklists (id),
  CONSTRAINT fk_inspections_inspector_id_agents FOREIGN KEY(inspector_id) REFERENCES agents (id)
);
CREATE INDEX ix_inspections_case_id ON inspections (case_id, finished_at);
CREATE UNIQUE INDEX uq_inspections_of_record ON inspections (case_id) WHERE of_record;
CREATE TABLE repair_states (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  quote BIGINT,
  agent_id UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_repair_states PRIMARY KEY (id),
  CONSTRAINT ck_repair_states_state CHECK (state in ('received', 'diagnosing', 'quoted', 'repairing', 'testing', 'repaired', 'irreparable')),
  CONSTRAINT fk_repair_states_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_repair_states_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_repair_states_case_id ON repair_states (case_id, at);
CREATE TABLE return_costs (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  note TEXT NOT NULL,
  agent_id UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_return_costs PRIMARY KEY (id),
  CONSTRAINT ck_return_costs_kind CHECK (kind in ('logistics_compensation', 'repeated_inspection', 'return_shipping', 'repair', 'goodwill')),
  CONSTRAINT ck_return_costs_amount CHECK (amount > 0),
  CONSTRAINT fk_return_costs_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_return_costs_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_return_costs_at ON return_costs (at);
CREATE INDEX ix_return_costs_case_id ON return_costs (case_id);
CREATE TABLE return_lines (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  order_line_id UUID NOT NULL,
  product_id UUID,
  model TEXT NOT NULL,
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_return_lines PRIMARY KEY (id),
  CONSTRAINT ck_return_lines_quantity CHECK (quantity > 0),
  CONSTRAINT ck_return_lines_amount CHECK (amount >= 0),
  CONSTRAINT fk_return_lines_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_return_lines_order_line_id_order_lines FOREIGN KEY(order_line_id) REFERENCES order_lines (id)
);
CREATE INDEX ix_return_lines_case_id ON return_lines (case_id);
CREATE INDEX ix_return_lines_model ON return_lines (model, created_at);
CREATE INDEX ix_return_lines_order_line_id ON return_lines (order_line_id);
CREATE TABLE return_photos (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  purpose TEXT NOT NULL,
  agent_id UUID,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  key TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  erased_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_return_photos PRIMARY KEY (id),
  CONSTRAINT ck_return_photos_purpose CHECK (purpose in ('application', 'inspection', 'dispute')),
  CONSTRAINT fk_return_photos_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_return_photos_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_return_photos_case_id ON return_photos (case_id);
CREATE TABLE return_steps (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  turn INTEGER NOT NULL,
  node TEXT NOT NULL,
  department_id UUID,
  entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  begun_at TIMESTAMP WITH TIME ZONE,
  left_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  cause TEXT,
  outcome TEXT,
  actor_id UUID,
  CONSTRAINT pk_return_steps PRIMARY KEY (id),
  CONSTRAINT uq_return_steps_case_id_turn UNIQUE (case_id, turn),
  CONSTRAINT fk_return_steps_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_return_steps_department_id_departments FOREIGN KEY(department_id) REFERENCES departments (id),
  CONSTRAINT fk_return_steps_actor_id_agents FOREIGN KEY(actor_id) REFERENCES agents (id)
);
CREATE INDEX ix_return_steps_entered_at ON return_steps (entered_at);
CREATE INDEX ix_return_steps_left_at ON return_steps (left_at) WHERE left_at is not null;
CREATE UNIQUE INDEX uq_return_steps_open ON return_steps (case_id) WHERE left_at is null;
CREATE TABLE warehouse_parcels (
  id UUID NOT NULL,
  code TEXT NOT NULL,
  case_id UUID,
  location_id UUID NOT NULL,
  note TEXT NOT NULL,
  in_at TIMESTAMP WITH TIME ZONE NOT NULL,
  in_by UUID NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  alarmed_at TIMESTAMP WITH TIME ZONE,
  out_at TIMESTAMP WITH TIME ZONE,
  out_by UUID,
  purpose TEXT,
  CONSTRAINT pk_warehouse_parcels PRIMARY KEY (id),
  CONSTRAINT ck_warehouse_parcels_purpose CHECK (purpose in ('restock', 'repair', 'supplier', 'customer', 'scrap', 'other')),
  CONSTRAINT fk_warehouse_parcels_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id),
  CONSTRAINT fk_warehouse_parcels_location_id_warehouse_locations FOREIGN KEY(location_id) REFERENCES warehouse_locations (id),
  CONSTRAINT fk_warehouse_parcels_in_by_agents FOREIGN KEY(in_by) REFERENCES agents (id),
  CONSTRAINT fk_warehouse_parcels_out_by_agents FOREIGN KEY(out_by) REFERENCES agents (id)
);
CREATE INDEX ix_warehouse_parcels_case_id ON warehouse_parcels (case_id);
CREATE INDEX ix_warehouse_parcels_in_at ON warehouse_parcels (in_at, id);
CREATE INDEX ix_warehouse_parcels_location_id ON warehouse_parcels (location_id);
CREATE UNIQUE INDEX uq_warehouse_parcels_lying ON warehouse_parcels (code) WHERE out_at is null;
CREATE TABLE inspection_disputes (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  inspection_id UUID NOT NULL,
  text TEXT NOT NULL,
  photos JSONB NOT NULL,
  complaint BOOLEAN NOT NULL,
  raised_by UUID,
  raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decision TEXT,
  grounds TEXT NOT NULL,
  decided_by UUID,
  decided_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_inspection_disputes PRIMARY KEY (id),
  CONSTRAINT ck_inspection_disputes_decision CHECK (decision in ('upheld', 'overturned', 'reinspect')),
  CONSTRAINT fk_inspection_disputes_case_id_return_cases FOREIGN KEY(case_id) REFERENCES return_cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_inspection_disputes_inspection_id_inspections FOREIGN KEY(inspection_id) REFERENCES inspections (id),
  CONSTRAINT fk_inspection_disputes_raised_by_agents FOREIGN KEY(raised_by) REFERENCES agents (id),
  CONSTRAINT fk_inspection_disputes_decided_by_agents FOREIGN KEY(decided_by) REFERENCES agents (id)
);
CREATE INDEX ix_inspection_disputes_case_id ON inspection_disputes (case_id);
CREATE UNIQUE INDEX uq_inspection_disputes_open ON inspection_disputes (inspection_id) WHERE decided_at is null;
CREATE TABLE refund_approvals (
  refund_id UUID NOT NULL,
  asked_by UUID NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  "limit" BIGINT NOT NULL,
  agreed BOOLEAN,
  note TEXT NOT NULL,
  decided_by UUID,
  decided_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_refund_approvals PRIMARY KEY (refund_id),
  CONSTRAINT fk_refund_approvals_refund_id_refunds FOREIGN KEY(refund_id) REFERENCES refunds (id) ON DELETE CASCADE,
  CONSTRAINT fk_refund_approvals_asked_by_agents FOREIGN KEY(asked_by) REFERENCES agents (id),
  CONSTRAINT fk_refund_approvals_decided_by_agents FOREIGN KEY(decided_by) REFERENCES agents (id)
);
CREATE TABLE refund_postings (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  refund_id UUID NOT NULL,
  system TEXT NOT NULL,
  status TEXT NOT NULL,
  amount BIGINT NOT NULL,
  agent_id UUID,
  operator TEXT,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_refund_postings PRIMARY KEY (id),
  CONSTRAINT ck_refund_postings_system CHECK (system in ('crm', 'finance')),
  CONSTRAINT fk_refund_postings_refund_id_refunds FOREIGN KEY(refund_id) REFERENCES refunds (id) ON DELETE CASCADE,
  CONSTRAINT fk_refund_postings_agent_id_agents FOREIGN KEY(agent_id) REFERENCES agents (id)
);
CREATE INDEX ix_refund_postings_refund_id ON refund_postings (refund_id, id);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute(
        "drop table refund_postings, refund_approvals, inspection_disputes, warehouse_parcels, return_steps, return_photos, return_lines, return_costs, repair_states, inspections, return_cases, return_policies, return_investigations, inspection_checklists, warehouse_locations"
    )
    op.execute("drop sequence return_numbers")
