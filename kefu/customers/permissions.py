"""Customers' rows of the permission table."""

from kefu.customers import permissions_dedicated, permissions_merging, permissions_segments

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "customer.read": SERVING | LOOKING_ON,
    "customer.edit": SERVING,
    "customer.note": SERVING | {"other_department"},
    "customer.moderate": LEADING,
    "customer.block": SERVING - {"agent"},
    "customer.reveal": SERVING,
    "customer.export": HEADS,
    "customer.erase": HEADS,
    "customer.define": HEADS,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/customers": "customer.read",
    "GET /api/v1/customers/{customer_id}": "customer.read",
    "PATCH /api/v1/customers/{customer_id}": "customer.edit",
    "PUT /api/v1/customers/{customer_id}/block": "customer.block",
    "DELETE /api/v1/customers/{customer_id}/block": "customer.block",
    "GET /api/v1/customers/{customer_id}/timeline": "customer.read",
    "GET /api/v1/customers/{customer_id}/notes": "customer.read",
    "POST /api/v1/customers/{customer_id}/notes": "customer.note",
    "PATCH /api/v1/customers/{customer_id}/notes/{note_id}": "customer.note",
    "DELETE /api/v1/customers/{customer_id}/notes/{note_id}": "customer.note",
    "PUT /api/v1/customers/{customer_id}/labels": "customer.edit",
    "GET /api/v1/customers/{customer_id}/consents": "customer.read",
    "POST /api/v1/customers/{customer_id}/consents": "customer.edit",
    "PUT /api/v1/customers/{customer_id}/consents/{consent_id}/withdrawal": "customer.edit",
    "POST /api/v1/customers/{customer_id}/verification": "customer.edit",
    "POST /api/v1/customers/{customer_id}/reveal": "customer.reveal",
    "GET /api/v1/customers/{customer_id}/export": "customer.export",
    "POST /api/v1/customers/{customer_id}/erasure": "customer.erase",
    "GET /api/v1/customer-labels": "customer.read",
    "POST /api/v1/customer-labels": "customer.define",
    "PATCH /api/v1/customer-labels/{label_id}": "customer.define",
    "DELETE /api/v1/customer-labels/{label_id}": "customer.define",
    "GET /api/v1/customer-attributes": "customer.read",
    "POST /api/v1/customer-attributes": "customer.define",
    "PATCH /api/v1/customer-attributes/{attribute_id}": "customer.define",
    "DELETE /api/v1/customer-attributes/{attribute_id}": "customer.define",
}

GRANTS |= permissions_segments.GRANTS
ROUTES |= permissions_segments.ROUTES
GRANTS |= permissions_merging.GRANTS
ROUTES |= permissions_merging.ROUTES
GRANTS |= permissions_dedicated.GRANTS
ROUTES |= permissions_dedicated.ROUTES
