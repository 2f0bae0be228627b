"""The rows of the permission table for orders, products, shops and imports."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
EVERYONE = SERVING | LOOKING_ON
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}

GRANTS: dict[str, set[str]] = {
    "order.read": EVERYONE,
    "order.edit": SERVING | {"other_department"},
    "order.reveal": SERVING | {"other_department"},
    "order.export": LEADING | {"auditor"},
    "order.write": HEADS,
    "product.read": EVERYONE,
    "shop.read": EVERYONE,
    "shop.edit": HEADS,
    "commerce.import": HEADS,
}

ROUTES: dict[str, str] = {
    "POST /api/v1/orders": "order.write",
    "POST /api/v1/order-events": "order.write",
    "GET /api/v1/orders": "order.read",
    "GET /api/v1/orders/{order_id}": "order.read",
    "GET /api/v1/order-export": "order.export",
    "POST /api/v1/orders/{order_id}/reveal": "order.reveal",
    "POST /api/v1/orders/{order_id}/queries": "order.edit",
    "PUT /api/v1/orders/{order_id}/assistance": "order.edit",
    "POST /api/v1/orders/{order_id}/errors": "order.edit",
    "PUT /api/v1/orders/{order_id}/errors/{error_id}/correction": "order.edit",
    "GET /api/v1/order-errors": "order.read",
    "GET /api/v1/refunds/mismatches": "order.read",
    "PUT /api/v1/refunds/{refund_id}/finance": "order.write",
    "GET /api/v1/customers/{customer_id}/purchases": "order.read",
    "GET /api/v1/products": "product.read",
    "POST /api/v1/products": "order.write",
    "GET /api/v1/products/categories": "product.read",
    "GET /api/v1/products/comparison": "product.read",
    "POST /api/v1/products/recommendations": "product.read",
    "GET /api/v1/products/{product_id}": "product.read",
    "POST /api/v1/commerce-imports/files": "commerce.import",
    "GET /api/v1/commerce-imports": "commerce.import",
    "GET /api/v1/commerce-imports/{import_id}": "commerce.import",
    "GET /api/v1/commerce-imports/{import_id}/refused": "commerce.import",
    "GET /api/v1/shops": "shop.read",
    "POST /api/v1/shops": "shop.edit",
    "PATCH /api/v1/shops/{shop_id}": "shop.edit",
}
