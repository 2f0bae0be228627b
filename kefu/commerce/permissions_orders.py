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

ROUTES: dict[str, str] = {}
