"""Rows of the permission table about who is who, where they live, and who comes by import."""

GRANTS: dict[str, set[str]] = {
    "customer.import": {"department_head", "administrator"},
    "customer.merge": {
        "senior_agent",
        "expert",
        "shift_leader",
        "department_head",
        "administrator",
    },
}

ROUTES: dict[str, str] = {
    "GET /api/v1/merge-candidates": "customer.read",
    "GET /api/v1/merge-candidates/{candidate_id}": "customer.read",
    "POST /api/v1/merge-candidates/{candidate_id}/merger": "customer.merge",
    "POST /api/v1/merge-candidates/{candidate_id}/rejection": "customer.merge",
    "DELETE /api/v1/merge-candidates/{candidate_id}/rejection": "customer.merge",
    "POST /api/v1/customers/{customer_id}/merger": "customer.merge",
    "GET /api/v1/customers/{customer_id}/merges": "customer.read",
    "POST /api/v1/customer-merges/{merge_id}/reversal": "customer.merge",
    "GET /api/v1/customers/{customer_id}/addresses": "customer.read",
    "POST /api/v1/customers/{customer_id}/addresses": "customer.edit",
    "PATCH /api/v1/customers/{customer_id}/addresses/{address_id}": "customer.edit",
    "DELETE /api/v1/customers/{customer_id}/addresses/{address_id}": "customer.edit",
    "POST /api/v1/address-readings": "customer.read",
    "POST /api/v1/customer-imports": "customer.import",
    "GET /api/v1/customer-imports": "customer.import",
    "GET /api/v1/customer-imports/{import_id}": "customer.import",
    "PUT /api/v1/customer-imports/{import_id}/mapping": "customer.import",
    "POST /api/v1/customer-imports/{import_id}/check": "customer.import",
    "POST /api/v1/customer-imports/{import_id}/run": "customer.import",
    "POST /api/v1/customer-imports/{import_id}/stop": "customer.import",
    "GET /api/v1/customer-imports/{import_id}/refusals": "customer.import",
}
