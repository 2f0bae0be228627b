"""Rows of the permission table for product stages."""

GRANTS: dict[str, set[str]] = {}

ROUTES: dict[str, str] = {
    "GET /api/v1/customers/{customer_id}/product-stages": "order.read",
}
