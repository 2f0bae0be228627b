"""Rows of the permission table about who is who."""

GRANTS: dict[str, set[str]] = {
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
}
