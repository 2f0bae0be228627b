"""The rows of the permission table for order care."""

from kefu.commerce.permissions_orders import EVERYONE, HEADS, LEADING, SERVING

GRANTS: dict[str, set[str]] = {
    "order.change": SERVING,
    "order.decide": LEADING,
    "order_policy.read": EVERYONE,
    "order_policy.edit": HEADS,
}

ROUTES: dict[str, str] = {
    "GET /api/v1/orders/{order_id}/care": "order.read",
    "POST /api/v1/orders/{order_id}/changes": "order.change",
    "POST /api/v1/orders/{order_id}/after-sales": "order.change",
    "GET /api/v1/order-changes": "order.read",
    "GET /api/v1/order-changes/{change_id}": "order.read",
    "PUT /api/v1/order-changes/{change_id}/approval": "order.decide",
    "PUT /api/v1/order-changes/{change_id}/denial": "order.decide",
    "PUT /api/v1/order-changes/{change_id}/withdrawal": "order.change",
    "PUT /api/v1/customers/{customer_id}/delivery-address": "order.change",
    "GET /api/v1/order-windows": "order_policy.read",
    "PUT /api/v1/order-windows/{kind}": "order_policy.edit",
    "DELETE /api/v1/order-windows/{kind}": "order_policy.edit",
    "GET /api/v1/care-rules": "order_policy.read",
    "PATCH /api/v1/care-rules": "order_policy.edit",
    "GET /api/v1/care-presets": "order_policy.read",
    "POST /api/v1/care-presets": "order_policy.edit",
}
